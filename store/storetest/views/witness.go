package views

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// A witness is told of what a transaction leaves behind, and of nothing that is
// undone; what it writes is there if, and only if, the transaction is, and whatever
// the caller may do.
func testAWitnessWritesWithTheTransaction(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("o", "1", "a"), observation("moved", "1", "a"))
	ctx := context.Background()
	failing := errors.New("the witness cannot write")
	var told [][]store.Change
	var fails error
	view := w.policy(map[string]string{"Observation.cruds": "code=s|a"}).Witnessed(func(ctx context.Context, tx *store.Tx, changes []store.Change) error {
		told = append(told, changes)
		if err := w.create(tx, w.parse(`{"resourceType":"AuditEvent"}`)); err != nil {
			return err
		}
		return fails
	})
	records := func() int {
		found, err := w.admin().Search(ctx, w.query("AuditEvent", ""))
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Matches)
	}
	remove := func(tx *store.Tx) error {
		_, err := tx.Delete(ctx, store.Key{Type: "Observation", ID: "o"}, store.Precondition{})
		return err
	}
	undo := errors.New("undo")
	var refused *store.NotAdmitted
	if err := view.Transact(ctx, func(tx *store.Tx) error { return errors.Join(remove(tx), undo) }); !errors.Is(err, undo) {
		t.Errorf("a transaction that fails: %v", err)
	}
	if err := w.put(view, observation("o", "1", "b")); !errors.As(err, &refused) {
		t.Errorf("what is not admitted: %v", err)
	}
	if err := view.Rehearse(ctx, remove); err != nil || len(told) != 0 {
		t.Errorf("a rehearsal: %v; until then it was told %v", err, told)
	}
	fails = failing
	if err := view.Transact(ctx, remove); !errors.Is(err, failing) || records() != 0 {
		t.Errorf("a witness that fails: %v, and it left %d records", err, records())
	}
	if _, err := view.Read(ctx, store.Key{Type: "Observation", ID: "o"}); err != nil {
		t.Errorf("what its witness could not write of has happened: %v", err)
	}
	told, fails = nil, nil
	if err := view.Transact(ctx, func(tx *store.Tx) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := w.put(view, observation("moved", "2", "a")); err != nil {
		t.Error(err)
	}
	if err := view.Transact(ctx, remove); err != nil || records() != 3 {
		t.Errorf("%v, and %d records of 3 transactions", err, records())
	}
	want := [][]store.Change{nil,
		{{Key: store.Key{Type: "Observation", ID: "moved"}, Version: 2, Verb: store.PUT, Patients: []string{"2"}}},
		{{Key: store.Key{Type: "Observation", ID: "o"}, Version: 2, Verb: store.DELETE, Patients: []string{"1"}}}}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("told of %v\nwant %v", told, want)
	}
}
