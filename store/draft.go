package store

import (
	"slices"

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
	check := validation.Outline
	if d.validation == ValidateStructure {
		check = validation.Resource
	}
	if issues := check(typ, resource); slices.ContainsFunc(issues, refuses) {
		return Draft{}, &Invalid{issues}
	}
	return Draft{typ, resource}, nil
}

func refuses(issue validation.Issue) bool { return issue.Severity == validation.Error }
