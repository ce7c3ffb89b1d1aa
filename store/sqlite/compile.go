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
	// expanded is what predicates on terms were found to match: what a policy asks for
	// is looked at by whoever chooses a driver, and again for the test.
	expanded map[termQuestion]expansion
}

// subject is the row that a condition is about, in terms of SQL.
type subject struct {
	typ     string // resource type
	entries string // expression for its packed entries
	rid     string // column that names the resource
}

// liveRow is the subject of a row of res with an alias.
func liveRow(typ, alias string) subject { return subject{typ, alias + ".e", alias + ".rid"} }

// condition compiles a predicate that was admitted. The result is 0 or 1, never
// NULL. What asks for entries of the row alone becomes one call of a function;
// what follows references becomes a query.
func (c *compiler) condition(s subject, e search.Expr) (fragment, error) {
	if err := c.ctx.Err(); err != nil {
		return never, err
	}
	if e == nil {
		return never, errors.New("a predicate is missing")
	}
	if isLocal(e) {
		t, err := c.local(e)
		if err != nil {
			return never, err
		}
		return s.holds(t), nil
	}
	switch e := e.(type) {
	case search.And:
		parts, err := c.conditions(s, e, func(parts []search.Expr) search.Expr { return search.And(parts) })
		return both(parts...), err
	case search.Or:
		parts, err := c.conditions(s, e, func(parts []search.Expr) search.Expr { return search.Or(parts) })
		return anyOf(parts...), err
	case search.Not:
		of, err := c.condition(s, e.Of)
		return negate(of), err
	case search.Term:
		return c.idTerm(s, e)
	case search.ID:
		return c.id(s, e)
	case search.Missing: // of _id, which every resource has
		return never, nil
	case search.Chain:
		return c.chain(s, e)
	case search.Has:
		return c.has(s, e)
	case search.All:
		return c.all(s, e)
	}
	return never, fmt.Errorf("the SQLite store cannot evaluate a %T", e)
}

// conditions compiles the parts of a conjunction or disjunction: those that are
// local together.
func (c *compiler) conditions(s subject, parts []search.Expr, join func([]search.Expr) search.Expr) ([]fragment, error) {
	var compiled []fragment
	var locals []search.Expr
	for _, part := range parts {
		if part != nil && isLocal(part) {
			locals = append(locals, part)
			continue
		}
		p, err := c.condition(s, part)
		if err != nil {
			return nil, err
		}
		compiled = append(compiled, p)
	}
	if len(locals) == 0 {
		return compiled, nil
	}
	together, err := c.condition(s, join(locals))
	return append([]fragment{together}, compiled...), err
}

// holds is true where a test holds for the entries of the row.
func (s subject) holds(t test) fragment {
	if t, ok := t.(constant); ok {
		if t {
			return always
		}
		return never
	}
	return sql("holds("+s.entries+", ?)", asked(t))
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
