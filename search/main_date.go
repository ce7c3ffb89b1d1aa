package search

import (
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// MainDate is Entries.Sort of what Extract makes of a resource, without the rest: by
// what it stands where it does in the usual order of its type.
func (r *Registry) MainDate(typ string, resource *fhirjson.Node) int64 {
	x := extraction{registry: r, resource: fhirpath.Root(typ, resource), out: Entries{Sort: NoSort}}
	t := r.byType[typ]
	if t == nil || t.sort == nil {
		return NoSort
	}
	for i := range t.rules {
		if t.rules[i].param == t.sort {
			x.apply(&t.rules[i])
		}
	}
	x.setSort(t.sort)
	return x.out.Sort
}
