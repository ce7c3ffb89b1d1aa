package store

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/search"
)

// Draft is a resource whose shape has been checked, so that it may be written.
// Only a Drafter makes one: what is not checked cannot reach a Tx.
//
// It carries its index entries, which do not depend on what the write gives it
// but for meta.lastUpdated. To make them takes as long as to check the shape, and
// a draft can be made while others write, where a Tx has the store to itself.
type Draft struct {
	typ      string
	resource *fhirjson.Node
	entries  search.Entries
}

// Type is the resource's type.
func (d Draft) Type() string { return d.typ }

// Resource is the resource as the client wrote it.
func (d Draft) Resource() *fhirjson.Node { return d.resource }

// Drafter makes drafts.
type Drafter struct {
	validation Validation
	registry   *search.Registry
	base       string // the server's own FHIR base URL
}

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
	entries, err := d.registry.Extract(typ, resource, d.base)
	if err != nil {
		return Draft{}, invalid("structure", typ, err.Error())
	}
	return Draft{typ, resource, entries}, nil
}

func refuses(issue validation.Issue) bool { return issue.Severity == validation.Error }
