package fhirpath

import (
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Value is one selected element.
type Value struct {
	// Node is its JSON. It has the kind that the type asks for: a string where
	// a string should be is a String, a complex element an Object.
	Node *fhirjson.Node
	// Type is the name of its definitions.Structure: "Quantity",
	// "Observation.component", "dateTime"; for a resource within a resource,
	// the type that it says it is.
	Type string
	// Element is the definition of the property, for its binding; nil for
	// resources and results of operators.
	Element *definitions.Element
}

// Scratch is working memory that evaluations reuse. The zero Scratch is ready;
// it must not be used by two goroutines at once.
type Scratch struct {
	stack    []Value
	resource Value
}

// JSONKind is the kind of JSON value that an element of the type has
// (json.html#primitive).
func JSONKind(s *definitions.Structure) fhirjson.Kind {
	if s.Kind != "primitive" {
		return fhirjson.Object
	}
	switch s.Name {
	case "boolean":
		return fhirjson.Bool
	case "decimal", "integer", "positiveInt", "unsignedInt":
		return fhirjson.Number
	}
	return fhirjson.String
}
