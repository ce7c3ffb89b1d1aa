package fhirpath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// call binds a function. ofType and as are bound where their path is.
func (b *binder) call(s syntax.Call, focus []string) (node, []string, error) {
	if filter, ok := typeFilter(s); ok {
		return b.narrow(nil, filter, focus)
	}
	switch {
	case s.Name == "where" && len(s.Args) == 1:
		b.criteria++
		criterion, types, err := b.bind(s.Args[0], focus)
		b.criteria--
		if err == nil && (criterion == nil || !slices.Equal(types, []string{"boolean"})) {
			err = fmt.Errorf("the criterion of where() is not a boolean")
		}
		return where{criterion}, focus, err
	case s.Name == "exists" && len(s.Args) == 0:
		return exists{}, []string{"boolean"}, nil
	case s.Name == "resolve" && len(s.Args) == 0:
		return b.resolve(focus)
	case s.Name == "extension" && len(s.Args) == 1:
		url := syntax.Compare{Left: syntax.Name{Name: "url"}, Right: s.Args[0]}
		return b.path(syntax.Path{Steps: []syntax.Expr{syntax.Name{Name: "extension"}, syntax.Call{Name: "where", Args: []syntax.Expr{url}}}}, focus)
	}
	return nil, nil, fmt.Errorf("the function %s() with %d arguments is not supported", s.Name, len(s.Args))
}

func (b *binder) resolve(focus []string) (node, []string, error) {
	for _, typ := range focus {
		if typ != "Reference" && typ != "canonical" && typ != "uri" && typ != "url" {
			return nil, nil, fmt.Errorf("resolve() of a %s", typ)
		}
	}
	return resolve{}, []string{resolved}, nil
}

// narrow keeps what is of a type: exactly, since each type of a choice has its
// own property and HL7's parameters tell a canonical from a uri; for a resource
// within a resource, or a specialisation of the type. Where the step
// before selects a choice, its other properties are not looked at in the first
// place.
func (b *binder) narrow(before node, name string, focus []string) (node, []string, error) {
	name, err := TypeName(name)
	if err != nil {
		return nil, nil, err
	}
	var types []string
	for _, typ := range focus {
		if typ == name || typ == "Resource" && IsA(name, typ) {
			types = append(types, name)
		}
	}
	if len(types) == 0 {
		return nil, nil, fmt.Errorf("%s can never be a %s", strings.Join(focus, ", "), name)
	}
	if c, ok := before.(*child); ok && !slices.Contains(focus, "Resource") {
		c.narrow(types)
		return self{}, types, nil
	}
	return ofType{name}, types, nil
}

func (b *binder) typeTest(s syntax.TypeTest, focus []string) (node, []string, error) {
	if s.Op == "as" {
		return b.path(syntax.Path{Steps: []syntax.Expr{s.Of, syntax.Call{Name: "ofType", Args: []syntax.Expr{syntax.Name{Name: s.Type}}}}}, focus)
	}
	of, _, err := b.bind(s.Of, focus)
	if of == nil || err != nil {
		return nil, nil, err
	}
	name, err := TypeName(s.Type)
	return isType{of, name}, []string{"boolean"}, err
}

func (b *binder) compare(s syntax.Compare, focus []string) (node, []string, error) {
	literal, ok := s.Right.(syntax.Literal)
	if !ok {
		return nil, nil, fmt.Errorf("only a comparison with a literal is supported")
	}
	left, _, err := b.bind(s.Left, focus)
	if left == nil || err != nil {
		return nil, nil, err
	}
	value, err := literalNode(literal)
	return compare{left, value, s.Negate}, []string{"boolean"}, err
}

// literalNode is the JSON that a literal equals.
func literalNode(s syntax.Literal) (*fhirjson.Node, error) {
	switch s.Kind {
	case syntax.Boolean:
		return fhirjson.Parse([]byte(s.Text))
	case syntax.String:
		return fhirjson.Parse(fhirjson.Quote(s.Text))
	}
	return nil, fmt.Errorf("a comparison with a number or a date is not supported")
}

func (b *binder) and(s syntax.And, focus []string) (node, []string, error) {
	left, _, err := b.bind(s.Left, focus)
	if left == nil || err != nil {
		return nil, nil, err
	}
	right, _, err := b.bind(s.Right, focus)
	if right == nil || err != nil {
		return nil, nil, err
	}
	return and{left, right}, []string{"boolean"}, nil
}

// TypeName is the type's name in R4. HL7's definitions write DateTime once.
func TypeName(name string) (string, error) {
	for _, name := range []string{name, strings.ToLower(name[:min(1, len(name))]) + name[min(1, len(name)):]} {
		if _, ok := definitions.LookupStructure(name); ok {
			return name, nil
		}
	}
	return "", fmt.Errorf("%q is not a type of R4", name)
}

// IsA tells whether typ is ancestor or a specialisation of it.
func IsA(typ, ancestor string) bool {
	for typ != ancestor {
		s, ok := definitions.LookupStructure(typ)
		if !ok || s.Base == "" {
			return false
		}
		typ = s.Base
	}
	return true
}
