package validation

import (
	"slices"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// codes are a value set to which an element is bound with strength required
// (terminologies.html#required).
type codes struct {
	*definitions.ValueSet
	plain map[string]bool // the codes under any system
	names []string        // the same, sorted
}

// compileCodes is nil where R4's definitions do not enumerate the codes.
func compileCodes(url string) *codes {
	set, ok := definitions.LookupValueSet(url)
	if !ok || set.Open {
		return nil
	}
	c := &codes{ValueSet: set, plain: make(map[string]bool)}
	for _, system := range set.Codes {
		for _, code := range system {
			c.plain[code] = true
		}
		c.names = append(c.names, system...)
	}
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	return c
}

// code checks an element of type code.
func (c *checker) code(set *codes, code string) {
	if !set.plain[code] {
		c.fault(codeInvalidCode, quote(code)+" is not in "+set.URL+set.hint(code))
	}
}

// concept checks a CodeableConcept: a coding of it must be in the value set. One
// that has no coding, but an extension, says why.
func (c *checker) concept(set *codes, n *fhirjson.Node) {
	codings := n.Get("coding").Items()
	if n.Kind() != fhirjson.Object || len(codings) == 0 && n.Get("extension") != nil {
		return
	}
	for _, coding := range codings {
		if set.Contains(coding.Get("system").Text(), coding.Get("code").Text()) {
			return
		}
	}
	c.fault(codeInvalidCode, "must have a coding with system and code in "+set.URL+set.conceptHint())
}

// conceptHint says which codings would be right.
func (s *codes) conceptHint() string {
	if len(s.names) > maxListed || len(s.Codes) != 1 {
		return ""
	}
	for system := range s.Codes {
		return ": of " + system + ", " + alternatives(s.names)
	}
	return ""
}

// hint says which codes would be right.
func (s *codes) hint(code string) string {
	if len(s.names) > maxListed {
		return suggestion(code, s.names)
	}
	return ": " + alternatives(s.names)
}
