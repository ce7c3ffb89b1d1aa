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
	return tx.create(ctx, tx.writer.Put, key, draft)
}

// Note is Create for a record of what the transaction does. A database that has no
// transactions takes it beside the one resource that a transaction may change there.
func (tx *Tx) Note(ctx context.Context, key Key, draft Draft) error {
	put := tx.writer.Put
	if noter, ok := tx.writer.(Noter); ok {
		put = noter.Note
	}
	_, err := tx.create(ctx, put, key, draft)
	return err
}

func (tx *Tx) create(ctx context.Context, put putter, key Key, draft Draft) (Written, error) {
	if err := tx.view.on(Create, key.Type).authorize(Create, key.Type); err != nil {
		return Written{}, err
	}
	version := Resource{Key: key, Version: 1, Updated: tx.view.store.backend.Now(), Verb: POST}
	return tx.putBy(ctx, put, version, draft, Create, Created)
}
