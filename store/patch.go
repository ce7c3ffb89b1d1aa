package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// Patch replaces a resource by what change makes of it (http.html#patch), if it
// is as expected; else the error wraps ErrPrecondition. What a patch does, and
// whether it can, tells of the resource as it was: the caller must be allowed to
// read that as well as to update it. Where there is no such resource the error is
// ErrNotFound, or ErrGone.
func (tx *Tx) Patch(ctx context.Context, key Key, expected Precondition, change func(current Resource) (Draft, error)) (Written, error) {
	updatable, err := tx.require(ctx, Update, key.Type)
	if err != nil {
		return Written{}, err
	}
	readable, err := tx.require(ctx, Read, key.Type)
	if err != nil {
		return Written{}, err
	}
	current, err := orGone(tx.snapshot.Current(ctx, key, search.Both(updatable, readable)))
	if err != nil {
		return Written{}, err
	}
	if err := expected.check(current); err != nil {
		return Written{}, err
	}
	draft, err := change(current)
	if err != nil {
		return Written{}, err
	}
	return tx.replace(ctx, current, draft, PATCH)
}
