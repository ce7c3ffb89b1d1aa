package naive

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// decimal is an exact number.
type decimal = big.Rat

func parseDecimal(text string) *decimal {
	d, ok := new(decimal).SetString(text)
	if !ok {
		return nil
	}
	return d
}

func exact(text string) value {
	d := parseDecimal(text)
	return value{low: d, high: d}
}

func quantity(v any) []value {
	number, ok := v.(Object)["value"].(json.Number)
	if !ok {
		return nil
	}
	q := exact(string(number))
	switch str(v, "comparator") {
	case "<", "<=":
		q.low = nil
	case ">", ">=":
		q.high = nil
	}
	q.system, q.code, q.unit = str(v, "system"), str(v, "code"), str(v, "unit")
	return []value{q}
}

// precision is half a unit of the last digit that is written: 0.05 for "5.4".
func precision(text string) *decimal {
	_, fraction, _ := strings.Cut(text, ".")
	half := big.NewRat(1, 2)
	for range fraction {
		half.Mul(half, big.NewRat(1, 10))
	}
	return half
}

// searched is a number that is searched for, and the range of its precision.
type searched struct{ value, low, high *decimal }

// newSearched reads a number and converts it by a factor.
func newSearched(text string, factor *decimal) searched {
	v, half := parseDecimal(text), precision(text)
	times := func(d *decimal) *decimal { return new(decimal).Mul(d, factor) }
	return searched{times(v), times(new(decimal).Sub(v, half)), times(new(decimal).Add(v, half))}
}

// compare tells whether a number compares with the search value as
// search.html#number says: its precision counts for eq and ne alone.
func (s searched) compare(prefix string, target value) bool {
	contained := target.low != nil && target.low.Cmp(s.low) >= 0 && target.high != nil && target.high.Cmp(s.high) < 0
	switch prefix {
	case "", "eq":
		return contained
	case "ne":
		return !contained
	case "gt":
		return target.high == nil || target.high.Cmp(s.value) > 0
	case "lt":
		return target.low == nil || target.low.Cmp(s.value) < 0
	case "ge":
		return target.high == nil || target.high.Cmp(s.value) >= 0
	case "le":
		return target.low == nil || target.low.Cmp(s.value) <= 0
	case "sa":
		return target.low != nil && target.low.Cmp(s.value) > 0
	case "eb":
		return target.high != nil && target.high.Cmp(s.value) < 0
	case "ap": // a tenth either side, and no less than the precision
		around := new(decimal).Mul(new(decimal).Abs(s.value), big.NewRat(1, 10))
		if half := new(decimal).Sub(s.high, s.value); half.Cmp(around) > 0 {
			around = half
		}
		low, high := new(decimal).Sub(s.value, around), new(decimal).Add(s.value, around)
		return (target.low == nil || target.low.Cmp(high) <= 0) && (target.high == nil || target.high.Cmp(low) >= 0)
	}
	return false
}

const ucum = "http://unitsofmeasure.org"

// units of UCUM in the test data: what they measure, and how many of the
// dimension's first unit one of them is. Annotations in braces mean 1; what a
// mole is depends on what it is of.
var units = map[string]struct{ dimension, factor string }{
	"m": {"length", "1"}, "cm": {"length", "1/100"}, "mm": {"length", "1/1000"},
	"g": {"mass", "1"}, "[lb_av]": {"mass", "453.59237"}, "kg": {"mass", "1000"}, "mg": {"mass", "1/1000"}, "pg": {"mass", "1/1000000000000"},
	"g/L": {"density", "1"}, "g/dL": {"density", "10"}, "mg/dL": {"density", "1/100"}, "mg/L": {"density", "1/1000"}, "ng/mL": {"density", "1/1000000"}, "pg/mL": {"density", "1/1000000000"},
	"s": {"time", "1"}, "min": {"time", "60"}, "h": {"time", "3600"}, "d": {"time", "86400"}, "a": {"time", "31557600"},
	"mL/min": {"flow", "1"}, "mL/min/{1.73_m2}": {"flow", "1"},
	"10*3/uL": {"count", "1000"}, "10*6/uL": {"count", "1000000"},
	"%": {"fraction", "1/100"}, "{score}": {"fraction", "1"}, "{nominal}": {"fraction", "1"}, "{T-score}": {"fraction", "1"}, "{tablet}": {"fraction", "1"},
}

// unitCodes are the keys of units, in an order that is always the same.
var unitCodes = slices.Sorted(maps.Keys(units))

// inUnit tells whether a quantity is in the unit of the search, and by which
// factor the search value must be multiplied to be in the quantity's unit.
// With convert, UCUM units of one dimension are one unit.
func inUnit(q value, system, code string, hasSystem, convert bool) (*decimal, bool) {
	one := big.NewRat(1, 1)
	switch {
	case !hasSystem && code == "":
		return one, true
	case !hasSystem || system == "":
		return one, q.code == code || q.unit == code
	case q.system == system && q.code == code:
		return one, true
	}
	from, known := units[code]
	to, comparable := units[q.code]
	if !convert || system != ucum || q.system != ucum || !known || !comparable || from.dimension != to.dimension {
		return nil, false
	}
	return new(decimal).Quo(parseDecimal(from.factor), parseDecimal(to.factor)), true
}
