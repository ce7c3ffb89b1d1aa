package evaluator

import "github.com/granary-fhir/granary/internal/fhirpath/syntax"

// closed tells whether an expression has one value in the whole of an evaluation:
// it begins with %resource or its like, and what follows asks for nothing else. R4's
// dom-3 has such a union of all references of the resource in a criterion that is
// evaluated for each contained one.
func closed(x syntax.Expr) bool {
	switch x := x.(type) {
	case syntax.Union:
		for _, branch := range x.Branches {
			if !closed(branch) {
				return false
			}
		}
		return true
	case syntax.Path:
		switch x.Steps[0].(type) {
		case syntax.Resource, syntax.Variable:
		default:
			return false
		}
		for _, step := range x.Steps[1:] {
			if !plain(step) {
				return false
			}
		}
		return true
	}
	return false
}

// plain tells whether a step depends on the step before it alone.
func plain(step syntax.Expr) bool {
	switch step := step.(type) {
	case syntax.Name, syntax.Index:
		return true
	case syntax.Call:
		_, typed := typeFunctions[step.Name]
		return typed || len(step.Args) == 0
	}
	return false
}

// memoized evaluates a closed node once in an evaluation.
func memoized(n node) node {
	key := new(node)
	return func(e *env, s *scope) ([]Item, error) {
		if known, ok := e.known[key]; ok {
			return known, e.step(1)
		}
		value, err := n(e, s)
		if err != nil {
			return nil, err
		}
		if e.known == nil {
			e.known = make(map[*node][]Item)
		}
		e.known[key] = value
		return value, nil
	}
}
