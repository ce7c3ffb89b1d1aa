package evaluator

import (
	"errors"
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// compile turns syntax into a node.
func compile(x syntax.Expr) (node, error) {
	n, err := compileAny(x)
	if err == nil && closed(x) {
		n = memoized(n)
	}
	return n, err
}

func compileAny(x syntax.Expr) (node, error) {
	switch x := x.(type) {
	case syntax.Name:
		return head(x.Name), nil
	case syntax.Path:
		return compilePath(x)
	case syntax.Call:
		return compileCall(x)
	case syntax.Index:
		return indexed(constant(one(integer(x.N)))), nil
	case syntax.At:
		at, err := compile(x.Index)
		return indexed(at), err
	case syntax.TypeTest:
		return compileTypeTest(x)
	case syntax.Negative:
		return compileNegative(x)
	case syntax.Resource, syntax.Variable, syntax.This, syntax.Iteration:
		return compileVariable(x)
	case syntax.Literal, syntax.Quantity, syntax.Empty:
		value, err := literal(x)
		return constant(value), err
	}
	return compileOperator(x)
}

func constant(value []Item) node {
	return func(*env, *scope) ([]Item, error) { return value, nil }
}

func literal(x syntax.Expr) ([]Item, error) {
	switch x := x.(type) {
	case syntax.Literal:
		v, ok := literalValue(x)
		if !ok {
			return nil, fmt.Errorf("%q is no date, time or number", x.Text)
		}
		return one(v), nil
	case syntax.Quantity:
		value, ok := parseNumber(x.Value)
		if !ok {
			return nil, fmt.Errorf("%q is no number", x.Value)
		}
		return one(quantity{value, x.Unit}), nil
	}
	return nil, nil
}

func literalValue(x syntax.Literal) (v system, ok bool) {
	switch x.Kind {
	case syntax.Number:
		v, ok = parseNumber(x.Text)
	case syntax.Date:
		v, ok = parseMoment(x.Text, "")
	case syntax.Time:
		v, ok = parseTime(x.Text)
	case syntax.Boolean:
		v, ok = boolean(x.Text == "true"), true
	case syntax.String:
		v, ok = text(x.Text), true
	}
	return v, ok
}

// head is the first name of a path: the type of the focus itself, or a child.
func head(name string) node {
	if s, ok := definitions.LookupStructure(name); ok && s.Kind != "primitive" && s.Kind != "backbone" {
		return func(_ *env, s *scope) ([]Item, error) {
			return slices.DeleteFunc(slices.Clone(s.focus), func(it Item) bool { return !fhirpath.IsA(it.typ, name) }), nil
		}
	}
	return child(name)
}

func child(name string) node {
	return func(e *env, s *scope) ([]Item, error) {
		var found []Item
		for _, it := range s.focus {
			children, err := it.child(name)
			if err != nil {
				return nil, err
			}
			found = append(found, children...)
		}
		return found, e.step(1 + len(s.focus) + len(found))
	}
}

func compilePath(x syntax.Path) (node, error) {
	steps := make([]node, len(x.Steps))
	for i, step := range x.Steps {
		if name, ok := step.(syntax.Name); ok && i > 0 {
			steps[i] = child(name.Name)
			continue
		}
		var err error
		if steps[i], err = compile(step); err != nil {
			return nil, err
		}
	}
	return func(e *env, s *scope) ([]Item, error) {
		inner := *s
		for _, step := range steps {
			next, err := step(e, &inner)
			if err != nil {
				return nil, err
			}
			inner.focus = next
		}
		return inner.focus, e.step(1)
	}, nil
}

func indexed(index node) node {
	return func(e *env, s *scope) ([]Item, error) {
		at, err := index(e, s.argument())
		if err != nil {
			return nil, err
		}
		n, ok, err := integerOf(at)
		if !ok || err != nil || n < 0 || n >= len(s.focus) {
			return nil, err
		}
		return s.focus[n : n+1], nil
	}
}

func compileNegative(x syntax.Negative) (node, error) {
	of, err := compile(x.Of)
	if err != nil {
		return nil, err
	}
	return func(e *env, s *scope) ([]Item, error) {
		items, err := of(e, s)
		if err != nil {
			return nil, err
		}
		switch v, err := systemOf(items); v := v.(type) {
		case number:
			return one(v.negated()), nil
		case quantity:
			v.value = v.value.negated()
			return one(v), nil
		case nil:
			return nil, err
		}
		return nil, errors.New("only a number or a Quantity has a negative")
	}, nil
}

// terminologies are the variables that name a code system (fhirpath.html#variables).
var terminologies = map[string]string{"sct": "http://snomed.info/sct", "loinc": "http://loinc.org", "ucum": ucum}

func compileVariable(x syntax.Expr) (node, error) {
	switch x := x.(type) {
	case syntax.This:
		return func(_ *env, s *scope) ([]Item, error) { return s.this, nil }, nil
	case syntax.Resource:
		return func(e *env, _ *scope) ([]Item, error) { return []Item{e.Resource}, nil }, nil
	case syntax.Iteration:
		if x.Name == "total" {
			return func(_ *env, s *scope) ([]Item, error) { return s.total, nil }, nil
		}
		return func(_ *env, s *scope) ([]Item, error) { return one(integer(s.index)), nil }, nil
	case syntax.Variable:
		return environmentVariable(x.Name)
	}
	return nil, fmt.Errorf("the syntax %T has no meaning", x)
}

func environmentVariable(name string) (node, error) {
	switch name {
	case "context":
		return func(e *env, _ *scope) ([]Item, error) { return []Item{e.context}, nil }, nil
	case "rootResource":
		return func(e *env, _ *scope) ([]Item, error) { return []Item{e.Root}, nil }, nil
	}
	if system, ok := terminologies[name]; ok {
		return constant(one(text(system))), nil
	}
	if len(name) > 3 && name[:3] == "vs-" {
		return constant(one(text("http://hl7.org/fhir/ValueSet/" + name[3:]))), nil
	}
	if len(name) > 4 && name[:4] == "ext-" {
		return constant(one(text("http://hl7.org/fhir/StructureDefinition/" + name[4:]))), nil
	}
	return nil, fmt.Errorf("there is no variable %%%s", name)
}
