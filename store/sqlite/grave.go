package sqlite

import "github.com/granary-fhir/granary/search"

// A deletion takes a resource out of all postings, but a history may show it still:
// to whom its last live version was visible. So that these are found without a
// walk over everything that was ever deleted, a deleted resource is posted under
// one term of its type, its grave, in the population and in each chart of its last
// live version. A search never asks for that term.

// graveCode tells the term from that of the type, which has no code.
const graveCode = "deleted"

// graveTerm finds the term under which deleted resources of a type are posted.
func (d *dictionary) graveTerm(typ string) (int64, bool, error) {
	param, ok, err := d.paramNamed(paramKey{typ: typ})
	if err != nil || !ok {
		return 0, false, err
	}
	return d.term(termKey{param: param, code: graveCode})
}

// grave are the rows by which a resource that a version deletes is found.
func (t *tx) grave(rid int64, typ string, version int64) ([]indexRow, error) {
	param, err := t.makeParam(paramKey{typ: typ})
	if err != nil {
		return nil, err
	}
	term, _, err := t.makeTerm(termKey{param: param, code: graveCode}, false)
	if err != nil {
		return nil, err
	}
	last, err := t.lastEntries(rid, version)
	if err != nil {
		return nil, err
	}
	charts, err := last.charts()
	rows := []indexRow{{index: ix, key: [4]int64{0, term, search.NoSort}}}
	for _, chart := range charts {
		rows = append(rows, indexRow{index: ix, key: [4]int64{chart, term, search.NoSort}})
	}
	return rows, err
}

// graves is the query for rids of deleted resources among which are all whose last
// live version satisfies the predicate.
func (c *compiler) graves(typ string, e search.Expr) (fragment, error) {
	term, ok, err := c.graveTerm(typ)
	if err != nil || !ok {
		return noRows, err
	}
	rids, ok, err := c.gravesIn(typ, term, e)
	if err != nil || ok {
		return rids, err
	}
	return postingsIn(0, term), nil
}

// gravesIn narrows the graves to those in charts, where the predicate does.
func (c *compiler) gravesIn(typ string, term int64, e search.Expr) (fragment, bool, error) {
	switch e := e.(type) {
	case search.ID:
		rids, err := c.rids(typ, e)
		return sql("SELECT value FROM json_each(?)", numsJSON(rids)), true, err
	case search.Chart:
		chart, ok, err := c.resource(keyOf("Patient", e.Patient))
		if err != nil || !ok {
			return noRows, true, err
		}
		return postingsIn(chart, term), true, nil
	case search.Panel:
		return concat(
			sql("SELECT x.rid FROM care CROSS JOIN ix x ON x.chart = care.patient AND x.term = ? WHERE ", num(term)), c.caring(e.Party, e.Organizations),
		), true, nil
	case search.And:
		for _, part := range e {
			if rids, ok, err := c.gravesIn(typ, term, part); err != nil || ok {
				return rids, ok, err
			}
		}
	case search.Or:
		return c.gravesInAny(typ, term, e)
	}
	return never, false, nil
}

func (c *compiler) gravesInAny(typ string, term int64, parts search.Or) (fragment, bool, error) {
	if len(parts) > maxUnion {
		return never, false, nil
	}
	all := noRows
	for _, part := range parts {
		rids, ok, err := c.gravesIn(typ, term, part)
		if err != nil || !ok {
			return never, false, err
		}
		all = concat(all, sql(" UNION ALL SELECT * FROM ("), rids, sql(")"))
	}
	return all, true, nil
}

// noRows is a query for rids that finds none.
var noRows = sql("SELECT NULL WHERE 0")
