package links

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// Conditional takes a conditional reference apart, such as
// `Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1043387210`: it means
// the one resource that the search finds (http.html#trules). ok is false for
// every other text.
func Conditional(text string) (typ, query string, ok bool) {
	typ, query, ok = strings.Cut(text, "?")
	if !ok || !definitions.IsResourceType(typ) {
		return "", "", false
	}
	return typ, query, true
}
