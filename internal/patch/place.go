package patch

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// place is an element and where it stands. JSON cuts a primitive in two, its
// value and a companion with its id and extensions, and lists of them into two
// arrays (json.html#primitive); a place is both. It is good until something is
// changed.
type place struct {
	within   *place // the element that it is part of; nil for the resource
	property string // the name of the value in JSON
	index    int    // in its list; -1 where JSON has no list
	typ      string // the name of its definitions.Structure

	value, companion *tree
}

func (p *place) primitive() bool { return isPrimitive(p.typ) }

func isPrimitive(typ string) bool {
	s, ok := definitions.LookupStructure(typ)
	return ok && s.Kind == "primitive"
}

// object is the JSON object that has the elements within this one, nil if there
// is none.
func (p *place) object() *tree {
	object := p.value
	if p.primitive() {
		object = p.companion
	}
	if !object.is(fhirjson.Object) {
		return nil
	}
	return object
}

// property is a name in JSON and the type of what stands there.
type property struct{ name, typ string }

// properties are the properties in which an element may stand in an object: one,
// or those of a choice that are there.
func properties(object *tree, s *definitions.Structure, e *definitions.Element) []property {
	if !e.Choice {
		return []property{{e.Name, e.Types[0].Code}}
	}
	object.open()
	var there []property
	for _, m := range object.members {
		name := strings.TrimPrefix(m.name, "_")
		if of, typ, ok := s.Property(name); ok && of == e && !contains(there, name) {
			there = append(there, property{name, typ.Code})
		}
	}
	return there
}

func contains(list []property, name string) bool {
	for _, p := range list {
		if p.name == name {
			return true
		}
	}
	return false
}

// children are the elements of a name within this one.
func (p *place) children(name string) []*place {
	s, ok := definitions.LookupStructure(p.typ)
	object := p.object()
	if !ok || object == nil {
		return nil
	}
	e, ok := s.Element(name)
	if !ok {
		return nil
	}
	var found []*place
	for _, property := range properties(object, s, e) {
		found = append(found, p.items(object, property)...)
	}
	return found
}

// items are the elements in one property.
func (p *place) items(object *tree, of property) []*place {
	value, companion := object.get(of.name), (*tree)(nil)
	if isPrimitive(of.typ) {
		companion = object.get("_" + of.name)
	}
	if value == nil && companion == nil {
		return nil
	}
	if !value.is(fhirjson.Array) && !companion.is(fhirjson.Array) {
		return []*place{newPlace(p, of, -1, value, companion)}
	}
	items := make([]*place, listLen(value, companion))
	for i := range items {
		items[i] = newPlace(p, of, i, value.at(i), companion.at(i))
	}
	return items
}

func newPlace(within *place, of property, index int, value, companion *tree) *place {
	p := &place{within, of.name, index, of.typ, value, companion}
	if own := value.get("resourceType").text(); p.typ == "Resource" && definitions.IsResourceType(own) {
		p.typ = own
	}
	return p
}

// listLen is how many elements two arrays together are.
func listLen(values, companions *tree) int {
	return max(len(values.elements()), len(companions.elements()))
}
