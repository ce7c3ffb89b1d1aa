package sqlite

import (
	"math"

	"github.com/granary-fhir/granary/search"
)

// datePasses compares date entries, [lo, hi), with a search range, [low, high), as
// the prefix says (search.html#prefix).
func datePasses(e search.Date) passes { return rangePasses{e.Op, e.Low, e.High} }

type rangePasses struct {
	op        search.Prefix
	low, high int64
}

func (t rangePasses) next(r *reader, _ *termRow) (int64, bool, error) {
	x := r.date()
	return x.group, t.compare(x.lo, x.hi), nil
}

func (t rangePasses) compare(lo, hi int64) bool {
	switch t.op {
	case search.Eq:
		return lo >= t.low && hi <= t.high
	case search.Ne:
		return lo < t.low || hi > t.high
	case search.Gt:
		return hi > t.high
	case search.Lt:
		return lo < t.low
	case search.Ge:
		return hi > t.high || lo >= t.low
	case search.Le:
		return lo < t.low || hi <= t.high
	case search.Sa:
		return lo >= t.high
	case search.Eb:
		return hi <= t.low
	case search.Ap:
		return lo < t.high && hi > t.low
	}
	return false
}

// dateTest is the same comparison of the columns of the index of dates.
func dateTest(e search.Date) fragment {
	low, high := num(e.Low), num(e.High)
	switch e.Op {
	case search.Eq:
		return sql("(lo >= ? AND hi <= ?)", low, high)
	case search.Ne:
		return sql("(lo < ? OR hi > ?)", low, high)
	case search.Gt:
		return sql("hi > ?", high)
	case search.Lt:
		return sql("lo < ?", low)
	case search.Ge:
		return sql("(hi > ? OR lo >= ?)", high, low)
	case search.Le:
		return sql("(lo < ? OR hi <= ?)", low, high)
	case search.Sa:
		return sql("lo >= ?", high)
	case search.Eb:
		return sql("hi <= ?", low)
	case search.Ap:
		return sql("(lo < ? AND hi > ?)", high, low)
	}
	return never
}

const day = int64(24 * 3600 * 1e6)

// dateClasses bound the width of date entries, so that those that overlap a range
// are in one bounded scan of the index for each class.
var dateClasses = []int64{0: day, 1: 31 * day, 2: 366 * day, 3: math.MaxInt64}

// classOf is the class of an entry.
func classOf(lo, hi int64) int64 {
	width := hi - lo
	if width < 0 { // too wide for the difference to be a number
		return int64(len(dateClasses) - 1)
	}
	for class, bound := range dateClasses {
		if width <= bound {
			return int64(class)
		}
	}
	return int64(len(dateClasses) - 1)
}

// dateScan bounds lo in one class of the index, for entries that can pass the
// test; false where the test bounds nothing.
func dateScan(e search.Date, class int) (fragment, bool) {
	from := func(bound int64) value { // hi > bound, and hi <= lo + width
		width := dateClasses[class]
		if bound < math.MinInt64+width || width == math.MaxInt64 {
			return num(math.MinInt64)
		}
		return num(bound - width)
	}
	switch e.Op {
	case search.Eq:
		return sql("lo BETWEEN ? AND ?", num(e.Low), num(e.High)), true
	case search.Gt:
		return sql("lo >= ?", from(e.High)), true
	case search.Ge:
		return sql("lo >= ?", from(e.Low)), true
	case search.Lt, search.Eb:
		return sql("lo <= ?", num(e.Low)), true
	case search.Le:
		return sql("lo <= ?", num(e.High)), true
	case search.Sa:
		return sql("lo >= ?", num(e.High)), true
	case search.Ap:
		return sql("lo BETWEEN ? AND ?", from(e.Low), num(e.High)), true
	}
	return never, false
}
