package fhirpath

import (
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// Expression is a parsed expression, not yet bound to a type.
type Expression struct {
	source string
	syntax syntax.Expr
}

// Parse reads an expression. The error says what is not understood and where.
func Parse(source string) (*Expression, error) {
	s, err := syntax.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("fhirpath %q: %w", source, err)
	}
	return &Expression{source, s}, nil
}

// Path is an expression bound to a resource type. It is immutable and safe for
// concurrent use.
type Path struct {
	root  string
	node  node
	types []string

	elements []*definitions.Element
}

// Bind compiles the expression for one resource type. Branches of a union that
// begin with another type are left out; it is an error if none remains.
func (x *Expression) Bind(resource string) (*Path, error) {
	if _, ok := definitions.LookupStructure(resource); !ok {
		return nil, fmt.Errorf("fhirpath %q: %q is not a type of R4", x.source, resource)
	}
	return x.bind(resource, []string{resource})
}

// Component compiles the expression relative to what p selects, as the
// components of a composite search parameter are written.
func (p *Path) Component(x *Expression) (*Path, error) {
	return x.bind(p.root, p.types)
}

func (x *Expression) bind(root string, focus []string) (*Path, error) {
	b := &binder{root: root}
	n, types, err := b.bind(x.syntax, focus)
	if err == nil && n == nil {
		err = fmt.Errorf("no branch begins with the type")
	}
	if err != nil {
		return nil, fmt.Errorf("fhirpath %q on %s: %w", x.source, strings.Join(focus, ", "), err)
	}
	return &Path{root, n, types, b.elements}, nil
}

// Compile parses and binds in one.
func Compile(source, resource string) (*Path, error) {
	x, err := Parse(source)
	if err != nil {
		return nil, err
	}
	return x.Bind(resource)
}

// Types are the types that the path can select, without repetition. "Resource"
// stands for any resource.
func (p *Path) Types() []string { return p.types }

// Elements are the definitions of the elements that the path passes through or
// ends at.
func (p *Path) Elements() []*definitions.Element { return p.elements }

// Select appends to dst what the path selects from focus, in document order,
// with resource as %resource.
func (p *Path) Select(s *Scratch, resource, focus Value, dst []Value) []Value {
	s.resource = resource
	s.stack = append(s.stack[:0], focus)
	p.node.eval(s, 0, 1)
	return append(dst, s.stack[1:]...)
}

// Root is the Value of a whole resource.
func Root(typ string, resource *fhirjson.Node) Value {
	return Value{Node: resource, Type: typ}
}
