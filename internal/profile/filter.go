package profile

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// filtered are the codes of a complete code system that all filters choose. Of
// filters, those by hierarchy are understood.
func filtered(system *fhirjson.Node, filters []*fhirjson.Node) *Codes {
	codes := &Codes{Listed: listed(system.Get("concept"))}
	for _, filter := range filters {
		op := filter.Get("op").Text()
		if filter.Get("property").Text() != "concept" || op != "is-a" && op != "descendent-of" {
			return &Codes{Extent: Part}
		}
		root := filter.Get("value").Text()
		below := descendants(system, root)
		codes.Listed = slices.DeleteFunc(codes.Listed, func(code string) bool {
			return !below[code] && (code != root || op != "is-a")
		})
	}
	return codes
}

// descendants are the codes below one: nested in it, or subsumed by property.
func descendants(system *fhirjson.Node, root string) map[string]bool {
	children := make(map[string][]string)
	var collect func(parent string, n *fhirjson.Node)
	collect = func(parent string, n *fhirjson.Node) {
		for _, concept := range n.Items() {
			code := concept.Get("code").Text()
			children[parent] = append(children[parent], code)
			for _, property := range concept.Get("property").Items() {
				if property.Get("code").Text() == "subsumedBy" {
					over := property.Get("valueCode").Text()
					children[over] = append(children[over], code)
				}
			}
			collect(code, concept.Get("concept"))
		}
	}
	collect("", system.Get("concept"))
	below := make(map[string]bool)
	for pending := slices.Clone(children[root]); len(pending) > 0; {
		code := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if !below[code] {
			below[code] = true
			pending = append(pending, children[code]...)
		}
	}
	return below
}
