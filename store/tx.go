package store

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/compartments"
)

// Tx is a Reader that can write and sees its own writes. It is the one write
// path: a single interaction is a transaction of one.
//
// What a caller may update or delete is decided on the resource as it was; what
// it may create or leave behind on all written resources together, when fn has
// returned, by the same predicates in the same transaction.
type Tx struct {
	*Reader
	writer        Writer
	written       []write
	touched       []Key
	changes       []Change // for the view's witness
	relationships map[Key][]compartments.Relationship
}

type write struct {
	key    Key
	letter Letter
}

// Written is what a write did.
type Written struct {
	Resource
	Outcome Outcome
	// Readable says that the caller's grant lets it read what was written, so
	// that the body may be shown.
	Readable bool
}

// Outcome is what a write did to a resource.
type Outcome string

// The outcomes. Unchanged: an update whose content is the current one makes no
// version. Existing: a conditional create found what it was to make. Absent: a
// delete found nothing that the caller may delete.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Existing  Outcome = "existing"
	Deleted   Outcome = "deleted"
	Absent    Outcome = "absent"
)

// successor is the next version of a resource, without a body. Versions of a
// resource never go back in time, whatever the clock does.
func (tx *Tx) successor(current Resource, verb Verb) Resource {
	now := tx.view.store.backend.Now()
	if now.Before(current.Updated) {
		now = current.Updated
	}
	return Resource{Key: current.Key, Version: current.Version + 1, Updated: now, Verb: verb}
}

// put stamps, indexes and stores a version.
func (tx *Tx) put(ctx context.Context, version Resource, draft Draft, letter Letter, outcome Outcome) (Written, error) {
	return tx.putBy(ctx, tx.writer.Put, version, draft, letter, outcome)
}

// putter is how a version is stored: Writer.Put, or Noter.Note.
type putter func(context.Context, NewVersion) error

func (tx *Tx) putBy(ctx context.Context, put putter, version Resource, draft Draft, letter Letter, outcome Outcome) (Written, error) {
	var err error
	if version.Body, err = draft.stamp(version); err != nil {
		return Written{}, err
	}
	indexed := tx.index(version, draft)
	if err := put(ctx, indexed); err != nil {
		return Written{}, err
	}
	tx.changed(indexed, outcome)
	tx.written = append(tx.written, write{version.Key, letter})
	readable, err := tx.Readable(ctx, version.Key)
	return Written{version, outcome, readable}, err
}

// index brings together everything by which a version is found, and keeps its
// care relationships for the end of the transaction.
func (tx *Tx) index(version Resource, draft Draft) NewVersion {
	indexed := tx.view.store.index(version, draft)
	tx.relate(version.Key, indexed.Relationships)
	return indexed.NewVersion
}

// Touched are the resources that the transaction has written so far, deletions
// among them, in the order of writing.
func (tx *Tx) Touched() []Key { return tx.touched }

// Records are the records as the transaction sees and writes them: what it does to
// them and to resources happens together or not at all.
func (tx *Tx) Records() Records { return tx.writer.Records() }

// relate is called by every write.
func (tx *Tx) relate(source Key, relationships []compartments.Relationship) {
	tx.touched = append(tx.touched, source)
	if tx.relationships == nil {
		tx.relationships = make(map[Key][]compartments.Relationship)
	}
	tx.relationships[source] = relationships
}

// Readable tells whether the caller may read a resource as it is now: only then
// may its body be shown. What the transaction writes later can change it.
func (tx *Tx) Readable(ctx context.Context, key Key) (bool, error) {
	if tx.view.on(Read, key.Type).Unbounded(Read, key.Type) {
		return true, nil
	}
	_, err := tx.Read(ctx, key)
	var forbidden *Forbidden
	if errors.Is(err, ErrNotFound) || errors.As(err, &forbidden) {
		return false, nil
	}
	return err == nil, err
}

// finish checks what the transaction leaves behind, and only then lets its care
// relationships count: nobody widens their own panel.
func (tx *Tx) finish(ctx context.Context) error {
	if err := tx.admitted(ctx); err != nil {
		return err
	}
	for source, relationships := range tx.relationships {
		if err := tx.writer.Relate(ctx, source, relationships); err != nil {
			return err
		}
	}
	return nil
}

// fail is the error of a transaction that fails for a cause. A write that is not
// admitted, or of which it cannot be told whether it is, comes before any other cause: it
// may have shown the caller, until now, what else is hidden from it, so that the cause
// could tell of that.
func (tx *Tx) fail(ctx context.Context, cause error) error {
	err := tx.admitted(ctx)
	var notAdmitted *NotAdmitted
	var notIndexed *NotIndexed
	if errors.As(err, &notAdmitted) || errors.As(err, &notIndexed) || errors.Is(err, ErrTooComplex) {
		return err
	}
	return cause
}

// admitted asks whether the caller may leave behind what it has written so far.
func (tx *Tx) admitted(ctx context.Context) error {
	for _, w := range tx.written {
		if err := tx.admit(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) admit(ctx context.Context, w write) error {
	if tx.view.on(w.letter, w.key.Type).Unbounded(w.letter, w.key.Type) {
		return nil
	}
	where, err := tx.require(ctx, w.letter, w.key.Type)
	if err != nil {
		return err
	}
	_, err = tx.snapshot.Current(ctx, w.key, where)
	if errors.Is(err, ErrNotFound) {
		return &NotAdmitted{w.letter, w.key}
	}
	return err
}
