package sqlite

import (
	"slices"

	"github.com/granary-fhir/granary/search"
)

// exact is a conjunct that holds for the rows with one of some terms of one
// parameter.
type exact struct {
	index int // of the conjunct
	terms []int64
	found found
	codes []string // of the terms, as far as the predicate says them
}

// names tells whether one of the terms is that of a literal reference.
func (x exact) names(reference string) bool { return slices.Contains(x.codes, reference) }

// postings are the rids in the population.
func (x exact) postings() fragment { return postingsBy(x.found, x.terms) }

// exactTerms are the conjuncts that are terms.
func (c *compiler) exactTerms(conjuncts search.And) ([]exact, error) {
	var all []exact
	for i, part := range conjuncts {
		x := exact{index: i}
		alternatives, ok := part.(search.Or)
		if !ok {
			alternatives = search.Or{part}
		}
		ok, err := c.addExact(&x, alternatives)
		if err != nil {
			return nil, err
		}
		if ok {
			slices.Sort(x.terms)
			x.terms = slices.Compact(x.terms)
			all = append(all, x)
		}
	}
	return all, nil
}

// addExact adds the terms of all alternatives; false if one is no term, or of
// another parameter, or not to be listed.
func (c *compiler) addExact(x *exact, alternatives search.Or) (bool, error) {
	for i, part := range alternatives {
		t, ok := part.(search.Term)
		if !ok || t.Param.Code == "_id" || t.Code.Any() {
			return false, nil
		}
		if other, ok := alternatives[0].(search.Term); i > 0 && (!ok || other.Param != t.Param) {
			return false, nil
		}
		x.found = foundBy(t.Param)
		if x.found == byWider {
			return false, nil
		}
		param, ok, err := c.param(t.Param)
		if err != nil {
			return false, err
		}
		if !ok {
			continue // nothing has it
		}
		found, all, err := c.expand(param, t)
		if err != nil || !all {
			return false, err
		}
		x.terms = append(x.terms, found...)
		if code, ok := t.Code.Exact(); ok {
			x.codes = append(x.codes, code)
		}
	}
	return len(alternatives) > 0, nil
}

// isExact tells that the live rows of the type among the candidates for a
// predicate all satisfy it, so that they need no test.
func isExact(typ string, e search.Expr) bool {
	switch e := e.(type) {
	case search.ID:
		return true
	case search.Has:
		return isExactHop(e.Param.Type, e.Where)
	}
	return isExactHop(typ, e)
}

// isExactHop tells that the candidates are live rows of the type and satisfy the
// predicate: postings are there for live rows only.
func isExactHop(typ string, e search.Expr) bool {
	switch e := e.(type) {
	case search.Term:
		return e.Param.Type == typ && e.Param.Code != "_id" && e.Param.Wider == nil
	case search.String: // the index knows folded strings only
		return e.Param.Type == typ && e.Param.Wider == nil && e.Op != search.Exact
	case search.Date:
		return e.Param.Type == typ && e.Param.Wider == nil
	case search.Quantity:
		return e.Param.Type == typ && e.Param.Wider == nil
	case search.Chart, search.Panel:
		return true
	case search.Chain:
		return e.Param.Type == typ && isExact(e.Type, e.Where)
	case search.And:
		return len(e) == 1 && isExactHop(typ, e[0])
	case search.Or:
		return !slices.ContainsFunc(e, func(part search.Expr) bool { return !isExactHop(typ, part) })
	}
	return false
}
