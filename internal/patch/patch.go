// Package patch changes a resource as a patch says: a JSON Patch (RFC 6902), or a
// FHIRPath Patch (http://hl7.org/fhir/R4/fhirpatch.html).
//
// A patch is read, and refused for what is wrong with itself, before there is a
// resource. Applying it changes what it names and nothing else: every other value
// keeps its literal text and its place. A patch that fails has changed nothing.
// Whether the result is a resource is for others to say.
package patch

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// The limits of one patch.
const (
	// MaxOperations is how many operations a patch may have.
	MaxOperations = 1000
	// MaxCopied is how many bytes its copies may add up to.
	MaxCopied = 4 << 20
	// MaxResult is how many bytes the result may have, unless it is shorter than
	// what was there: patch upon patch must not grow what no server can hold.
	MaxResult = 16 << 20
	// MaxVisits is how many elements its paths may look at.
	MaxVisits = 1_000_000
)

// Patch is a patch that has been read. It is immutable and safe for concurrent
// use.
type Patch struct{ steps []step }

// step is one operation of a patch. On an error the document may be half
// changed, and is thrown away.
type step interface {
	apply(*document) error
}

// document is the resource that a patch is working on.
type document struct {
	root   *tree
	copied int // see MaxCopied
	visits int // see MaxVisits
	// literals are those of its paths.
	literals map[syntax.Literal][]*place
}

// Apply is the resource as the patch makes it. The error is an *Error.
func (p *Patch) Apply(resource *fhirjson.Node) (*fhirjson.Node, error) {
	d := &document{root: newTree(resource)}
	for _, op := range p.steps {
		if err := op.apply(d); err != nil {
			return nil, err
		}
	}
	result := d.root.appendTo(nil)
	if len(result) > max(MaxResult, len(resource.Raw())) {
		return nil, fail(TooCostly, "", "the result is longer than %d bytes", MaxResult)
	}
	changed, err := fhirjson.Parse(result)
	if err != nil { // the nesting
		return nil, fail(Inapplicable, "", "the result is not JSON as FHIR writes it: %v", err)
	}
	return changed, nil
}

// Error says why a patch is refused.
type Error struct {
	Kind Kind
	// Expression is where in the patch: `Parameters.parameter[2].part[1]`, or
	// for a JSON Patch `$this[2].path`, with the array for $this.
	Expression string
	// Text says what is wrong, in words that come from the patch alone.
	Text string
}

func (e *Error) Error() string { return e.Text }

// Kind is what an Error is about.
type Kind byte

// The kinds. All but Inapplicable and TooCostly are told without a resource.
const (
	Misshapen    Kind = iota // it has another kind of JSON than a patch has there
	Malformed                // it says what no patch can
	Missing                  // it lacks a part
	Unsupported              // it asks for what this package does not do
	TooCostly                // it goes beyond a limit
	Inapplicable             // the resource has not what the patch relies on
)

func fail(kind Kind, at, format string, args ...any) *Error {
	return &Error{kind, at, fmt.Sprintf(format, args...)}
}
