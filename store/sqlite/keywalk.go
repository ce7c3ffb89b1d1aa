package sqlite

import "github.com/granary-fhir/granary/search"

// A search of a large population that is ordered by a key need not compute the
// key of every row: the rows that come first are among the owners of the first
// entries in the key's index. So many entries are taken that they may fill a
// page, and then more, up to a limit; if the page is full it is the right one,
// since every row with a better key has an entry among them.

// keyIndex is an index in the order of a sort key.
type keyIndex struct {
	table, column string
	parts         []fragment // conditions on its scans: each is in order
	desc          bool
}

// The entries that are taken.
const (
	firstWalk  = 4 // times the page
	widerWalk  = 8 // times as many as before
	walkBudget = 20_000
)

// keyIndex is the index for the first sort key, if there is one.
func (c *compiler) keyIndex(typ string, key search.SortKey) (keyIndex, bool, error) {
	if key.Param.Code == "_id" {
		return keyIndex{"res", "id", []fragment{sql("type = ?", text(typ))}, key.Descending}, true, nil
	}
	param, ok, err := c.param(key.Param)
	if err != nil || !ok || key.Param.Type != typ {
		return keyIndex{}, false, err
	}
	ofParam := sql("param = ?", num(param))
	switch key.Param.Kind {
	case search.KindString:
		return keyIndex{"str", "folded", []fragment{ofParam}, key.Descending}, true, nil
	case search.KindDate:
		x := keyIndex{table: "date", column: "lo", desc: key.Descending}
		for class := range dateClasses {
			x.parts = append(x.parts, both(ofParam, sql("class = ?", num(int64(class)))))
		}
		return x, true, nil
	}
	return keyIndex{}, false, nil
}

// alongKey finds a page by the index of its first key. Fewer rows than limit mean
// that it did not find all.
func (p pageOf) alongKey(c *compiler, sel search.Select, from *position, limit int) ([]hit, error) {
	index, ok, err := c.keyIndex(sel.Type, sel.Sort[0])
	if err != nil || !ok || from != nil && from.keys[0].kind == isNull {
		return nil, err
	}
	test, err := c.condition(liveRow(sel.Type, "p"), sel.Where)
	if err != nil {
		return nil, err
	}
	for take := firstWalk * limit; take <= walkBudget; take *= widerWalk {
		last, ok, err := p.keyAt(index, from, take)
		if err != nil || !ok {
			return nil, err
		}
		of := plan{source: rowsOf(sel.Type, index.owners(from, last)), hops: test, until: always}
		hits, err := p.fetch(p.read(of.rows(p.by, from, limit)), limit)
		if err != nil || len(hits) == limit {
			return hits, err
		}
	}
	return nil, nil
}

// keyAt is the key of the n-th entry from the position on; false if there are
// not so many.
func (s *snapshot) keyAt(x keyIndex, from *position, n int) (last value, ok bool, err error) {
	var scans []fragment
	for i, part := range x.parts {
		if i > 0 {
			scans = append(scans, sql(" UNION ALL "))
		}
		scans = append(scans, sql("SELECT * FROM (SELECT "+x.column+" AS k FROM "+x.table), where(part, x.from(from)),
			sql(" ORDER BY "+x.column+direction(x.desc)+" LIMIT ?+0)", num(int64(n))))
	}
	q := concat(sql("SELECT k FROM ("), concat(scans...), sql(") ORDER BY k"+direction(x.desc)+" LIMIT 1 OFFSET ?+0", num(int64(n-1))))
	ok, err = s.conn.first(q.text, q.args, func(r row) { last = r.value(0) })
	return last, ok, err
}

// owners are the rows with an entry between the position and the last key.
func (x keyIndex) owners(from *position, last value) fragment {
	upTo := sql(x.column+" <= ?", last)
	if x.desc {
		upTo = sql(x.column+" >= ?", last)
	}
	var scans []fragment
	for i, part := range x.parts {
		if i > 0 {
			scans = append(scans, sql(" UNION ALL "))
		}
		scans = append(scans, sql("SELECT rid FROM "+x.table), where(part, x.from(from), upTo))
	}
	return concat(scans...)
}

// from bounds a scan by the key of a position.
func (x keyIndex) from(p *position) fragment {
	switch {
	case p == nil:
		return always
	case x.desc:
		return sql(x.column+" <= ?", p.keys[0])
	}
	return sql(x.column+" >= ?", p.keys[0])
}
