package definitions

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed valuesets.tsv
var valueSetTable string

// A ValueSet is the expansion of a value set that an R4 resource or data type
// is bound to with strength "required"
// (https://hl7.org/fhir/R4/terminologies.html#required).
type ValueSet struct {
	// URL is the canonical URL without version.
	URL string
	// Open is set when R4's definitions do not enumerate the codes, as for
	// MIME types and currencies. Codes is then empty.
	Open bool
	// Codes are the codes of each code system, sorted.
	Codes map[string][]string
}

var valueSets = sync.OnceValue(func() map[string]*ValueSet {
	return parseValueSets(valueSetTable)
})

// LookupValueSet returns the value set of that canonical URL; a version after
// "|" is ignored, since there is only one. Value sets that have no required
// binding are not found.
func LookupValueSet(url string) (*ValueSet, bool) {
	url, _, _ = strings.Cut(url, "|")
	v, ok := valueSets()[url]
	return v, ok
}

// Contains reports whether the code of that system is in the value set. An open
// value set refutes nothing: the answer is true.
func (v *ValueSet) Contains(system, code string) bool {
	if v.Open {
		return true
	}
	_, found := slices.BinarySearch(v.Codes[system], code)
	return found
}

// ContainsCode reports whether the code is in the value set under any system,
// which is what an element of type code says. An open value set refutes nothing:
// the answer is true.
func (v *ValueSet) ContainsCode(code string) bool {
	for system := range v.Codes {
		if v.Contains(system, code) {
			return true
		}
	}
	return v.Open
}

// parseValueSets reads the table of value sets: a row that begins with a URL is
// a value set, a row that begins with a tab is a code of the last one.
func parseValueSets(table string) map[string]*ValueSet {
	byURL := make(map[string]*ValueSet)
	var last *ValueSet
	for row := range rows(table) {
		if code, ok := strings.CutPrefix(row, "\t"); ok {
			system, code := column(code)
			last.Codes[system] = append(last.Codes[system], code)
			continue
		}
		url, extent := column(row)
		last = &ValueSet{URL: url, Open: extent == "open", Codes: make(map[string][]string)}
		byURL[url] = last
	}
	return byURL
}
