package sqlite

import "github.com/granary-fhir/granary/search"

// small finds rids among which are all rows of the type that satisfy the
// predicate, if these are fewer than bound. The rows may be of another type or
// not satisfy it: they are still tested.
func (c *compiler) small(typ string, e search.Expr, bound int) (rids fragment, n int, ok bool, err error) {
	switch e := e.(type) {
	case search.And:
		return c.smallest(typ, flatten(e, nil), bound)
	case search.Or:
		return c.union(typ, e, bound)
	}
	date, isDate := e.(search.Date)
	if isDate && c.shared.ranges.isWide(date, bound) {
		return never, 0, false, nil
	}
	rids, ok, err = c.candidates(typ, e, bound)
	if err != nil || !ok {
		return never, 0, false, err
	}
	n, err = c.count(rids, bound)
	if isDate && err == nil && n >= bound {
		c.shared.ranges.widen(date, bound)
	}
	return rids, n, n < bound, err
}

// smallest is the smallest set of a conjunction.
func (c *compiler) smallest(typ string, parts search.And, bound int) (best fragment, least int, found bool, err error) {
	least = bound
	for _, part := range parts {
		rids, n, ok, err := c.small(typ, part, least)
		if err != nil {
			return never, 0, false, err
		}
		if ok {
			best, least, found = rids, n, true
		}
	}
	return best, least, found, nil
}

// union is small if all parts together are.
func (c *compiler) union(typ string, parts search.Or, bound int) (fragment, int, bool, error) {
	if len(parts) == 0 {
		return noRows, 0, true, nil
	}
	listed, rest, err := c.gather(parts)
	if err != nil {
		return never, 0, false, err
	}
	total := 0
	var sets []fragment
	add := func(rids fragment, n int) {
		total += n
		if len(sets) > 0 {
			rids = concat(sql(" UNION ALL SELECT * FROM ("), rids, sql(")"))
		}
		sets = append(sets, rids)
	}
	for _, list := range listed {
		rids := postingsBy(list.found, list.terms)
		n, err := c.count(rids, bound-total)
		if err != nil || total+n >= bound {
			return never, 0, false, err
		}
		add(rids, n)
	}
	for _, part := range rest {
		rids, n, ok, err := c.small(typ, part, bound-total)
		if err != nil || !ok {
			return never, 0, false, err
		}
		add(rids, n)
	}
	if len(sets) == 0 {
		return noRows, 0, true, nil
	}
	if len(sets) > maxUnion {
		return never, 0, false, nil
	}
	return concat(sets...), total, true, nil
}

// maxUnion is well below SQLite's limit of 500 parts of a compound SELECT.
const maxUnion = 100
