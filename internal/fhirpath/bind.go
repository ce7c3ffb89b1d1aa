package fhirpath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// resolved is the static type of what resolve() yields: nothing is known of it
// but the type that the reference tells.
const resolved = "resolve()"

// binder turns syntax into nodes, carrying along the types that are possible at
// each place.
type binder struct {
	root     string
	elements []*definitions.Element // every one on the way
	criteria int                    // of where() that it is in
}

// bind compiles s for a focus of the given types. A nil node says that s begins
// with another resource type and selects nothing.
func (b *binder) bind(s syntax.Expr, focus []string) (node, []string, error) {
	switch s := s.(type) {
	case syntax.Name:
		return b.head(s.Name, focus)
	case syntax.Path:
		return b.path(s, focus)
	case syntax.Union:
		return b.union(s, focus)
	case syntax.Call:
		return b.call(s, focus)
	case syntax.Index:
		return index{s.N}, focus, nil
	case syntax.TypeTest:
		return b.typeTest(s, focus)
	case syntax.Compare:
		return b.compare(s, focus)
	case syntax.And:
		return b.and(s, focus)
	case syntax.Resource:
		if b.criteria > 0 { // it would be gone through for each item, and in each criterion in that
			return nil, nil, fmt.Errorf("%%resource is not supported in where()")
		}
		return resource{}, []string{b.root}, nil
	case syntax.Literal:
		return nil, nil, fmt.Errorf("a literal selects nothing")
	}
	return nil, nil, unsupported(s)
}

// head is the first name of a path: the type of the focus itself, or a child.
func (b *binder) head(name string, focus []string) (node, []string, error) {
	s, ok := definitions.LookupStructure(name)
	if !ok || s.Kind != "resource" {
		return b.child(name, focus)
	}
	for _, typ := range focus {
		if !IsA(typ, name) {
			return nil, nil, nil
		}
	}
	return self{}, focus, nil
}

func (b *binder) path(s syntax.Path, focus []string) (node, []string, error) {
	var steps []node
	for i, step := range s.Steps {
		var n node
		var err error
		var types []string
		name, isName := step.(syntax.Name)
		filter, isFilter := typeFilter(step)
		switch {
		case isName && i > 0:
			n, types, err = b.child(name.Name, focus)
		case isFilter:
			n, types, err = b.narrow(last(steps), filter, focus)
		default:
			n, types, err = b.bind(step, focus)
		}
		if err != nil {
			return nil, nil, err
		}
		if i == 0 && n == nil {
			return nil, nil, nil
		}
		if _, same := n.(self); !same {
			steps = append(steps, n)
		}
		focus = types
	}
	switch len(steps) {
	case 0:
		return self{}, focus, nil
	case 1:
		return steps[0], focus, nil
	}
	return path{steps}, focus, nil
}

func last(steps []node) node {
	if len(steps) == 0 {
		return nil
	}
	return steps[len(steps)-1]
}

// typeFilter is the type of a step ofType(T) or as(T).
func typeFilter(step syntax.Expr) (string, bool) {
	call, ok := step.(syntax.Call)
	if !ok || call.Name != "ofType" && call.Name != "as" || len(call.Args) != 1 {
		return "", false
	}
	name, ok := call.Args[0].(syntax.Name)
	return name.Name, ok
}

func (b *binder) union(s syntax.Union, focus []string) (node, []string, error) {
	var branches []node
	var types []string
	for _, branch := range s.Branches {
		n, of, err := b.bind(branch, focus)
		if err != nil {
			return nil, nil, err
		}
		if n == nil {
			continue
		}
		branches = append(branches, n)
		for _, typ := range of {
			if !slices.Contains(types, typ) {
				types = append(types, typ)
			}
		}
	}
	switch len(branches) {
	case 0:
		return nil, nil, nil
	case 1:
		return branches[0], types, nil
	}
	return union{branches}, types, nil
}

// child is the property of that name of each type of the focus.
func (b *binder) child(name string, focus []string) (node, []string, error) {
	c := &child{name: name}
	var types []string
	for _, typ := range focus {
		s, _ := definitions.LookupStructure(typ)
		if s == nil {
			continue
		}
		e, ok := s.Element(name)
		if !ok {
			continue
		}
		b.elements = append(b.elements, e)
		cc := childCase{parent: typ, choice: e.Choice}
		for _, t := range e.Types {
			p, err := newProperty(e, t.Code)
			if err != nil {
				return nil, nil, err
			}
			cc.properties = append(cc.properties, p)
			if !slices.Contains(types, t.Code) {
				types = append(types, t.Code)
			}
		}
		c.cases = append(c.cases, cc)
	}
	if len(c.cases) == 0 {
		return nil, nil, fmt.Errorf("%s has no element %q", strings.Join(focus, ", "), name)
	}
	return c, types, nil
}

func newProperty(e *definitions.Element, typ string) (property, error) {
	s, ok := definitions.LookupStructure(typ)
	if !ok {
		return property{}, fmt.Errorf("the element %q has the unknown type %q", e.Name, typ)
	}
	name := e.Name
	if e.Choice {
		name += strings.ToUpper(typ[:1]) + typ[1:]
	}
	return property{json: name, typ: typ, kind: JSONKind(s), anyResource: typ == "Resource", element: e}, nil
}

// unsupported says what no search parameter has.
func unsupported(s syntax.Expr) error {
	switch s := s.(type) {
	case syntax.Or:
		return fmt.Errorf("`or` is not supported")
	case syntax.Binary:
		return fmt.Errorf("`%s` is not supported", s.Op)
	case syntax.This:
		return fmt.Errorf("$this is not supported")
	case syntax.Iteration:
		return fmt.Errorf("the variable $%s is not supported", s.Name)
	case syntax.Variable:
		return fmt.Errorf("the variable %%%s is not supported, only %%resource", s.Name)
	case syntax.At:
		return fmt.Errorf("an index that is no number is not supported")
	}
	return fmt.Errorf("this syntax is not supported in a search parameter")
}
