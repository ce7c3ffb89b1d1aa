package store

import (
	"context"
	"errors"
)

// Insert is an update by criteria that nothing matches, under a key that NewKey
// made (http.html#cond-update). As for Update the letter u is enough where it is
// without condition. A caller who may update only some resources of the type
// needs the letter c for what is created, since this is what such an update is
// under an id of the server's choice; without it the error is ErrNotCreatable.
func (tx *Tx) Insert(ctx context.Context, key Key, draft Draft, expected Precondition) (Written, error) {
	policy := tx.view.on(Update, key.Type)
	if err := policy.authorize(Update, key.Type); err != nil {
		return Written{}, err
	}
	letter := Update
	if !policy.Unbounded(Update, key.Type) {
		letter = Create
	}
	if !tx.Allows(letter, key.Type) {
		return Written{}, ErrNotCreatable
	}
	if err := expected.check(Resource{}); err != nil {
		return Written{}, err
	}
	return tx.put(ctx, tx.successor(Resource{Key: key}, PUT), draft, letter, Created)
}

// InsertAs is Insert under an id that the client chose: an Update that may only
// create. The error is ErrExists if there is such a resource and the caller may
// update it, and ErrNotCreatable as for Update.
func (tx *Tx) InsertAs(ctx context.Context, key Key, draft Draft, expected Precondition) (Written, error) {
	current, err := tx.updatable(ctx, key)
	if errors.Is(err, ErrNotFound) || err == nil && current.Deleted {
		return tx.updateAsCreate(ctx, key, draft, current, expected)
	}
	if err == nil {
		err = ErrExists
	}
	return Written{}, err
}
