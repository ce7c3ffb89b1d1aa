package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// Match returns the resources of a type that satisfy a client's criteria, as far
// as the caller may search them, at most limit: what a conditional interaction or
// a conditional reference means (http.html#cond-update). Where is what
// search.Registry.ParseWhere made of the criteria.
func (r *Reader) Match(ctx context.Context, typ string, where search.Expr, limit int) ([]Resource, error) {
	if err := r.view.policy.authorize(Search, typ); err != nil {
		return nil, err
	}
	b := binder{Reader: r}
	where, err := b.narrow(ctx, typ, where)
	if err != nil {
		return nil, err
	}
	found, err := r.snapshot.Search(ctx, []search.Select{{Type: typ, Where: where}}, nil, limit)
	matches := make([]Resource, len(found))
	for i, match := range found {
		matches[i] = match.Resource
	}
	return matches, err
}
