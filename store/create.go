package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// NewKey is a key that no resource has had: where a create shall put one.
func NewKey(typ string) (Key, error) {
	id, err := uuid.NewV7() // time-ordered, so that new rows lie beside each other
	if err != nil {
		return Key{}, fmt.Errorf("a new id: %w", err)
	}
	return Key{typ, id.String()}, nil
}

// Create stores a resource under a key that NewKey made (http.html#create).
func (tx *Tx) Create(ctx context.Context, key Key, draft Draft) (Written, error) {
	if err := tx.view.on(Create, key.Type).authorize(Create, key.Type); err != nil {
		return Written{}, err
	}
	version := Resource{Key: key, Version: 1, Updated: tx.view.store.backend.Now(), Verb: POST}
	return tx.put(ctx, version, draft, Create, Created)
}
