package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// bind narrows each hop of a client's predicate to what the letter s shows of
// the hop's type, so that a chain or `_has` tells nothing of hidden resources
// (leaks.md R3). The policy's own predicates, put in here, are sealed.
func (r *Reader) bind(ctx context.Context, e search.Expr) (search.Expr, error) {
	switch e := e.(type) {
	case search.And:
		bound, err := r.bindAll(ctx, e)
		return search.And(bound), err
	case search.Or:
		bound, err := r.bindAll(ctx, e)
		return search.Or(bound), err
	case search.Not:
		bound, err := r.bind(ctx, e.Of)
		return search.Not{Of: bound}, err
	case search.Chain:
		where, err := r.bindHop(ctx, e.Type, e.Where)
		e.Where = where
		return e, err
	case search.Has:
		where, err := r.bindHop(ctx, e.Param.Type, e.Where)
		e.Where = where
		return e, err
	case search.All:
		bound := make(map[string]search.Expr, len(e.Where))
		for typ, where := range e.Where {
			var err error
			if bound[typ], err = r.bindHop(ctx, typ, where); err != nil {
				return nil, err
			}
		}
		e.Where = bound
		return e, nil
	case search.InValueSet, search.Subsumed:
		return r.expandVisible(ctx, e)
	}
	return e, nil
}

func (r *Reader) bindAll(ctx context.Context, parts []search.Expr) ([]search.Expr, error) {
	bound := make([]search.Expr, len(parts))
	for i, part := range parts {
		var err error
		if bound[i], err = r.bind(ctx, part); err != nil {
			return nil, err
		}
	}
	return bound, nil
}

func (r *Reader) bindHop(ctx context.Context, typ string, where search.Expr) (search.Expr, error) {
	asked, err := r.bind(ctx, where)
	if err != nil {
		return nil, err
	}
	granted, err := r.predicate(ctx, Search, typ)
	if err != nil {
		return nil, err
	}
	return search.Simplify(search.And{asked, granted}), nil
}
