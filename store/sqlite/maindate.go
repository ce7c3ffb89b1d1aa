package sqlite

import (
	"math"

	"github.com/granary-fhir/granary/search"
)

// The column sort of a row is where the earliest entry of its main clinical date
// begins, or NoSort if it has none. A comparison of that date says something of
// the column.

// test compiles a conjunct to a test of the row p. Where the column tells that the
// earliest entry passes, no entry is looked up.
func (c *compiler) test(typ string, e search.Expr) (fragment, error) {
	test, err := c.condition(liveRow(typ, "p.rid"), e)
	if date, ok := e.(search.Date); ok && c.isMainDate(date) && !test.isNever() {
		test = anyOf(earliestPasses(date), test)
	}
	return test, err
}

func (c *compiler) isMainDate(e search.Date) bool { return c.main != nil && e.Param == c.main }

// earliestPasses is true only for rows whose earliest entry passes the test.
func earliestPasses(e search.Date) fragment {
	switch e.Op {
	case search.Ge:
		return sql("p.sort >= ?", num(e.Low))
	case search.Gt:
		return sql("p.sort > ?", num(e.High))
	case search.Sa:
		return sql("p.sort >= ?", num(e.High))
	case search.Lt, search.Le, search.Ne:
		return sql("(p.sort < ? AND p.sort > ?)", num(e.Low), num(search.NoSort))
	}
	return never
}

// until is true for all rows that can satisfy the conjuncts, by the highest place
// that they can have: a walk need not begin before it.
func (c *compiler) until(conjuncts search.And) fragment {
	last := int64(math.MaxInt64)
	for _, part := range conjuncts {
		if date, ok := part.(search.Date); ok && c.isMainDate(date) {
			last = min(last, latest(date))
		}
	}
	if last == math.MaxInt64 {
		return always
	}
	return sql("p.sort <= ?", num(last))
}

// latest is where the earliest entry begins at the latest if any entry passes.
func latest(e search.Date) int64 {
	switch e.Op {
	case search.Lt, search.Eb:
		return e.Low
	case search.Eq, search.Le, search.Ap:
		return e.High
	}
	return math.MaxInt64
}
