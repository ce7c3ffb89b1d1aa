package views

import (
	"context"
	"fmt"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// What an update by criteria creates where nothing matches: under a new id, and
// under one that the client chose.
func testInsertsAreAuthorized(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("in", "1", "a"), observation("out", "1", "b"))
	const within = "code=s|a"
	made, exists, not := error(nil), store.ErrExists, store.ErrNotCreatable
	forbidden := &store.Forbidden{Letter: store.Update, Type: "Observation"}
	outside := &store.NotAdmitted{Letter: store.Create, Key: store.Key{Type: "Observation"}}
	for i, c := range []struct {
		name         string
		grants       map[string]string
		a, b         error // of code a and b under a new id
		in, out, new error // of code a as what is within, without, and not there
	}{
		{"u of all", map[string]string{"Observation.u": ""}, made, made, exists, exists, made},
		{"u of some", map[string]string{"Observation.u": within}, not, not, exists, not, not},
		{"c and u of some", map[string]string{"Observation.cu": within}, made, outside, exists, not, not},
		{"c of all, u of some", map[string]string{"Observation.u": within, "Observation.c": ""}, made, made, exists, not, not},
		{"c of all", map[string]string{"Observation.c": ""}, forbidden, forbidden, forbidden, forbidden, forbidden},
	} {
		view := w.policy(c.grants)
		absent := fmt.Sprint("new", i)
		for name, got := range map[string][2]error{
			"a": {w.insert(view, "a"), c.a}, "b": {w.insert(view, "b"), c.b},
			"as in": {w.insertAs(view, "in"), c.in}, "as out": {w.insertAs(view, "out"), c.out}, "as absent": {w.insertAs(view, absent), c.new},
		} {
			if fmt.Sprint(got[0]) != fmt.Sprint(got[1]) {
				t.Errorf("%s, %s: %v, want %v", c.name, name, got[0], got[1])
			}
		}
	}
	for _, id := range []string{"in", "out"} {
		if got, err := w.admin().Read(context.Background(), store.Key{Type: "Observation", ID: id}); err != nil || got.Version != 1 {
			t.Errorf("%s has changed: version %d, %v", id, got.Version, err)
		}
	}
}

func (w *world) insert(view *store.View, code string) error {
	return view.Transact(context.Background(), func(tx *store.Tx) error {
		key, err := store.NewKey("Observation")
		if err == nil {
			_, err = tx.Insert(context.Background(), key, w.draft(w.parse(observation("x", "1", code))), store.Precondition{})
		}
		return err
	})
}

func (w *world) insertAs(view *store.View, id string) error {
	return view.Transact(context.Background(), func(tx *store.Tx) error {
		key := store.Key{Type: "Observation", ID: id}
		_, err := tx.InsertAs(context.Background(), key, w.draft(w.parse(observation(id, "1", "a"))), store.Precondition{})
		return err
	})
}
