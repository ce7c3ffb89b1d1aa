package validation

import (
	"sync"

	"github.com/granary-fhir/granary/internal/definitions"
)

// structure is what the checker wants to know of a definitions.Structure, with
// all names looked up once.
type structure struct {
	name       string
	resource   bool
	properties map[string]*property // by name in JSON
	names      []string             // of the properties, in the definition's order
	elements   []*element
	required   []*element
	rule       func(*checker, object) // what the definition says in words
}

// element is one element of a structure, which several properties may stand for.
type element struct {
	name     string
	array    bool
	min, max int
	types    []string // of a choice
	codes    *codes   // of a required binding; nil if there is none
	bit      uint64   // tells that the element is there; only for what is required or a choice
}

// property is a name in JSON. Either format or structure is set, or it is a
// resource of any type.
type property struct {
	*element
	json      string // its name: "valueString"
	shadow    string // the name of its companion: "_valueString"
	typ       string
	format    *format
	structure *structure // of an object; for a primitive, of its companion
	targets   []string   // types that a Reference may lead to; none means any
	attribute bool       // in XML it is an attribute, which nothing can be said about
}

func (p *property) primitive() bool { return p.format != nil }

// accompanied tells whether the property may have a companion.
func (p *property) accompanied() bool { return p.primitive() && !p.attribute }

// structures are compiled at the first write.
var structures = sync.OnceValue(compile)

func compile() map[string]*structure {
	all := make(map[string]*structure)
	for _, name := range definitions.ResourceTypes() {
		compiler{all}.need(name)
	}
	return all
}

// compiler fills the map. Structures refer to each other and to themselves, so
// that each is in the map before its elements are looked at.
type compiler struct{ all map[string]*structure }

func (to compiler) need(name string) *structure {
	if s, ok := to.all[name]; ok {
		return s
	}
	definition, ok := definitions.LookupStructure(name)
	if !ok {
		return nil
	}
	s := &structure{
		name:       name,
		resource:   definition.Kind == "resource",
		properties: make(map[string]*property, len(definition.Elements)),
		rule:       rules[name],
	}
	to.all[name] = s
	bit := uint64(1)
	for i := range definition.Elements {
		e := to.element(s, &definition.Elements[i])
		if e.min > 0 || len(e.types) > 0 {
			e.bit, bit = bit, bit<<1
		}
	}
	return s
}

func (to compiler) element(s *structure, definition *definitions.Element) *element {
	e := &element{name: definition.Name, array: definition.Array, min: definition.Min, max: definition.Max}
	if definition.Binding.Strength == "required" {
		e.codes = compileCodes(definition.Binding.ValueSet)
	}
	s.elements = append(s.elements, e)
	if e.min > 0 {
		s.required = append(s.required, e)
	}
	for _, typ := range definition.Types {
		json := e.name
		if definition.Choice {
			json += capitalise(typ.Code)
			e.types = append(e.types, typ.Code)
		}
		s.names = append(s.names, json)
		s.properties[json] = to.property(s, e, json, typ)
	}
	return e
}

func (to compiler) property(s *structure, e *element, json string, typ definitions.TypeRef) *property {
	p := &property{element: e, json: json, shadow: "_" + json, typ: typ.Code, format: formats[typ.Code], targets: targets(typ.Targets)}
	if p.typ != anyResource {
		p.structure = to.need(p.typ)
	}
	if e.name == "id" && !s.resource {
		p.format = elementID
	}
	p.attribute = e.name == "id" || e.name == "url" && s.name == "Extension"
	return p
}

// anyResource is the type of an element that is a resource of whichever type.
const anyResource = "Resource"

// targets are none where any type will do.
func targets(types []string) []string {
	for _, typ := range types {
		if typ == anyResource {
			return nil
		}
	}
	return types
}

// capitalise returns the word with a capital letter. Type codes are ASCII.
func capitalise(word string) string {
	if c := word[0]; 'a' <= c && c <= 'z' {
		return string(c-'a'+'A') + word[1:]
	}
	return word
}
