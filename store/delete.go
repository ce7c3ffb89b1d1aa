package store

import (
	"context"
	"errors"
)

// Delete removes a resource from everything but its history (http.html#delete), if
// it is as expected; else the error wraps ErrPrecondition. That it is absent or
// hidden is no error: the Outcome is then Absent.
func (tx *Tx) Delete(ctx context.Context, key Key, expected Precondition) (Written, error) {
	where, err := tx.require(ctx, Delete, key.Type)
	if err != nil {
		return Written{}, err
	}
	current, err := tx.snapshot.Current(ctx, key, where)
	absent := errors.Is(err, ErrNotFound) || err == nil && current.Deleted
	if err != nil && !absent {
		return Written{}, err
	}
	if err := expected.check(current); err != nil {
		return Written{}, err
	}
	if absent {
		return Written{Resource: Resource{Key: key}, Outcome: Absent}, nil
	}
	next := tx.successor(current, DELETE)
	next.Deleted, next.Body = true, nil
	if err := tx.writer.Delete(ctx, key, next.Version, next.Updated); err != nil {
		return Written{}, err
	}
	tx.relate(key, nil)
	tx.lost(current, next)
	return Written{Resource: next, Outcome: Deleted}, nil
}
