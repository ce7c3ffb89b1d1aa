package sqlite

import "github.com/granary-fhir/granary/search"

// quantityTest compares number and quantity entries, [lo, hi], with a search
// value, as the prefix says (search.html#number, #quantity).
func (c *compiler) quantityTest(e search.Quantity) (entryTest, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return noEntry, err
	}
	unit, err := c.unitTest(param, e)
	return entryTest{"qty", param, both(boundsTest(e), unit)}, err
}

func boundsTest(e search.Quantity) fragment {
	low, high := float(e.Low), float(e.High)
	below := "<" // [low, high), or one exact value
	if e.Low == e.High {
		below = "<="
	}
	within := sql("({}.lo >= ? AND {}.hi "+below+" ?)", low, high)
	switch e.Op {
	case search.Eq:
		return within
	case search.Ne:
		return negate(within)
	case search.Gt:
		return sql("{}.hi > ?", low)
	case search.Lt:
		return sql("{}.lo < ?", low)
	case search.Ge:
		return sql("{}.hi >= ?", low)
	case search.Le:
		return sql("{}.lo <= ?", low)
	case search.Sa:
		return sql("{}.lo > ?", low)
	case search.Eb:
		return sql("{}.hi < ?", low)
	case search.Ap:
		return sql("({}.lo <= ? AND {}.hi >= ?)", high, low)
	}
	return never
}

// unitTest compares the unit, a term of the same parameter.
func (c *compiler) unitTest(param int64, e search.Quantity) (fragment, error) {
	if e.System.Any() && e.Code.Any() {
		return always, nil
	}
	match := search.Term{Param: e.Param, System: e.System, Code: e.Code}
	units, all, err := c.expand(param, match)
	switch {
	case err != nil, all && len(units) == 0:
		return never, err
	case all && len(units) == 1:
		return sql("{}.unit = ?", num(units[0])), nil
	case all:
		return sql("{}.unit IN (SELECT value FROM json_each(?))", numsJSON(units)), nil
	}
	return concat(sql("{}.unit IN ("), c.dictionaryOf(param, match), sql(")")), nil
}
