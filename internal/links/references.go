package links

import (
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Reference is one Reference.reference of a resource.
type Reference struct {
	Expression string // the FHIRPath of the Reference: "Observation.subject"
	Text       string // as it is written
}

// References are the References of a resource, at any depth, in the order of the
// document, but for those that a Bundle holds for itself: between its entries, and the
// conditional ones of a transaction.
func References(resource *fhirjson.Node) []Reference {
	var f finder
	f.value(resource, "Resource", resource.Get("resourceType").Text())
	return f.found
}

type finder struct {
	found []Reference
	own   scope
}

func (f *finder) value(n *fhirjson.Node, typ, expression string) {
	if !mayRefer(n.Raw()) {
		return
	}
	switch n.Kind() {
	case fhirjson.Array:
		for i, item := range n.Items() {
			f.value(item, typ, expression+"["+strconv.Itoa(i)+"]")
		}
	case fhirjson.Object:
		f.object(n, typ, expression)
	}
}

func (f *finder) object(n *fhirjson.Node, typ, expression string) {
	structure, ok := structureOf(n, typ)
	if !ok {
		return
	}
	if isBundle(structure) {
		outer := f.own
		f.own = outer.within(n)
		defer func() { f.own = outer }()
	}
	for _, m := range n.Members() {
		if isReference(structure, m) {
			if !f.own.holds(m.Value.Text()) {
				f.found = append(f.found, Reference{expression, m.Value.Text()})
			}
		} else if member := memberType(structure, m.Name); member != "" {
			f.value(m.Value, member, expression+"."+m.Name)
		}
	}
}
