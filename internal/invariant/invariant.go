// Package invariant evaluates the invariants of profiles, for package profile.
//
// They are evaluated by fhirpath/evaluator, with a few expressions of R4 and US Core
// corrected that do not say what their own description says ([corrections]).
package invariant

import (
	"errors"
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath/evaluator"
	"github.com/granary-fhir/granary/internal/profile"
)

// Evaluator compiles invariants. It is a [profile.Invariants].
type Evaluator struct{}

// Compile reads an invariant for values of a type. The error says what of it is
// not understood.
func (Evaluator) Compile(expression, typ string) (profile.Invariant, error) {
	if _, ok := definitions.LookupStructure(typ); !ok {
		return nil, fmt.Errorf("%q is not a type of R4", typ)
	}
	if at := slices.IndexFunc(corrections, func(c correction) bool { return c.published == expression }); at >= 0 {
		expression = corrections[at].corrected
	}
	x, err := evaluator.Compile(expression)
	if err != nil {
		return nil, err
	}
	return invariant{x}, nil
}

type invariant struct{ *evaluator.Expression }

var errNoResource = errors.New("its resource has no type of R4")

// Holds tells whether the invariant is true. An empty result is not: invariants as
// `telecom or endpoint` say by it that there is neither.
func (i invariant) Holds(at profile.Focus) (bool, error) {
	resource, ok := evaluator.Resource(at.Resource)
	if !ok {
		return false, errNoResource
	}
	root, ok := evaluator.Resource(at.Root)
	if !ok {
		root = resource
	}
	context := resource
	if at.Node != at.Resource {
		context = evaluator.Element(at.Type, at.Node, at.Companion)
	}
	return i.Expression.Holds(evaluator.Environment{Resource: resource, Root: root}, context)
}
