package sqlite

import (
	"maps"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// live is true for the current version of a resource that is there.
func live(alias string) fragment {
	return sql(alias + ".ver > 0 AND " + alias + ".deleted = 0")
}

// chain is true where a reference of the row leads to a live resource of the type
// that satisfies the predicate.
func (c *compiler) chain(s subject, e search.Chain) (fragment, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, err
	}
	target := c.aliases.next("q")
	holds, err := c.condition(liveRow(e.Type, target), e.Where)
	if err != nil || holds.isNever() {
		return never, err
	}
	return concat(sql("EXISTS("), s.targets(param, target, "CROSS"),
		where(sql(target+".type = ?", text(e.Type)), live(target), holds), sql(")")), nil
}

// linked compiles a chain to a test of the row's own entries: by the terms that refer
// to what satisfies the chain's predicate, if these are few enough to be found
// beforehand, once for all rows.
func (c *compiler) linked(e search.Chain) (t test, ok bool, err error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return constant(false), err == nil, err
	}
	rids, _, ok, err := c.small(e.Type, e.Where, c.effort.small)
	if err != nil || !ok {
		return nil, false, err
	}
	target := c.aliases.next("q")
	holds, err := c.condition(liveRow(e.Type, target), e.Where)
	if err != nil {
		return nil, false, err
	}
	found := concat(sql("SELECT "+target+".rid FROM res "+target+" WHERE "+target+".rid IN ("), rids,
		sql(") AND +"+target+".type = ? AND ", text(e.Type)), both(live(target), holds))
	q := concat(sql("SELECT link.id FROM term link WHERE link.target IN ("), found, sql(") AND link.param = ?", num(param)))
	var terms []int64
	err = c.conn.query(q.text, q.args, func(r row) error {
		terms = append(terms, r.int(0))
		return nil
	})
	if len(terms) == 0 {
		return constant(false), true, err
	}
	return &entryTest{param, termTable, oneOf(terms)}, true, err
}

// targets joins the row's references under a parameter to what they lead to.
func (s subject) targets(param int64, target, join string) fragment {
	on := " JOIN res " + target + " ON " + target + ".rid = link.target"
	if join == "LEFT" {
		on += " AND " + live(target).text
	}
	return sql("SELECT 1 FROM json_each(terms("+s.entries+", ?)) ref CROSS JOIN term link ON link.id = ref.value "+join+on, num(param))
}

// all is true where the row has a reference and each leads to a live resource
// that satisfies the predicate of its type.
func (c *compiler) all(s subject, e search.All) (fragment, error) {
	tests, err := c.presence(e.Param)
	if err != nil || len(tests) == 0 {
		return never, err
	}
	target := c.aliases.next("q")
	cases := sql("CASE " + target + ".type")
	for _, typ := range slices.Sorted(maps.Keys(e.Where)) {
		holds, err := c.condition(liveRow(typ, target), e.Where[typ])
		if err != nil {
			return never, err
		}
		cases = concat(cases, sql(" WHEN ? THEN ", text(typ)), holds)
	}
	if len(e.Where) == 0 {
		return never, nil
	}
	return both(s.holds(anyOfEntries(tests)), concat(
		sql("NOT EXISTS("), s.targets(tests[0].param, target, "LEFT"),
		where(concat(sql("NOT ("), cases, sql(" ELSE 0 END)"))), sql(")"),
	)), nil
}

// has is true where a live resource that satisfies the predicate refers to the
// row's resource.
func (c *compiler) has(s subject, e search.Has) (fragment, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, err
	}
	x, r := c.aliases.next("x"), c.aliases.next("r")
	holds, err := c.condition(liveRow(e.Param.Type, r), e.Where)
	if err != nil || holds.isNever() {
		return never, err
	}
	from := "EXISTS(SELECT 1 FROM term link CROSS JOIN rx " + x + " ON " + x + ".term = link.id"
	if !holds.isAlways() {
		from += " CROSS JOIN res " + r + " ON " + r + ".rid = " + x + ".rid"
	}
	return concat(sql(from), where(sql("link.target = "+s.rid), sql("link.param = ?", num(param)), holds), sql(")")), nil
}
