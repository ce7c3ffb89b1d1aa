package evaluator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// systemTypes are FHIRPath's own.
var systemTypes = []string{"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"}

// typeSpecifier is a type as an expression names it: FHIR's, FHIRPath's, or where
// no model is given either.
type typeSpecifier struct {
	fhir   string // "" if it is none of FHIR's
	system string // with System., "" if it is none of FHIRPath's
}

func newTypeSpecifier(name string) (typeSpecifier, error) {
	model, bare, qualified := strings.Cut(name, ".")
	if !qualified {
		model, bare = "", name
	}
	var t typeSpecifier
	if model != "FHIR" && slices.Contains(systemTypes, bare) {
		t.system = "System." + bare
	}
	if _, ok := definitions.LookupStructure(bare); ok && model != "System" {
		t.fhir = bare
	}
	if t == (typeSpecifier{}) || qualified && model != "FHIR" && model != "System" {
		return t, fmt.Errorf("%q is not a type of R4", name)
	}
	return t, nil
}

var errTypeUnknown = errors.New("the type of what a reference leads to is not known")

func (t typeSpecifier) matches(it Item) (bool, error) {
	switch {
	case it.distant && it.typ == "":
		return false, errTypeUnknown
	case it.typ == t.system:
		return true, nil
	}
	return t.fhir != "" && fhirpath.IsA(it.typ, t.fhir), nil
}

func compileTypeTest(x syntax.TypeTest) (node, error) {
	of, err := compile(x.Of)
	if err != nil {
		return nil, err
	}
	t, err := newTypeSpecifier(x.Type)
	if err != nil {
		return nil, err
	}
	test := typeFunctions[x.Op](t)
	return func(e *env, s *scope) ([]Item, error) {
		items, err := of(e, s)
		if err != nil {
			return nil, err
		}
		if err := e.step(len(items)); err != nil {
			return nil, err
		}
		return test(items)
	}, nil
}

// typeFunctions are those whose argument is a type.
var typeFunctions = map[string]func(typeSpecifier) func([]Item) ([]Item, error){
	"is": typeSpecifier.is, "as": typeSpecifier.filter, "ofType": typeSpecifier.filter,
}

func (t typeSpecifier) is() func([]Item) ([]Item, error) {
	return func(items []Item) ([]Item, error) {
		if len(items) != 1 {
			return nil, several(items)
		}
		matches, err := t.matches(items[0])
		return truth(matches), err
	}
}

// filter keeps what is of the type. R4's invariants use as() on collections of
// several items, as ofType() of later definitions.
func (t typeSpecifier) filter() func([]Item) ([]Item, error) {
	return func(items []Item) ([]Item, error) {
		var kept []Item
		for _, it := range items {
			matches, err := t.matches(it)
			if err != nil {
				return nil, err
			}
			if matches {
				kept = append(kept, it)
			}
		}
		return kept, nil
	}
}

func several(items []Item) error {
	if len(items) > 1 {
		return errSeveral
	}
	return nil
}

// typeArgument is the type that the argument of is(), as() or ofType() names.
func typeArgument(x syntax.Expr) (string, bool) {
	switch x := x.(type) {
	case syntax.Name:
		return x.Name, true
	case syntax.Path:
		model, isName := x.Steps[0].(syntax.Name)
		if inner, ok := x.Steps[1].(syntax.Name); ok && isName && len(x.Steps) == 2 {
			return model.Name + "." + inner.Name, true
		}
	}
	return "", false
}
