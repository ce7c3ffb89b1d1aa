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

// Create stores a resource under an id that the server chooses
// (http.html#create).
func (tx *Tx) Create(ctx context.Context, typ string, resource *fhirjson.Node) (Written, error) {
	if err := tx.view.policy.authorize(Create, typ); err != nil {
		return Written{}, err
	}
	id, err := uuid.NewV7() // time-ordered, so that new rows lie beside each other
	if err != nil {
		return Written{}, fmt.Errorf("a new id: %w", err)
	}
	version := Resource{Key: Key{typ, id.String()}, Version: 1, Updated: tx.view.store.backend.Now()}
	return tx.put(ctx, version, resource, Create, Created)
}

// Update replaces a resource (http.html#update). With ifMatch above 0 the
// current version must be that one, else ErrPrecondition. An id that is absent
// is created if the caller may update every resource of the type; a caller that
// may update only some gets ErrNotCreatable, for an absent id as for a hidden
// one.
func (tx *Tx) Update(ctx context.Context, key Key, resource *fhirjson.Node, ifMatch int64) (Written, error) {
	where, err := tx.require(ctx, Update, key.Type)
	if err != nil {
		return Written{}, err
	}
	if !ValidID(key.ID) {
		return Written{}, &Invalid{key.Type + ".id", "an id has 1 to 64 letters, digits, '-' and '.'"}
	}
	current, err := tx.snapshot.Current(ctx, key, where)
	if errors.Is(err, ErrNotFound) || err == nil && current.Deleted {
		return tx.updateAsCreate(ctx, key, resource, current, ifMatch)
	}
	if err != nil {
		return Written{}, err
	}
	if ifMatch > 0 && ifMatch != current.Version {
		return Written{}, ErrPrecondition
	}
	if same, err := unchanged(current, resource); err != nil {
		return Written{}, err
	} else if same {
		readable, err := tx.readable(ctx, key)
		return Written{current, Unchanged, readable}, err
	}
	return tx.put(ctx, tx.successor(current), resource, Update, Updated)
}

func (tx *Tx) updateAsCreate(ctx context.Context, key Key, resource *fhirjson.Node, deleted Resource, ifMatch int64) (Written, error) {
	switch {
	case ifMatch > 0:
		return Written{}, ErrPrecondition
	case !tx.view.policy.Unbounded(Update, key.Type):
		return Written{}, ErrNotCreatable
	}
	deleted.Key = key
	return tx.put(ctx, tx.successor(deleted), resource, Update, Created)
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
	next := tx.successor(current)
	next.Deleted, next.Body = true, nil
	if err := tx.writer.Delete(ctx, key, next.Version, next.Updated); err != nil {
		return Written{}, err
	}
	tx.relate(key, nil)
	return Written{Resource: next, Outcome: Deleted}, nil
}

// successor is the next version of a resource, without a body. Versions of a
// resource never go back in time, whatever the clock does.
func (tx *Tx) successor(current Resource) Resource {
	now := tx.view.store.backend.Now()
	if now.Before(current.Updated) {
		now = current.Updated
	}
	return Resource{Key: current.Key, Version: current.Version + 1, Updated: now}
}

// put stamps, indexes and stores a version.
func (tx *Tx) put(ctx context.Context, version Resource, resource *fhirjson.Node, letter Letter, outcome Outcome) (Written, error) {
	var err error
	if version.Body, err = stamp(resource, version); err != nil {
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
	readable, err := tx.readable(ctx, version.Key)
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
		return NewVersion{}, &Invalid{version.Type, err.Error()}
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

func (tx *Tx) readable(ctx context.Context, key Key) (bool, error) {
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
