package store

import (
	"context"
	"errors"
)

// Update replaces a resource (http.html#update), if it is as expected; else the
// error wraps ErrPrecondition. An id that is absent is created if the caller may
// update every resource of the type; a caller that may update only some gets
// ErrNotCreatable, for an absent id as for a hidden one.
func (tx *Tx) Update(ctx context.Context, key Key, draft Draft, expected Precondition) (Written, error) {
	current, err := tx.updatable(ctx, key)
	if errors.Is(err, ErrNotFound) || err == nil && current.Deleted {
		return tx.updateAsCreate(ctx, key, draft, current, expected)
	}
	if err != nil {
		return Written{}, err
	}
	if err := expected.check(current); err != nil {
		return Written{}, err
	}
	return tx.replace(ctx, current, draft, PUT)
}

// updatable is the current version of what the caller may update.
func (tx *Tx) updatable(ctx context.Context, key Key) (Resource, error) {
	where, err := tx.require(ctx, Update, key.Type)
	if err != nil {
		return Resource{}, err
	}
	if !ValidID(key.ID) {
		return Resource{}, invalid("value", key.Type+".id", "an id has 1 to 64 letters, digits, '-' and '.'")
	}
	return tx.snapshot.Current(ctx, key, where)
}

// replace makes a draft the successor of the current version, unless it is that. To
// whom that may not be told, since they may not read it, it makes a version of the same
// content: else they could try out what it is (leaks.md row 57).
func (tx *Tx) replace(ctx context.Context, current Resource, draft Draft, verb Verb) (Written, error) {
	same, err := draft.is(current)
	if err != nil {
		return Written{}, err
	}
	if same {
		readable, err := tx.Readable(ctx, current.Key)
		if err != nil || readable {
			return Written{current, Unchanged, readable}, err
		}
	}
	return tx.put(ctx, tx.successor(current, verb), draft, Update, Updated)
}

// updateAsCreate is decided before what is expected is asked (RFC 9110, section
// 13.2.1), so that a caller who may not create hears nothing of the resource.
func (tx *Tx) updateAsCreate(ctx context.Context, key Key, draft Draft, deleted Resource, expected Precondition) (Written, error) {
	if !tx.view.on(Update, key.Type).Unbounded(Update, key.Type) {
		return Written{}, ErrNotCreatable
	}
	if err := expected.check(deleted); err != nil {
		return Written{}, err
	}
	deleted.Key = key
	return tx.put(ctx, tx.successor(deleted, PUT), draft, Update, Created)
}
