package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

var boolean = selection{types: []string{"boolean"}, computed: true}

// check finds out what an expression selects from a focus, and refuses what is
// not supported.
func check(x syntax.Expr, focus selection) (selection, error) {
	switch x := x.(type) {
	case syntax.Name:
		return checkHead(x.Name, focus)
	case syntax.Path:
		return checkSteps(x.Steps, focus)
	case syntax.Index:
		return part(focus), nil
	case syntax.This:
		return focus, nil
	case syntax.Call:
		return checkCall(x, focus)
	case syntax.TypeTest:
		return checkTypeTest(x, focus)
	case syntax.Compare:
		return checkBoth(x.Left, x.Right, focus, false)
	case syntax.And:
		return checkBoth(x.Left, x.Right, focus, true)
	case syntax.Or:
		return checkBoth(x.Left, x.Right, focus, true)
	case syntax.Literal:
		_, err := literal(x)
		return selection{types: []string{"literal"}, computed: true}, err
	}
	return selection{}, fmt.Errorf("this syntax is not supported in a patch; %s", supported)
}

// part is some of what a focus has.
func part(focus selection) selection {
	focus.named = false
	return focus
}

// checkHead is the first name of a path: the type of the resource, or an element.
func checkHead(name string, focus selection) (selection, error) {
	s, ok := definitions.LookupStructure(name)
	if !ok || s.Kind != "resource" {
		return checkChild(name, focus)
	}
	for _, typ := range focus.types {
		if !focus.root || !fhirpath.IsA(typ, name) {
			return selection{}, fmt.Errorf("it begins with %s where %s is meant", name, strings.Join(focus.types, ", "))
		}
	}
	return focus, nil
}

func checkSteps(steps []syntax.Expr, focus selection) (selection, error) {
	var err error
	for i, step := range steps {
		if name, ok := step.(syntax.Name); ok && i > 0 {
			focus, err = checkChild(name.Name, focus)
		} else {
			focus, err = check(step, focus)
		}
		if err != nil {
			return selection{}, err
		}
	}
	return focus, nil
}

// checkChild is the element of a name in any of the types.
func checkChild(name string, focus selection) (selection, error) {
	s := selection{named: true, element: name}
	for _, typ := range focus.types {
		e, ok := elementOf(typ, name)
		if !ok {
			continue
		}
		s.holders = append(s.holders, typ)
		for _, t := range e.Types {
			s.types = appendNew(s.types, t.Code)
		}
	}
	if len(s.types) == 0 {
		return selection{}, noElement(focus.types, name)
	}
	return s, nil
}

func elementOf(typ, name string) (*definitions.Element, bool) {
	s, ok := definitions.LookupStructure(typ)
	if !ok {
		return nil, false
	}
	return s.Element(name)
}

func appendNew(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}

// noElement says that no type has an element of the name, and how it is written
// instead where that is known.
func noElement(types []string, name string) error {
	for _, typ := range types {
		s, ok := definitions.LookupStructure(typ)
		if !ok {
			continue
		}
		if e, of, ok := s.Property(name); ok {
			return fmt.Errorf("%s has no element %q: it is %q, for which JSON has %q where it is a %s", typ, name, e.Name, name, of.Code)
		}
	}
	if slices.Contains(types, "Resource") {
		return fmt.Errorf("a resource of unknown type has no element %q; say the type, as in contained.ofType(Medication)", name)
	}
	return fmt.Errorf("%s has no element %q", strings.Join(types, ", "), name)
}

// checkBoth checks the sides of an operator, which are booleans for some.
func checkBoth(left, right syntax.Expr, focus selection, booleans bool) (selection, error) {
	for _, side := range []syntax.Expr{left, right} {
		s, err := check(side, part(focus))
		if err != nil {
			return selection{}, err
		}
		if booleans && !slices.Equal(s.types, boolean.types) {
			return selection{}, fmt.Errorf("`and` and `or` need booleans on both sides")
		}
	}
	return boolean, nil
}
