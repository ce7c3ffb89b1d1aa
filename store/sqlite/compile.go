package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// compiler turns predicates into SQL conditions on the rows of a table. It looks
// up dictionary ids in the snapshot in which the statement will run.
type compiler struct {
	ctx context.Context
	*dictionary
	effort  effort
	now     int64         // microseconds since 1970: when relationships are current
	main    *search.Param // the main date of the type that is searched; nil if that is of no use
	aliases aliases
	counts  int
}

// subject is the row that a condition is about, in terms of SQL.
type subject struct {
	typ    string // resource type
	prefix string // of the tables that hold its entries: "", or "h_" for superseded versions
	owner  string // column that names it in those tables
	rid    string // column that names the resource
}

// liveRow is the subject of a live row whose rid is in a column.
func liveRow(typ, rid string) subject { return subject{typ: typ, owner: rid, rid: rid} }

// condition compiles a predicate that was admitted. The result is 0 or 1, never NULL.
func (c *compiler) condition(s subject, e search.Expr) (fragment, error) {
	if err := c.ctx.Err(); err != nil {
		return never, err
	}
	switch e := e.(type) {
	case nil:
		return never, errors.New("a predicate is missing")
	case search.Const:
		if e {
			return always, nil
		}
		return never, nil
	case search.And:
		return c.and(s, e)
	case search.Or:
		return c.or(s, e)
	case search.Not:
		of, err := c.condition(s, e.Of)
		return negate(of), err
	}
	if t, ok := e.(search.Term); ok && t.Param.Code == "_id" {
		return c.idTerm(s, t)
	}
	if test, ok, err := c.entryTest(e); ok {
		return s.probe(test, ""), err
	}
	return c.rowCondition(s, e)
}

// rowCondition compiles what is no comparison of one entry.
func (c *compiler) rowCondition(s subject, e search.Expr) (fragment, error) {
	switch e := e.(type) {
	case search.ID:
		return c.id(s, e)
	case search.Missing:
		return c.missing(s, e)
	case search.Composite:
		return c.composite(s, e)
	case search.Chain:
		return c.chain(s, e)
	case search.Has:
		return c.has(s, e)
	case search.All:
		return c.all(s, e)
	case search.Chart:
		return c.chart(s, e)
	case search.Panel:
		return c.panel(s, e), nil
	case search.Related:
		return c.related(e)
	case search.Near:
		return c.near(s, e)
	}
	return never, fmt.Errorf("the SQLite store cannot evaluate a %T", e)
}

func (c *compiler) and(s subject, parts search.And) (fragment, error) {
	compiled := make([]fragment, 0, len(parts))
	for _, part := range parts {
		p, err := c.condition(s, part)
		if err != nil || p.isNever() {
			return never, err
		}
		compiled = append(compiled, p)
	}
	return both(compiled...), nil
}

// or compiles a disjunction. Its exact terms of one parameter become one probe
// with a list: a scope may name hundreds of codes.
func (c *compiler) or(s subject, parts search.Or) (fragment, error) {
	var compiled []fragment
	listed, rest, err := c.gather(parts)
	if err != nil {
		return never, err
	}
	for _, list := range listed {
		compiled = append(compiled, s.probe(oneOf(list.param, list.terms), ""))
	}
	for _, part := range rest {
		p, err := c.condition(s, part)
		if err != nil || p.isAlways() {
			return p, err
		}
		compiled = append(compiled, p)
	}
	return anyOf(compiled...), nil
}

// id compiles a list of logical ids.
func (c *compiler) id(s subject, ids search.ID) (fragment, error) {
	rids, err := c.rids(s.typ, ids)
	if err != nil || len(rids) == 0 {
		return never, err
	}
	if len(rids) == 1 {
		return sql(s.rid+" = ?", num(rids[0])), nil
	}
	return sql("+"+s.rid+" IN (SELECT value FROM json_each(?))", numsJSON(rids)), nil
}

func (c *compiler) rids(typ string, ids []string) ([]int64, error) {
	var rids []int64
	for _, id := range ids {
		rid, ok, err := c.resource(keyOf(typ, id))
		if err != nil {
			return nil, err
		}
		if ok {
			rids = append(rids, rid)
		}
	}
	return rids, nil
}
