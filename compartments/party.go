package compartments

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// party is the literal reference of a practitioner, role or organization of this
// server to which an element refers. The element is one of those that the
// parameter code is about; its entries know which references are local.
func (s source) party(code string, reference *fhirjson.Node) (string, bool) {
	text := reference.Get("reference").Text()
	text, _, _ = strings.Cut(text, "/_history/")
	literal, ok := lastTwo(text)
	relative := text == literal
	if !ok || !isParty(literal) || !relative && !strings.Contains(text, "://") {
		return "", false
	}
	local := false
	for _, term := range s.terms(code) {
		if term.System != "" {
			continue
		}
		if term.Code == text && !relative {
			return "", false // an absolute URL that is indexed as it stands is another server's
		}
		local = local || term.Code == literal
	}
	return literal, local
}

// partyOf is party for what must be of a type.
func (s source) partyOf(typ, code string, reference *fhirjson.Node) (string, bool) {
	literal, ok := s.party(code, reference)
	return literal, ok && strings.HasPrefix(literal, typ+"/")
}

// lastTwo is the `Type/id` at the end of a relative or absolute reference.
func lastTwo(reference string) (string, bool) {
	slash := strings.LastIndexByte(reference, '/')
	if slash < 0 {
		return "", false
	}
	return reference[strings.LastIndexByte(reference[:slash], '/')+1:], true
}

func isParty(literal string) bool {
	typ, id, _ := strings.Cut(literal, "/")
	switch typ {
	case "Practitioner", "PractitionerRole", "Organization":
		return logicalID.MatchString(id)
	}
	return false
}

// span is the half-open time range [from, to), in microseconds since 1970 UTC.
type span struct{ from, to int64 }

var always = span{search.TimeBegin, search.TimeEnd}

// within is the part of the span that lies in a Period too. A missing Period,
// start or end is open; ok is false if nothing is left or the Period cannot be
// read.
func (s span) within(period *fhirjson.Node) (span, bool) {
	if start := period.Get("start"); start != nil {
		low, _, err := search.ParseDate(start.Text())
		if err != nil {
			return span{}, false
		}
		s.from = max(s.from, low)
	}
	if end := period.Get("end"); end != nil {
		_, high, err := search.ParseDate(end.Text())
		if err != nil {
			return span{}, false
		}
		s.to = min(s.to, high)
	}
	return s, s.from < s.to
}
