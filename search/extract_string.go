package search

import "github.com/granary-fhir/granary/internal/fhirpath"

// The parts of a name and an address that a string search looks at
// (search.html#string).
var (
	nameParts    = []string{"text", "family", "given", "prefix", "suffix"}
	addressParts = []string{"text", "line", "city", "district", "state", "postalCode", "country"}
)

// string makes the entries of search.html#string.
func (x *extraction) string(r *rule, v fhirpath.Value) {
	switch v.Type {
	case "HumanName":
		x.parts(r, v, nameParts)
	case "Address":
		x.parts(r, v, addressParts)
	default:
		x.stringEntry(r.param, v.Node.Text())
	}
}

func (x *extraction) parts(r *rule, v fhirpath.Value, names []string) {
	for _, name := range names {
		for _, part := range v.Node.Get(name).Items() {
			x.stringEntry(r.param, text(part))
		}
	}
}

func (x *extraction) stringEntry(p *Param, s string) {
	if s != "" {
		x.out.Strings = append(x.out.Strings, StringEntry{Param: p, Group: x.group, Folded: Fold(s), Exact: s})
	}
}
