package store

import (
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
)

// Draft is a resource whose shape has been checked, so that it may be written.
// Only a Drafter makes one: what is not checked cannot reach a Tx.
type Draft struct {
	typ      string
	resource *fhirjson.Node
}

// Type is the resource's type.
func (d Draft) Type() string { return d.typ }

// Resource is the resource as the client wrote it.
func (d Draft) Resource() *fhirjson.Node { return d.resource }

// Drafter makes drafts.
type Drafter struct{ validation Validation }

// Validation says how much of a resource is checked before it is written.
type Validation string

// The validations. Structure checks R4's StructureDefinitions; Off checks no more
// than what storing needs.
const (
	ValidateStructure Validation = "structure"
	ValidateOff       Validation = "off"
)

// Draft checks a resource that is to be one of a type. The error is *Invalid and
// names everything that is wrong.
func (d Drafter) Draft(typ string, resource *fhirjson.Node) (Draft, error) {
	if err := storable(typ, resource); err != nil {
		return Draft{}, err
	}
	if d.validation == ValidateStructure {
		if issues := validation.Resource(typ, resource); len(issues) > 0 {
			return Draft{}, &Invalid{issues}
		}
	}
	return Draft{typ, resource}, nil
}

// storable checks what a stamp needs.
func storable(typ string, resource *fhirjson.Node) error {
	if resource.Kind() != fhirjson.Object {
		return invalid("structure", typ, "a resource is a JSON object, not "+resource.Kind().String())
	}
	if own := resource.Get("resourceType").Text(); own != typ {
		return invalid("structure", typ+".resourceType", "must be "+strconv.Quote(typ)+", not "+strconv.Quote(own))
	}
	meta := resource.Get("meta")
	if meta != nil && meta.Kind() != fhirjson.Object {
		return invalid("structure", typ+".meta", "must be an object, not "+meta.Kind().String())
	}
	return nil
}
