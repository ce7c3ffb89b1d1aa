package views

import (
	"context"
	"errors"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// match is what criteria match, at most limit, or the error.
func (w *world) match(view *store.View, typ, criteria string, limit int) string {
	w.t.Helper()
	var found []store.Resource
	err := view.Snapshot(context.Background(), func(r *store.Reader) (err error) {
		found, err = r.Match(context.Background(), typ, w.where(typ, criteria), limit)
		return err
	})
	if err != nil {
		return err.Error()
	}
	return ids(found)
}

func testMatchIsWithinWhatMayBeSearched(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(patient("1", "Ant"), patient("2", "Bee"),
		observation("1a", "1", "a"), observation("1b", "1", "b"), observation("2a", "2", "a"), observation("2c", "2", "c"))
	some := w.policy(map[string]string{"Observation.s": "code=s|a", "Observation.cru": "", "Patient.s": "family=Ant", "Patient.r": ""})
	for _, c := range []struct{ typ, criteria, all, some string }{
		{"Observation", "status=final", "Observation/1a Observation/1b Observation/2a Observation/2c", "Observation/1a Observation/2a"},
		{"Observation", "subject=Patient/2", "Observation/2a Observation/2c", "Observation/2a"},
		{"Observation", "_id=1b", "Observation/1b", ""},
		{"Observation", "_id=nothing", "", ""},
		{"Observation", "code:not=s|a", "Observation/1b Observation/2c", ""},
		// A hop sees what may be searched of its type.
		{"Observation", "subject:Patient.family=Bee", "Observation/2a Observation/2c", ""},
		{"Observation", "subject:Patient.family=Ant", "Observation/1a Observation/1b", "Observation/1a"},
		{"Patient", "_has:Observation:subject:code=s|c", "Patient/2", ""},
		{"Patient", "_has:Observation:subject:code=s|a", "Patient/1 Patient/2", "Patient/1"},
		{"Condition", "_id=x", "", "no granted scope allows search on Condition"},
	} {
		if got := w.match(w.admin(), c.typ, c.criteria, 10); got != c.all {
			t.Errorf("%s?%s matches %q, want %q", c.typ, c.criteria, got, c.all)
		}
		if got := w.match(some, c.typ, c.criteria, 10); got != c.some {
			t.Errorf("%s?%s matches %q for some, want %q", c.typ, c.criteria, got, c.some)
		}
	}
	if got := w.match(w.admin(), "Observation", "code=s|b,s|c", 1); got != "Observation/1b" && got != "Observation/2c" {
		t.Errorf("at most one: %q", got)
	}
	letters := w.policy(map[string]string{"Observation.crud": ""})
	if got := w.match(letters, "Observation", "code=s|a", 1); got != "no granted scope allows search on Observation" {
		t.Errorf("without s: %q", got)
	}
}

// Criteria are matched on the state that the transaction has made so far.
func testMatchSeesItsTransaction(t *testing.T, open Open) {
	w := newWorld(t, open)
	ctx := context.Background()
	w.seed(observation("old", "1", "a"))
	stop := errors.New("stop")
	err := w.admin().Transact(ctx, func(tx *store.Tx) error {
		matches := func() string {
			found, err := tx.Match(ctx, "Observation", w.where("Observation", "code=s|a"), 10)
			if err != nil {
				t.Error(err)
			}
			return ids(found)
		}
		steps := []struct {
			write func() error
			want  string
		}{
			{func() error { return nil }, "Observation/old"},
			{func() error {
				_, err := tx.Update(ctx, store.Key{Type: "Observation", ID: "new"}, w.draft(w.parse(observation("new", "1", "a"))), store.Precondition{})
				return err
			}, "Observation/new Observation/old"},
			{func() error {
				_, err := tx.Update(ctx, store.Key{Type: "Observation", ID: "old"}, w.draft(w.parse(observation("old", "1", "b"))), store.Precondition{})
				return err
			}, "Observation/new"},
			{func() error {
				_, err := tx.Delete(ctx, store.Key{Type: "Observation", ID: "new"}, store.Precondition{})
				return err
			}, ""},
		}
		for i, step := range steps {
			if err := step.write(); err != nil {
				return err
			}
			if got := matches(); got != step.want {
				t.Errorf("step %d matches %q, want %q", i, got, step.want)
			}
		}
		return stop
	})
	if err != stop {
		t.Fatal(err)
	}
	if got := w.match(w.admin(), "Observation", "code=s|a", 10); got != "Observation/old" {
		t.Errorf("afterwards: %q", got)
	}
}
