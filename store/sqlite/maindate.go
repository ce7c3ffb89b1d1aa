package sqlite

import (
	"math"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// The column sort of a row is where the earliest entry of its main clinical date
// begins, or NoSort if it has none. A comparison of that date says something of
// the column.

// rowTest is a test of a row of postings: by its entries, and by where it stands.
type rowTest struct {
	test  test // nil for one that always holds
	dates []mainDate
}

// mainDate is a comparison of the main date. Where the place of a row alone tells
// that its earliest entry passes, its entries are not read.
type mainDate struct {
	search.Date
	test test
}

func (t rowTest) isAlways() bool {
	return len(t.dates) == 0 && (t.test == nil || t.test == constant(true))
}

// isNever tells that no row passes.
func (t rowTest) isNever() bool {
	return t.test == constant(false) || slices.ContainsFunc(t.dates, func(date mainDate) bool { return date.test == constant(false) })
}

// byPlace tells that a row passes, whatever its entries are.
func (t rowTest) byPlace(sort int64) bool {
	if t.test != nil && t.test != constant(true) {
		return false
	}
	for _, date := range t.dates {
		if !passesEarliest(date.Date, sort) {
			return false
		}
	}
	return true
}

func (t rowTest) of(sort int64, e packed) (bool, error) {
	for _, date := range t.dates {
		if passesEarliest(date.Date, sort) {
			continue
		}
		if ok, err := date.test.of(e); err != nil || !ok {
			return false, err
		}
	}
	if t.test == nil {
		return true, nil
	}
	return t.test.of(e)
}

// sql is the same for the row p of postings, whose row in res is given.
func (t rowTest) sql(row subject) fragment {
	all := make([]fragment, 0, 1+len(t.dates))
	for _, date := range t.dates {
		if date.test == constant(false) {
			return never
		}
		own := row
		if row.rid != "p.rid" { // which is not read for this alone
			own.entries = "(SELECT m.e FROM res m WHERE m.rid = p.rid)"
		}
		all = append(all, anyOf(earliestPasses(date.Date), own.holds(date.test)))
	}
	if t.test != nil {
		all = append(all, row.holds(t.test))
	}
	return both(all...)
}

func (p *plan) addMainDate(c *compiler, e search.Date) error {
	t, err := c.local(e)
	p.local.dates = append(p.local.dates, mainDate{e, t})
	return err
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

// passesEarliest is the same for a row with a place.
func passesEarliest(e search.Date, sort int64) bool {
	switch e.Op {
	case search.Ge:
		return sort >= e.Low
	case search.Gt:
		return sort > e.High
	case search.Sa:
		return sort >= e.High
	case search.Lt, search.Le, search.Ne:
		return sort < e.Low && sort > search.NoSort
	}
	return false
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
