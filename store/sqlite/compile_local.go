package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// isLocal tells that a predicate asks for nothing but entries of the row itself,
// so that a test can answer it.
func isLocal(e search.Expr) bool {
	switch e := e.(type) {
	case search.And:
		return allLocal(e)
	case search.Or:
		return allLocal(e)
	case search.Not:
		return isLocal(e.Of)
	case search.Term:
		return e.Param.Code != "_id"
	case search.Missing:
		return e.Param.Code != "_id"
	case search.Const, search.String, search.Date, search.Quantity, search.Composite,
		search.Chart, search.Panel, search.Related, search.Near:
		return true
	}
	return false
}

func allLocal(parts []search.Expr) bool {
	for _, part := range parts {
		if !isLocal(part) {
			return false
		}
	}
	return true
}

// local compiles a predicate that is local.
func (c *compiler) local(e search.Expr) (test, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	switch e := e.(type) {
	case search.Const:
		return constant(e), nil
	case search.And:
		parts, err := c.locals(e)
		return conjunction(parts...), err
	case search.Or:
		return c.localOr(e)
	case search.Not:
		part, err := c.local(e.Of)
		if err != nil {
			return nil, err
		}
		return negation(part), nil
	case search.Missing:
		return c.missing(e)
	case search.Composite:
		return c.composite(e)
	case search.Chart:
		return c.chart(e)
	case search.Panel:
		return c.panel(e), nil
	case search.Related:
		return c.related(e)
	case search.Near:
		return c.near(e)
	}
	t, err := c.entryTest(e)
	if err != nil || t == nil {
		return constant(false), err
	}
	return t, nil
}

func (c *compiler) locals(parts []search.Expr) ([]test, error) {
	compiled := make([]test, len(parts))
	for i, part := range parts {
		var err error
		if compiled[i], err = c.local(part); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

// localOr compiles a disjunction. Its exact terms of one parameter become one
// test with a list: a scope may name hundreds of codes. So do those of conjunctions
// that ask for the same parameter.
func (c *compiler) localOr(parts search.Or) (test, error) {
	listed, rest, err := c.gather(parts)
	if err != nil {
		return nil, err
	}
	compiled, listed, rest, err := c.choices(listed, rest)
	if err != nil {
		return nil, err
	}
	for _, list := range listed {
		compiled = append(compiled, &entryTest{list.param, termTable, oneOf(list.terms)})
	}
	others, err := c.locals(rest)
	return disjunction(append(compiled, others...)...), err
}

// entryTest compiles a predicate that holds for a row if it holds for one of its
// entries; nil if no entry can pass.
func (c *compiler) entryTest(e search.Expr) (*entryTest, error) {
	switch e := e.(type) {
	case search.Term:
		return c.termTest(e)
	case search.String:
		return c.rangeTest(stringTable, e.Param, stringPasses(e))
	case search.Date:
		return c.rangeTest(dateTable, e.Param, datePasses(e))
	case search.Quantity:
		return c.quantityTest(e)
	case nil:
		return nil, fmt.Errorf("a predicate is missing")
	}
	return nil, fmt.Errorf("the SQLite store cannot evaluate a %T", e)
}

func (c *compiler) rangeTest(in table, p *search.Param, passes passes) (*entryTest, error) {
	param, ok, err := c.param(p)
	if err != nil || !ok {
		return nil, err
	}
	return &entryTest{param, in, passes}, nil
}

// presence are tests that pass any entry under the parameter.
func (c *compiler) presence(p *search.Param) ([]*entryTest, error) {
	param, ok, err := c.param(p)
	if err != nil || !ok {
		return nil, err
	}
	var tests []*entryTest
	for _, t := range tablesOf(p.Kind) {
		tests = append(tests, &entryTest{param, t, anyEntry{t}})
	}
	return tests, nil
}

// tablesOf are the tables in which entries of a kind of parameter may be.
func tablesOf(kind search.Kind) []table {
	switch kind {
	case search.KindToken, search.KindReference, search.KindURI:
		return []table{termTable}
	case search.KindDate:
		return []table{dateTable}
	case search.KindNumber, search.KindQuantity:
		return []table{quantityTable}
	}
	return []table{termTable, stringTable, dateTable, quantityTable} // `_text` and `_content` are strings with terms
}

// missing holds where the row has no entry under the parameter; for a composite:
// no element that has all of the components.
func (c *compiler) missing(e search.Missing) (test, error) {
	if len(e.Param.Components) > 0 {
		parts := make([]search.Expr, len(e.Param.Components))
		for i, component := range e.Param.Components {
			parts[i] = search.Not{Of: search.Missing{Param: component}}
		}
		t, err := c.composite(search.Composite{Param: e.Param, Parts: parts})
		if err != nil {
			return nil, err
		}
		return negation(t), nil
	}
	tests, err := c.presence(e.Param)
	if err != nil {
		return nil, err
	}
	return negation(anyOfEntries(tests)), nil
}

func anyOfEntries(tests []*entryTest) test {
	parts := make([]test, len(tests))
	for i, t := range tests {
		parts[i] = t
	}
	return disjunction(parts...)
}
