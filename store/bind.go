package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// binder narrows a client's predicates.
type binder struct {
	*Reader
	narrowed bool // the policy hides some resources of a type of which it was asked
}

// narrow is bind of a predicate on a type, within what the letter s shows of it.
func (b *binder) narrow(ctx context.Context, typ string, where search.Expr) (search.Expr, error) {
	asked, err := b.bind(ctx, where)
	if err != nil {
		return nil, err
	}
	granted, err := b.predicate(ctx, Search, typ)
	if err != nil {
		return nil, err
	}
	b.narrowed = b.narrowed || !search.IsConst(granted, search.True)
	return search.Both(search.Simplify(asked), granted), nil
}

// bind narrows each hop of a client's predicate to what the letter s shows of
// the hop's type, so that a chain or `_has` tells nothing of hidden resources
// (leaks.md R3). The policy's own predicates, put in here, are sealed.
func (b *binder) bind(ctx context.Context, e search.Expr) (search.Expr, error) {
	switch e := e.(type) {
	case search.And:
		bound, err := b.bindAll(ctx, e)
		return search.And(bound), err
	case search.Or:
		bound, err := b.bindAll(ctx, e)
		return search.Or(bound), err
	case search.Not:
		bound, err := b.bind(ctx, e.Of)
		return search.Not{Of: bound}, err
	case search.Chain:
		where, err := b.narrow(ctx, e.Type, e.Where)
		e.Where = where
		return e, err
	case search.Has:
		where, err := b.narrow(ctx, e.Param.Type, e.Where)
		e.Where = where
		return e, err
	case search.All:
		bound := make(map[string]search.Expr, len(e.Where))
		for typ, where := range e.Where {
			var err error
			if bound[typ], err = b.narrow(ctx, typ, where); err != nil {
				return nil, err
			}
		}
		e.Where = bound
		return e, nil
	case search.InValueSet, search.Subsumed:
		return b.expandVisible(ctx, e)
	}
	return e, nil
}

func (b *binder) bindAll(ctx context.Context, parts []search.Expr) ([]search.Expr, error) {
	bound := make([]search.Expr, len(parts))
	for i, part := range parts {
		var err error
		if bound[i], err = b.bind(ctx, part); err != nil {
			return nil, err
		}
	}
	return bound, nil
}
