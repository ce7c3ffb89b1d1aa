package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
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
// version. Absent: a delete found nothing that the caller may delete.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Deleted   Outcome = "deleted"
	Absent    Outcome = "absent"
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
	if err := tx.view.policy.authorize(Create, key.Type); err != nil {
		return Written{}, err
	}
	version := Resource{Key: key, Version: 1, Updated: tx.view.store.backend.Now(), Verb: POST}
	return tx.put(ctx, version, draft, Create, Created)
}

// Update replaces a resource (http.html#update). With ifMatch above 0 the
// current version must be that one, else ErrPrecondition. An id that is absent
// is created if the caller may update every resource of the type; a caller that
// may update only some gets ErrNotCreatable, for an absent id as for a hidden
// one.
func (tx *Tx) Update(ctx context.Context, key Key, draft Draft, ifMatch int64) (Written, error) {
	where, err := tx.require(ctx, Update, key.Type)
	if err != nil {
		return Written{}, err
	}
	if !ValidID(key.ID) {
		return Written{}, invalid("value", key.Type+".id", "an id has 1 to 64 letters, digits, '-' and '.'")
	}
	current, err := tx.snapshot.Current(ctx, key, where)
	if errors.Is(err, ErrNotFound) || err == nil && current.Deleted {
		return tx.updateAsCreate(ctx, key, draft, current, ifMatch)
	}
	if err != nil {
		return Written{}, err
	}
	if ifMatch > 0 && ifMatch != current.Version {
		return Written{}, ErrPrecondition
	}
	return tx.replace(ctx, current, draft, PUT)
}

// replace makes a draft the successor of the current version, unless it is that.
func (tx *Tx) replace(ctx context.Context, current Resource, draft Draft, verb Verb) (Written, error) {
	if same, err := draft.is(current); err != nil {
		return Written{}, err
	} else if same {
		readable, err := tx.Readable(ctx, current.Key)
		return Written{current, Unchanged, readable}, err
	}
	return tx.put(ctx, tx.successor(current, verb), draft, Update, Updated)
}

func (tx *Tx) updateAsCreate(ctx context.Context, key Key, draft Draft, deleted Resource, ifMatch int64) (Written, error) {
	switch {
	case ifMatch > 0:
		return Written{}, ErrPrecondition
	case !tx.view.policy.Unbounded(Update, key.Type):
		return Written{}, ErrNotCreatable
	}
	deleted.Key = key
	return tx.put(ctx, tx.successor(deleted, PUT), draft, Update, Created)
}

// Patch replaces a resource by what change makes of it (http.html#patch). Where
// there is no resource that the caller may update the error is ErrNotFound, or
// ErrGone.
func (tx *Tx) Patch(ctx context.Context, key Key, ifMatch int64, change func(current Resource) (Draft, error)) (Written, error) {
	where, err := tx.require(ctx, Update, key.Type)
	if err != nil {
		return Written{}, err
	}
	current, err := orGone(tx.snapshot.Current(ctx, key, where))
	if err != nil {
		return Written{}, err
	}
	if ifMatch > 0 && ifMatch != current.Version {
		return Written{}, ErrPrecondition
	}
	draft, err := change(current)
	if err != nil {
		return Written{}, err
	}
	return tx.replace(ctx, current, draft, PATCH)
}

// Delete removes a resource from everything but its history (http.html#delete).
// That it is absent or hidden is no error: the Outcome is then Absent. With
// ifMatch above 0 the current version must be that one, else ErrPrecondition.
func (tx *Tx) Delete(ctx context.Context, key Key, ifMatch int64) (Written, error) {
	where, err := tx.require(ctx, Delete, key.Type)
	if err != nil {
		return Written{}, err
	}
	current, err := tx.snapshot.Current(ctx, key, where)
	absent := errors.Is(err, ErrNotFound) || err == nil && current.Deleted
	switch {
	case absent && ifMatch > 0:
		return Written{}, ErrPrecondition
	case absent:
		return Written{Resource: Resource{Key: key}, Outcome: Absent}, nil
	case err != nil:
		return Written{}, err
	case ifMatch > 0 && ifMatch != current.Version:
		return Written{}, ErrPrecondition
	}
	next := tx.successor(current, DELETE)
	next.Deleted, next.Body = true, nil
	if err := tx.writer.Delete(ctx, key, next.Version, next.Updated); err != nil {
		return Written{}, err
	}
	tx.relate(key, nil)
	return Written{Resource: next, Outcome: Deleted}, nil
}

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
	var err error
	if version.Body, err = draft.stamp(version); err != nil {
		return Written{}, err
	}
	indexed, err := tx.index(version)
	if err != nil {
		return Written{}, err
	}
	if err := tx.writer.Put(ctx, indexed); err != nil {
		return Written{}, err
	}
	tx.written = append(tx.written, write{version.Key, letter})
	readable, err := tx.Readable(ctx, version.Key)
	return Written{version, outcome, readable}, err
}

// index extracts everything by which a version is found, and keeps its care
// relationships for the end of the transaction.
func (tx *Tx) index(version Resource) (NewVersion, error) {
	s := tx.view.store
	stamped, err := fhirjson.Parse(version.Body)
	if err != nil {
		return NewVersion{}, err
	}
	entries, err := s.registry.Extract(version.Type, stamped, s.base)
	if err != nil {
		return NewVersion{}, invalid("structure", version.Type, err.Error())
	}
	tx.relate(version.Key, s.compartments.Relationships(version.Type, version.ID, stamped, entries))
	charts := s.compartments.Charts(version.Type, version.ID, entries)
	return NewVersion{Resource: version, Entries: entries, Charts: charts}, nil
}

func (tx *Tx) relate(source Key, relationships []compartments.Relationship) {
	if tx.relationships == nil {
		tx.relationships = make(map[Key][]compartments.Relationship)
	}
	tx.relationships[source] = relationships
}

// Readable tells whether the caller may read a resource as it is now: only then
// may its body be shown. What the transaction writes later can change it.
func (tx *Tx) Readable(ctx context.Context, key Key) (bool, error) {
	if tx.view.policy.Unbounded(Read, key.Type) {
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
	for _, w := range tx.written {
		if err := tx.admit(ctx, w); err != nil {
			return err
		}
	}
	for source, relationships := range tx.relationships {
		if err := tx.writer.Relate(ctx, source, relationships); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) admit(ctx context.Context, w write) error {
	if tx.view.policy.Unbounded(w.letter, w.key.Type) {
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
