package sqlite

import "github.com/granary-fhir/granary/search"

// quantityTest compares number and quantity entries, [lo, hi], with a search
// value, as the prefix says (search.html#number, #quantity).
func (c *compiler) quantityTest(e search.Quantity) (*entryTest, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return nil, err
	}
	t := numberPasses{quantity: e}
	if !e.System.Any() || !e.Code.Any() {
		t.units, err = c.termsThatMatch(param, search.Term{Param: e.Param, System: e.System, Code: e.Code})
		if err != nil || t.units == nil {
			return nil, err
		}
	}
	return &entryTest{param, quantityTable, t}, nil
}

type numberPasses struct {
	quantity search.Quantity
	units    termSet // nil for any
}

func (t numberPasses) next(r *reader, _ *termRow) (int64, bool, error) {
	x := r.number()
	if !t.compare(x.lo, x.hi) {
		return x.group, false, nil
	}
	if t.units == nil {
		return x.group, true, nil
	}
	ok, err := t.units.has(x.unit)
	return x.group, ok, err
}

func (t numberPasses) compare(lo, hi float64) bool {
	low, high := t.quantity.Low, t.quantity.High
	switch t.quantity.Op {
	case search.Eq:
		return t.within(lo, hi)
	case search.Ne:
		return !t.within(lo, hi)
	case search.Gt:
		return hi > low
	case search.Lt:
		return lo < low
	case search.Ge:
		return hi >= low
	case search.Le:
		return lo <= low
	case search.Sa:
		return lo > low
	case search.Eb:
		return hi < low
	case search.Ap:
		return lo <= high && hi >= low
	}
	return false
}

// within is [low, high), or one exact value.
func (t numberPasses) within(lo, hi float64) bool {
	low, high := t.quantity.Low, t.quantity.High
	if low == high {
		return lo >= low && hi <= high
	}
	return lo >= low && hi < high
}

// quantityRange is the same comparison of the columns of the index of quantities.
func quantityRange(e search.Quantity) fragment {
	low, high := float(e.Low), float(e.High)
	switch e.Op {
	case search.Eq:
		below := "<"
		if e.Low == e.High {
			below = "<="
		}
		return sql("(lo BETWEEN ? AND ? AND hi "+below+" ?)", low, high, high)
	case search.Gt:
		return sql("hi > ?", low)
	case search.Lt:
		return sql("lo < ?", low)
	case search.Ge:
		return sql("hi >= ?", low)
	case search.Le:
		return sql("lo <= ?", low)
	case search.Sa:
		return sql("lo > ?", low)
	case search.Eb:
		return sql("hi < ?", low)
	case search.Ap:
		return sql("(lo <= ? AND hi >= ?)", high, low)
	}
	return never
}
