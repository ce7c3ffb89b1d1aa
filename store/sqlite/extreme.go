package sqlite

import (
	"cmp"

	driver "zombiezen.com/go/sqlite"
)

// extreme is the value by which a sort key orders a row: the earliest or lowest
// ascending, the latest or highest descending.
type extreme struct {
	param     int64
	table     table
	highest   bool
	preferred termSet // units whose numbers come before those of others; nil for none
}

// of is the value for the entries, or NULL.
func (x *extreme) of(e packed) (driver.Value, error) {
	raw, err := e.find(x.param, x.table)
	if err != nil || len(raw) == 0 {
		return driver.Value{}, err
	}
	r := reader{rest: raw, whole: e}
	switch x.table {
	case dateTable:
		value := r.date().lo
		for !r.done() {
			value = better(x, value, r.date().lo)
		}
		return driver.IntegerValue(value), r.err()
	case stringTable:
		value := r.string().folded()
		for !r.done() {
			value = better(x, value, r.string().folded())
		}
		return driver.TextValue(value), r.err()
	}
	return x.number(r)
}

// number is the value among numbers.
func (x *extreme) number(r reader) (driver.Value, error) {
	var value float64
	none, isPreferred := true, false
	for !r.done() {
		entry := r.number()
		preferred := false
		if x.preferred != nil {
			var err error
			if preferred, err = x.preferred.has(entry.unit); err != nil {
				return driver.Value{}, err
			}
		}
		switch {
		case none || preferred && !isPreferred:
			value, none, isPreferred = entry.lo, false, preferred
		case preferred == isPreferred:
			value = better(x, value, entry.lo)
		}
	}
	return driver.FloatValue(value), r.err()
}

func better[T cmp.Ordered](x *extreme, a, b T) T {
	if (b > a) == x.highest {
		return b
	}
	return a
}
