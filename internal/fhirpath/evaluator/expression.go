package evaluator

import (
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// MaxSteps is how many items an evaluation looks at, so that none takes longer
// than some tenths of a second.
const MaxSteps = 250_000

var errTooLong = fmt.Errorf("the evaluation needs more than %d steps", MaxSteps)

// Expression is a compiled expression. It is immutable and safe for concurrent use.
type Expression struct {
	source string
	node   node
}

// Compile reads an expression. The error says what is not understood: syntax, a
// function, a variable or a type that there is not.
func Compile(source string) (*Expression, error) {
	parsed, err := syntax.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("fhirpath %q: %w", source, err)
	}
	n, err := compile(parsed)
	if err != nil {
		return nil, fmt.Errorf("fhirpath %q: %w", source, err)
	}
	return &Expression{source, n}, nil
}

// String is the expression as it was written.
func (x *Expression) String() string { return x.source }

// Environment is what an evaluation knows beside its context.
type Environment struct {
	// Resource is %resource, that which the context is part of; Root is
	// %rootResource, that which contains the former where it is contained, and
	// else the same.
	Resource, Root Item
	// Resolve finds what a reference leads to outside of Root; nil finds nothing.
	Resolve func(reference string) (Item, bool)
	// MemberOf tells whether a code is in a value set; known says whether that
	// can be told. Nil knows no value set.
	MemberOf func(valueSet, system, code string) (member, known bool)
	// Now is the time of now(), today() and timeOfDay(); the zero time is the
	// machine's.
	Now time.Time
}

// Evaluate is what the expression selects with context as its focus and %context.
// The error says why that cannot be told.
func (x *Expression) Evaluate(in Environment, context Item) ([]Item, error) {
	e := &env{Environment: in, context: context}
	if e.Now.IsZero() {
		e.Now = time.Now()
	}
	focus := []Item{context}
	return x.node(e, &scope{focus: focus, this: focus})
}

// Holds tells whether the expression is true of context, as an invariant has to be:
// an empty result is not. The error says why that cannot be told.
func (x *Expression) Holds(in Environment, context Item) (bool, error) {
	result, err := x.Evaluate(in, context)
	if err != nil {
		return false, err
	}
	t, err := truthOf(result)
	return t == yes, err
}

// node is one compiled operation.
type node func(e *env, s *scope) ([]Item, error)

// env is one evaluation.
type env struct {
	Environment
	context Item
	steps   int
	known   map[*node][]Item // the values of closed expressions
	below   []Item           // the descendants of Resource, once they were asked for
}

// scope is what the names of an expression refer to: focus to the collection that
// a path has reached, this to $this.
type scope struct {
	focus, this []Item
	index       int
	total       []Item
}

// on is the scope with another focus.
func (s *scope) on(focus []Item) *scope {
	inner := *s
	inner.focus = focus
	return &inner
}

// each is the scope of a criterion or projection on the i-th item.
func (s *scope) each(item Item, i int) *scope {
	one := []Item{item}
	return &scope{focus: one, this: one, index: i, total: s.total}
}

// argument is the scope in which the arguments of a function are evaluated that
// are no criterion: that of the path it stands in.
func (s *scope) argument() *scope { return s.on(s.this) }

// step counts, and fails when that was too much.
func (e *env) step(n int) error {
	if e.steps += n; e.steps > MaxSteps {
		return errTooLong
	}
	return nil
}

// read counts the texts that are looked at, which may be long.
func (e *env) read(texts ...string) error {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	return e.step(n / textStep)
}

// textStep is how many bytes of a text are one step.
const textStep = 16

// readSystem counts the text that a value is, if it is one.
func (e *env) readSystem(values ...system) error {
	for _, v := range values {
		if t, ok := v.(text); ok {
			if err := e.read(string(t)); err != nil {
				return err
			}
		}
	}
	return nil
}

var errSeveral = errors.New("a collection of several items stands where one is expected")
