package profile

import "github.com/granary-fhir/granary/internal/fhirjson"

// Invariants evaluate the FHIRPath of constraints.
type Invariants interface {
	// Compile reads an expression that is to be evaluated on values of a type
	// ("Patient", "Observation.component", "Quantity"). The error says what of
	// it is not supported, which is then told of the profile.
	Compile(expression, typ string) (Invariant, error)
}

// An Invariant is an expression that was read. It is safe for concurrent use.
type Invariant interface {
	// Holds evaluates it. Only true holds: an empty result does not. The error
	// says why it could not be evaluated on this value, which is then told as
	// information.
	Holds(at Focus) (bool, error)
}

// A Focus is the value that an invariant is evaluated on.
type Focus struct {
	// Node is the value: $this and %context.
	Node *fhirjson.Node
	// Companion is what stands under the name with an underscore, of a
	// primitive; nil if there is nothing. One of both is not nil.
	Companion *fhirjson.Node
	// Type is the value's type, as to Compile.
	Type string
	// Resource is the resource that the value is in: %resource.
	Resource *fhirjson.Node
	// Root is the resource that contains Resource, or else Resource itself:
	// %rootResource.
	Root *fhirjson.Node
}

// WithInvariants is the same set, whose constraints are evaluated. Without, they
// are told as not checked.
func (s *Set) WithInvariants(i Invariants) *Set {
	own := &Set{profiles: s.profiles, valueSets: s.valueSets, invariants: i}
	own.plan()
	return own
}
