package evaluator

import (
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Item is one member of a collection: an element of a resource, a resource, or a
// value that was computed. The zero Item is none of them and has no children.
type Item struct {
	typ             string // of FHIR, or System.X
	node, companion *fhirjson.Node
	value           system // of a System type
	// distant: it stands for what a reference leads to and is not at hand. Its
	// type is that which the reference tells, "" if it tells none.
	distant bool
}

// Resource is the Item of a whole resource; not ok if its type is none of R4's.
func Resource(resource *fhirjson.Node) (item Item, ok bool) {
	typ := resource.Get("resourceType").Text()
	if resource.Kind() != fhirjson.Object || !definitions.IsResourceType(typ) {
		return Item{}, false
	}
	return Item{typ: typ, node: resource}, true
}

// Element is the Item of an element: typ is the name of its definitions.Structure,
// value its JSON, and companion that of the property with an underscore, both nil
// where there is none.
func Element(typ string, value, companion *fhirjson.Node) Item {
	return Item{typ: typ, node: value, companion: companion}
}

// Type is the item's type: a Structure's name, or "System.String" and its like.
func (it Item) Type() string { return it.typ }

// Node is the item's JSON, nil for what was computed.
func (it Item) Node() *fhirjson.Node { return it.node }

var errDistant = errors.New("the resource that a reference leads to is not at hand")

// child is what the element has of a name.
func (it Item) child(name string) ([]Item, error) {
	if it.distant {
		return nil, errDistant
	}
	s, ok := definitions.LookupStructure(it.typ)
	if !ok {
		return nil, nil
	}
	e, ok := s.Element(name)
	if !ok {
		return nil, nil
	}
	return it.appendElement(nil, s, e), nil
}

// children are all elements of the element, in the order of the definition.
func (it Item) children() ([]Item, error) {
	if it.distant {
		return nil, errDistant
	}
	s, ok := definitions.LookupStructure(it.typ)
	if !ok || it.holder(s) == nil {
		return nil, nil
	}
	var all []Item
	for i := range s.Elements {
		all = it.appendElement(all, s, &s.Elements[i])
	}
	return all, nil
}

// holder is the object in which the children stand.
func (it Item) holder(s *definitions.Structure) *fhirjson.Node {
	if s.Kind == "primitive" {
		return it.companion
	}
	return it.node
}

func (it Item) appendElement(dst []Item, s *definitions.Structure, e *definitions.Element) []Item {
	holder := it.holder(s)
	if holder == nil {
		return dst
	}
	if !e.Choice {
		return appendProperty(dst, holder, e.Name, e.Types[0].Code)
	}
	for _, m := range holder.Members() {
		name := strings.TrimPrefix(m.Name, "_")
		if name != m.Name && holder.Get(name) != nil || !strings.HasPrefix(name, e.Name) {
			continue
		}
		if found, typ, ok := s.Property(name); ok && found == e {
			dst = appendProperty(dst, holder, name, typ.Code)
		}
	}
	return dst
}

// appendProperty adds the values of a property, each with its companion.
func appendProperty(dst []Item, holder *fhirjson.Node, name, typ string) []Item {
	value, companion := holder.Get(name), (*fhirjson.Node)(nil)
	if s, ok := definitions.LookupStructure(typ); ok && s.Kind == "primitive" {
		companion = holder.Get("_" + name)
	}
	if value.Kind() != fhirjson.Array && companion.Kind() != fhirjson.Array {
		return appendItem(dst, typ, value, companion)
	}
	values, companions := value.Items(), companion.Items()
	for i := range max(len(values), len(companions)) {
		dst = appendItem(dst, typ, at(values, i), at(companions, i))
	}
	return dst
}

func at(list []*fhirjson.Node, i int) *fhirjson.Node {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func appendItem(dst []Item, typ string, value, companion *fhirjson.Node) []Item {
	if value.Kind() == fhirjson.Null {
		value = nil
	}
	if companion.Kind() == fhirjson.Null {
		companion = nil
	}
	if value == nil && companion == nil {
		return dst
	}
	if typ == "Resource" {
		if resource, ok := Resource(value); ok {
			return append(dst, resource)
		}
		return dst
	}
	return append(dst, Item{typ: typ, node: value, companion: companion})
}

// String shows the item in messages and tests.
func (it Item) String() string {
	switch {
	case it.value != nil:
		return it.value.text()
	case it.distant:
		return fmt.Sprintf("%s that is not at hand", it.typ)
	case it.isPrimitive():
		return it.node.Text()
	}
	return string(it.node.Raw())
}
