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
	holds, err := c.condition(liveRow(e.Type, target+".rid"), e.Where)
	if err != nil || holds.isNever() {
		return never, err
	}
	return concat(sql("EXISTS("), c.targets(s, param, target, "CROSS"),
		where(s.reference(param), sql(target+".type = ?", text(e.Type)), live(target), holds), sql(")")), nil
}

// targets joins the row's references under a parameter to what they lead to.
func (c *compiler) targets(s subject, param int64, target, join string) fragment {
	on := " JOIN res " + target + " ON " + target + ".rid = link.target"
	if join == "LEFT" {
		on += " AND " + live(target).text
	}
	return sql("SELECT 1 FROM " + s.prefix + "entry ref CROSS JOIN term link ON link.id = ref.term " + join + on)
}

func (s subject) reference(param int64) fragment {
	return sql("ref.owner = "+s.owner+" AND ref.param = ?", num(param))
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
		holds, err := c.condition(liveRow(typ, target+".rid"), e.Where[typ])
		if err != nil {
			return never, err
		}
		cases = concat(cases, sql(" WHEN ? THEN ", text(typ)), holds)
	}
	if len(e.Where) == 0 {
		return never, nil
	}
	param := tests[0].param
	return both(s.probeAny(tests, ""), concat(
		sql("NOT EXISTS("), c.targets(s, param, target, "LEFT"),
		where(s.reference(param), concat(sql("NOT ("), cases, sql(" ELSE 0 END)"))), sql(")"),
	)), nil
}

// has is true where a live resource that satisfies the predicate refers to the
// row's resource.
func (c *compiler) has(s subject, e search.Has) (fragment, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, err
	}
	x := c.aliases.next("x")
	holds, err := c.condition(liveRow(e.Param.Type, x+".rid"), e.Where)
	if err != nil || holds.isNever() {
		return never, err
	}
	return concat(
		sql("EXISTS(SELECT 1 FROM term link CROSS JOIN ix "+x+" ON "+x+".chart = 0 AND "+x+".term = link.id"),
		where(sql("link.target = "+s.rid), sql("link.param = ?", num(param)), holds), sql(")"),
	), nil
}
