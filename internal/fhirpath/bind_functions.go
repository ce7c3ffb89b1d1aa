package fhirpath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// call binds a function. ofType and as are bound where their path is.
func (b *binder) call(s callSyntax, focus []string) (node, []string, error) {
	if filter, ok := typeFilter(s); ok {
		return b.narrow(nil, filter, focus)
	}
	switch {
	case s.name == "where" && len(s.args) == 1:
		criterion, types, err := b.bind(s.args[0], focus)
		if err == nil && (criterion == nil || !slices.Equal(types, []string{"boolean"})) {
			err = fmt.Errorf("the criterion of where() is not a boolean")
		}
		return where{criterion}, focus, err
	case s.name == "exists" && len(s.args) == 0:
		return exists{}, []string{"boolean"}, nil
	case s.name == "resolve" && len(s.args) == 0:
		return b.resolve(focus)
	case s.name == "extension" && len(s.args) == 1:
		url := compareSyntax{nameSyntax{"url"}, s.args[0], false}
		return b.path(pathSyntax{[]syntax{nameSyntax{"extension"}, callSyntax{"where", []syntax{url}}}}, focus)
	}
	return nil, nil, fmt.Errorf("the function %s() with %d arguments is not supported", s.name, len(s.args))
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
	name, err := typeName(name)
	if err != nil {
		return nil, nil, err
	}
	var types []string
	for _, typ := range focus {
		if typ == name || typ == "Resource" && isA(name, typ) {
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

func (b *binder) typeTest(s typeTestSyntax, focus []string) (node, []string, error) {
	if s.op == "as" {
		return b.path(pathSyntax{[]syntax{s.of, callSyntax{"ofType", []syntax{nameSyntax{s.name}}}}}, focus)
	}
	of, _, err := b.bind(s.of, focus)
	if of == nil || err != nil {
		return nil, nil, err
	}
	name, err := typeName(s.name)
	return isType{of, name}, []string{"boolean"}, err
}

func (b *binder) compare(s compareSyntax, focus []string) (node, []string, error) {
	literal, ok := s.right.(literalSyntax)
	if !ok {
		return nil, nil, fmt.Errorf("only a comparison with a literal is supported")
	}
	left, _, err := b.bind(s.left, focus)
	if left == nil || err != nil {
		return nil, nil, err
	}
	value, err := literal.node()
	return compare{left, value, s.negate}, []string{"boolean"}, err
}

func (s literalSyntax) node() (*fhirjson.Node, error) {
	if s.isString {
		return fhirjson.Parse(fhirjson.Quote(s.text))
	}
	return fhirjson.Parse([]byte(s.text))
}

func (b *binder) and(s andSyntax, focus []string) (node, []string, error) {
	left, _, err := b.bind(s.left, focus)
	if left == nil || err != nil {
		return nil, nil, err
	}
	right, _, err := b.bind(s.right, focus)
	if right == nil || err != nil {
		return nil, nil, err
	}
	return and{left, right}, []string{"boolean"}, nil
}

// typeName is the type's name in R4. HL7's definitions write DateTime once.
func typeName(name string) (string, error) {
	for _, name := range []string{name, strings.ToLower(name[:1]) + name[1:]} {
		if _, ok := definitions.LookupStructure(name); ok {
			return name, nil
		}
	}
	return "", fmt.Errorf("%q is not a type of R4", name)
}

// isA tells whether typ is ancestor or a specialisation of it.
func isA(typ, ancestor string) bool {
	for typ != ancestor {
		s, ok := definitions.LookupStructure(typ)
		if !ok || s.Base == "" {
			return false
		}
		typ = s.Base
	}
	return true
}
