package store

import (
	"slices"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
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

// Compact is the same draft in less memory, for who keeps many until they are
// written. Of its Resource only the literals of its members can be read.
func (d Draft) Compact() Draft {
	if !compartments.Relate(d.typ) {
		d.resource = d.resource.Outline("meta", "id")
	}
	return d
}

// Drafter makes drafts.
type Drafter struct {
	validation Validation
	registry   *search.Registry
	base       string       // the server's own FHIR base URL
	profiles   *profile.Set // never nil
}

// Validation says how much of a resource is checked before it is written.
type Validation string

// The validations. Structure checks R4's StructureDefinitions; Profile also the
// profiles that a resource claims in meta.profile, as far as they are known; Off
// checks no more than what storing needs.
const (
	ValidateProfile   Validation = "profile"
	ValidateStructure Validation = "structure"
	ValidateOff       Validation = "off"
)

// Draft checks a resource that is to be one of a type. The error is *Invalid and
// names everything that is wrong.
func (d Drafter) Draft(typ string, resource *fhirjson.Node) (Draft, error) {
	if issues := d.check(typ, resource); slices.ContainsFunc(issues, refuses) {
		return Draft{}, &Invalid{issues}
	}
	entries, err := d.registry.Extract(typ, resource, d.base)
	if err != nil {
		return Draft{}, invalid("structure", typ, err.Error())
	}
	return Draft{typ, resource, entries}, nil
}

// check finds what is wrong with a resource. Its profiles are checked if it is what
// they take for granted, valid R4.
func (d Drafter) check(typ string, resource *fhirjson.Node) []validation.Issue {
	if d.validation == ValidateOff {
		return validation.Outline(typ, resource)
	}
	issues := validation.Resource(typ, resource)
	if d.validation != ValidateProfile || slices.ContainsFunc(issues, refuses) {
		return issues
	}
	_, claimed := d.profiles.ValidateClaims(resource)
	return slices.DeleteFunc(claimed, func(i validation.Issue) bool { return !refuses(i) })
}

// Trusting makes drafts without looking at their structure: of what the server itself
// writes.
func (d Drafter) Trusting() Drafter {
	d.validation = ValidateOff
	return d
}

func refuses(issue validation.Issue) bool { return issue.Severity == validation.Error }
