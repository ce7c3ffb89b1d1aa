package definitions

import "strings"

// A Structure is the definition of a resource, a data type or a backbone
// element: what properties an object has in JSON
// (https://hl7.org/fhir/R4/structuredefinition.html).
type Structure struct {
	// Name is the type's name ("Observation", "CodeableConcept", "string") or,
	// for a backbone element, its path ("Observation.component").
	Name string
	// Kind is resource, complex, primitive or backbone.
	Kind string
	// Base is the type that this one specialises: "DomainResource", "Element",
	// "Quantity". For a backbone element it is "BackboneElement" or, in data
	// types, "Element". Resource and Element have none.
	Base string
	// Elements are the properties, own and inherited, in the order of the
	// definition. A primitive's value is not among them: in JSON it is the
	// property itself, and "id" and "extension" stand in the property with an
	// underscore (https://hl7.org/fhir/R4/json.html#primitive).
	Elements []Element

	properties map[string]property // by name in JSON
}

// An Element is one property of a Structure
// (https://hl7.org/fhir/R4/elementdefinition.html).
type Element struct {
	// Name is the property's name in JSON, or its beginning if Choice is set.
	Name string
	// Choice is set for value[x]: the JSON property is Name followed by the
	// type's name with a capital, as in "valueQuantity"
	// (https://hl7.org/fhir/R4/formats.html#choice).
	Choice bool
	// Types are the allowed types, never empty; only a choice has more than
	// one. A backbone element's is the Structure of its path, and an element
	// that is defined by reference to another's content (contentReference) has
	// that other's.
	Types []TypeRef
	// Min and Max are the cardinality; Max -1 is "*".
	Min, Max int
	// Array is set when JSON has an array here, whatever Max says: it follows
	// the base definition's cardinality.
	Array bool
	// Summary is set for what _summary=true includes
	// (https://hl7.org/fhir/R4/search.html#summary).
	Summary bool
	// Modifier is set for an element that can change the meaning of the
	// others (https://hl7.org/fhir/R4/conformance-rules.html#isModifier).
	Modifier bool
	// Binding is the value set for coded content; the zero value means none.
	Binding Binding
}

// A TypeRef is one type that an element may have.
type TypeRef struct {
	// Code is the Name of the type's Structure. Where HL7's definitions name a
	// FHIRPath system type, it is FHIR's: "id" for a resource's id, "string"
	// for an element's, "uri" for Extension.url.
	Code string
	// Targets are the resource types that a Reference or a canonical may refer
	// to; "Resource" is any type, and so are no targets.
	Targets []string
}

// A Binding ties an element to a value set
// (https://hl7.org/fhir/R4/terminologies.html#strength).
type Binding struct {
	// Strength is required, extensible, preferred or example.
	Strength string
	// ValueSet is the canonical URL without version.
	ValueSet string
}

// LookupStructure returns the structure of that name, abstract types included.
func LookupStructure(name string) (*Structure, bool) {
	s, ok := structures()[name]
	return s, ok
}

// Element returns the element of that base name: "value" for value[x].
func (s *Structure) Element(name string) (*Element, bool) {
	for i := range s.Elements {
		if s.Elements[i].Name == name {
			return &s.Elements[i], true
		}
	}
	return nil, false
}

// Property returns the element that a JSON property belongs to, and the type
// that the property's value has: "valueQuantity" is the element "value" as a
// Quantity. A choice without its type ("value") is not a property, nor is the
// companion of a primitive ("_birthDate").
func (s *Structure) Property(json string) (e *Element, typ TypeRef, ok bool) {
	p, ok := s.properties[json]
	if !ok {
		return nil, TypeRef{}, false
	}
	e = &s.Elements[p.element]
	return e, e.Types[p.typ], true
}

// A property is where a JSON property is defined: indexes into Elements and
// into that element's Types.
type property struct {
	element, typ int16
}

// indexProperties makes the map that Property looks in. Reading and writing a
// resource asks for every property it has, and a map is several times faster
// than going through the elements.
func (s *Structure) indexProperties() {
	s.properties = make(map[string]property, len(s.Elements))
	for i := range s.Elements {
		e := &s.Elements[i]
		if !e.Choice {
			s.properties[e.Name] = property{element: int16(i)}
			continue
		}
		for j, typ := range e.Types {
			s.properties[e.Name+capitalise(typ.Code)] = property{element: int16(i), typ: int16(j)}
		}
	}
}

// capitalise returns the word with a capital letter. Type codes are ASCII.
func capitalise(word string) string {
	return strings.ToUpper(word[:1]) + word[1:]
}
