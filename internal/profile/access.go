package profile

import (
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// A value is one value of an element, and where it stands.
type value struct {
	node      *fhirjson.Node // nil for a primitive that has but a companion
	companion *fhirjson.Node // of a primitive: what stands under the name with an underscore
	typ       string         // its structure: "CodeableConcept", "Observation.component"
	up        *value         // what it is in; nil for the resource
	name      string         // of the element, without [x]; the type of the resource
	index     int            // in an array, or noIndex
}

const noIndex = -1

// object is where the elements of a value stand: those of a primitive, which are
// its id and extensions, in its companion.
func (v *value) object() *fhirjson.Node {
	if v.node.Kind() == fhirjson.Object {
		return v.node
	}
	return v.companion
}

// expression is where the value stands, as package validation writes it.
func (v *value) expression() string {
	var b strings.Builder
	v.write(&b)
	return b.String()
}

func (v *value) write(b *strings.Builder) {
	if v.up != nil {
		v.up.write(b)
		b.WriteByte('.')
	}
	b.WriteString(v.name)
	if v.index != noIndex {
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(v.index))
		b.WriteByte(']')
	}
}

// child is where an element of a value stands, or would.
func (v *value) child(name string) string { return v.expression() + "." + name }

// An access finds the values of one element in a value.
type access struct {
	name       string                // of the element, without [x]
	properties map[string][]property // by the type of what the element is in
	self       bool                  // it is the value of a primitive, which JSON has as the primitive
}

// property is a name in JSON under which an element may stand.
type property struct {
	json, shadow string // the shadow is "" unless the type is primitive
	typ          string
}

// newAccess finds an element ("value[x]", "code", "valueQuantity") in all of the
// structures that have it, and tells of which types its values are.
func newAccess(in []string, name string) (a access, types []string) {
	a = access{name: strings.TrimSuffix(name, "[x]"), properties: make(map[string][]property)}
	seen := make(map[string]bool)
	for _, structure := range in {
		s, ok := definitions.LookupStructure(structure)
		if !ok {
			continue
		}
		e, only, ok := elementOf(s, name)
		if !ok {
			continue
		}
		if a.name = e.Name; e == primitiveValue {
			a.self = true
			types = append(types, structure)
			continue
		}
		for _, t := range e.Types {
			if only != "" && t.Code != only {
				continue
			}
			a.properties[structure] = append(a.properties[structure], newProperty(e, t.Code))
			if !seen[t.Code] {
				seen[t.Code] = true
				types = append(types, t.Code)
			}
		}
	}
	return a, types
}

func newProperty(e *definitions.Element, typ string) property {
	p := property{json: e.Name, typ: typ}
	if e.Choice {
		p.json += strings.ToUpper(typ[:1]) + typ[1:]
	}
	if s, ok := definitions.LookupStructure(typ); ok && s.Kind == "primitive" {
		p.shadow = "_" + p.json
	}
	return p
}

// values are the values of the element in a value, in their order.
func (a *access) values(in *value) []value {
	if a.self && in.node != nil {
		return []value{{node: in.node, typ: in.typ, up: in, name: a.name, index: noIndex}}
	}
	object := in.object()
	var all []value
	for i := range a.properties[in.typ] {
		p := &a.properties[in.typ][i]
		n := object.Get(p.json)
		var shadow *fhirjson.Node
		if p.shadow != "" {
			shadow = object.Get(p.shadow)
		}
		if n != nil || shadow != nil {
			all = a.appendValues(all, in, p, n, shadow)
		}
	}
	return all
}

// appendValues adds the values of one property and its companion, of which one may
// be nil, and in whose arrays one may be null.
func (a *access) appendValues(all []value, in *value, p *property, n, shadow *fhirjson.Node) []value {
	items, companions := n.Items(), shadow.Items()
	array := n.Kind() == fhirjson.Array || shadow.Kind() == fhirjson.Array
	for i := range max(len(items), len(companions)) {
		v := value{typ: p.typ, up: in, name: a.name, index: noIndex}
		if array {
			v.index = i
		}
		if i < len(items) && items[i].Kind() != fhirjson.Null {
			v.node = items[i]
		}
		if i < len(companions) && companions[i].Kind() != fhirjson.Null {
			v.companion = companions[i]
		}
		if v.typ == "Resource" {
			v.typ = v.node.Get("resourceType").Text()
		}
		if v.node != nil || v.companion != nil {
			all = append(all, v)
		}
	}
	return all
}
