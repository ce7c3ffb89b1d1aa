package search

import "github.com/granary-fhir/granary/internal/fhirpath"

// composite makes the entries of the components, element by element: one group
// for each element, numbered from 1. An element that lacks a value for one of the
// components can match no search and is left out (search.html#composite).
func (x *extraction) composite(r *rule) {
	elements := x.values
	defer func() { x.group = 0 }()
	for i, element := range elements {
		x.group = i + 1
		before := x.mark()
		for j := range r.components {
			if !x.component(&r.components[j], element) {
				x.reset(before)
				break
			}
		}
	}
}

// component makes the entries of one component and tells whether there are any.
func (x *extraction) component(r *rule, element fhirpath.Value) bool {
	before := x.mark()
	x.partValues = r.path.Select(&x.scratch, x.resource, element, x.partValues[:0])
	for _, v := range x.partValues {
		x.value(r, v)
	}
	return x.mark() != before
}
