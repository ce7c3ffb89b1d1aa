package search

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// uri makes the entries of search.html#uri. A canonical is entered without its
// version, as references are.
func (x *extraction) uri(r *rule, v fhirpath.Value) {
	if v.Type == "canonical" {
		x.canonicalURI(r, v.Node.Text())
		return
	}
	x.term(r.param, "", v.Node.Text())
}

func (x *extraction) canonicalURI(r *rule, s string) {
	url, version, _ := strings.Cut(s, "|")
	x.term(r.param, version, url)
}
