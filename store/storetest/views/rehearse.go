package views

import (
	"context"
	"errors"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// A rehearsal ends as the transaction would, and leaves nothing either way.
func testARehearsalLeavesNothing(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("o", "1", "a"))
	view := w.policy(map[string]string{"Observation.cruds": "code=s|a"})
	ctx := context.Background()
	key := store.Key{Type: "Observation", ID: "o"}
	rehearse := func(code string) error {
		return view.Rehearse(ctx, func(tx *store.Tx) error {
			if err := w.create(tx, w.parse(observation("x", "1", code))); err != nil {
				return err
			}
			_, err := tx.Delete(ctx, key, store.Precondition{})
			return err
		})
	}
	if err := rehearse("a"); err != nil {
		t.Errorf("what is admitted: %v", err)
	}
	var refused *store.NotAdmitted
	if err := rehearse("b"); !errors.As(err, &refused) {
		t.Errorf("what is not admitted: %v", err)
	}
	if got, err := w.find(w.admin(), "Observation", ""); err != nil || got != "Observation/o|" {
		t.Errorf("left behind: %s, %v", got, err)
	}
	if got, err := w.admin().Read(ctx, key); err != nil || got.Version != 1 {
		t.Errorf("version %d, %v", got.Version, err)
	}
	// What it would have written is not in the way of what is.
	if err := w.put(view, observation("o", "2", "a")); err != nil {
		t.Error(err)
	}
}
