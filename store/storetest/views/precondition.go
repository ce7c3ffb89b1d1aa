package views

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// writes are the writes that have a Precondition, of one Observation to code a.
// Each changes something.
var writes = map[string]func(*world, *store.Tx, store.Key, store.Precondition) error{
	"update": func(w *world, tx *store.Tx, key store.Key, p store.Precondition) error {
		_, err := tx.Update(context.Background(), key, w.draft(w.parse(observation(key.ID, "9", "a"))), p)
		return err
	},
	"patch": func(w *world, tx *store.Tx, key store.Key, p store.Precondition) error {
		_, err := tx.Patch(context.Background(), key, p, func(store.Resource) (store.Draft, error) {
			return w.draft(w.parse(observation(key.ID, "9", "a"))), nil
		})
		return err
	},
	"delete": func(w *world, tx *store.Tx, key store.Key, p store.Precondition) error {
		_, err := tx.Delete(context.Background(), key, p)
		return err
	},
	"insert": func(w *world, tx *store.Tx, key store.Key, p store.Precondition) error {
		_, err := tx.Insert(context.Background(), store.Key{Type: key.Type, ID: key.ID + "-new"}, w.draft(w.parse(observation(key.ID, "9", "a"))), p)
		return err
	},
	"insert as": func(w *world, tx *store.Tx, key store.Key, p store.Precondition) error {
		_, err := tx.InsertAs(context.Background(), key, w.draft(w.parse(observation(key.ID, "9", "a"))), p)
		return err
	},
}

// attempt is the error of a write that is then undone.
func (w *world) attempt(view *store.View, write, id string, p store.Precondition) error {
	w.t.Helper()
	undo := errors.New("undo")
	err := view.Transact(context.Background(), func(tx *store.Tx) error {
		if err := writes[write](w, tx, store.Key{Type: "Observation", ID: id}, p); err != nil {
			return err
		}
		return undo
	})
	if err == undo {
		return nil
	}
	return err
}

// What is there is version 2 of half a second past one o'clock; another was
// deleted then; a third never was.
func testPreconditions(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("there", "1", "a"), observation("deleted", "1", "a"))
	w.now = w.now.Add(time.Hour + 500*time.Millisecond)
	at := w.now.Truncate(time.Second)
	w.seed(observation("there", "1", "b"))
	if err := w.admin().Transact(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Delete(context.Background(), store.Key{Type: "Observation", ID: "deleted"}, store.Precondition{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const (
		match, matchAny         = "If-Match does not name the current version; read the resource again, and send its ETag as it is", "If-Match asks for a resource that is there, and there is none"
		noneMatch, noneMatchAny = "the current version is one that If-None-Match excludes", "If-None-Match asks that there be no such resource, and there is one"
		since                   = "the resource has changed since the time in If-Unmodified-Since; read it again"
	)
	type versions = store.Versions
	for _, c := range []struct {
		name                   string
		precondition           store.Precondition
		there, deleted, absent string // the error, "" for none
	}{
		{"nothing", store.Precondition{}, "", "", ""},
		{"this version", store.Precondition{Match: versions{2}}, "", match, match},
		{"one of two versions", store.Precondition{Match: versions{1, 2}}, "", match, match},
		{"another version", store.Precondition{Match: versions{1}}, match, match, match},
		{"no version", store.Precondition{Match: versions{}}, match, match, match},
		{"any version", store.Precondition{Match: versions{store.AnyVersion}}, "", matchAny, matchAny},
		{"not this version", store.Precondition{NoneMatch: versions{2}}, noneMatch, "", ""},
		{"not another version", store.Precondition{NoneMatch: versions{1}}, "", "", ""},
		{"not any version", store.Precondition{NoneMatch: versions{store.AnyVersion}}, noneMatchAny, "", ""},
		{"unmodified since then", store.Precondition{UnmodifiedSince: at}, "", "", ""},
		{"unmodified since before", store.Precondition{UnmodifiedSince: at.Add(-time.Second)}, since, since, ""},
	} {
		for _, write := range []string{"update", "patch", "delete"} {
			for id, want := range map[string]string{"there": c.there, "deleted": c.deleted, "absent": c.absent} {
				if write == "patch" { // nothing to patch, whatever is expected
					want = map[string]string{"there": want, "deleted": "deleted", "absent": "not found"}[id]
				}
				w.attempted(write+" of what is "+id+", "+c.name, w.attempt(w.admin(), write, id, c.precondition), want)
			}
		}
		w.attempted("insert, "+c.name, w.attempt(w.admin(), "insert", "x", c.precondition), c.absent)
		w.attempted("insert as absent, "+c.name, w.attempt(w.admin(), "insert as", "absent", c.precondition), c.absent)
		w.attempted("insert as deleted, "+c.name, w.attempt(w.admin(), "insert as", "deleted", c.precondition), c.deleted)
	}
}

func (w *world) attempted(name string, err error, want string) {
	w.t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		w.t.Errorf("%s: %q, want %q", name, got, want)
	}
	unexpected := want != "" && want != store.ErrGone.Error() && want != store.ErrNotFound.Error()
	if errors.Is(err, store.ErrPrecondition) != unexpected {
		w.t.Errorf("%s: whether %v is an ErrPrecondition, want %v", name, err, unexpected)
	}
}

// A precondition tells nothing of what the caller may not write: hidden is as
// absent, and what cannot be created is said first.
func testPreconditionsAfterAuthorization(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("hidden", "1", "b"), observation("seen", "1", "a"))
	some := w.policy(map[string]string{"Observation.rud": "code=s|a"})
	type versions = store.Versions
	for _, p := range []store.Precondition{
		{}, {Match: versions{1}}, {Match: versions{2}}, {Match: versions{store.AnyVersion}},
		{NoneMatch: versions{1}}, {NoneMatch: versions{store.AnyVersion}}, {UnmodifiedSince: w.now.Add(-time.Hour)},
	} {
		for write, want := range map[string]error{"update": store.ErrNotCreatable, "insert as": store.ErrNotCreatable, "insert": store.ErrNotCreatable, "patch": store.ErrNotFound, "delete": nil} {
			hidden, absent := w.attempt(some, write, "hidden", p), w.attempt(some, write, "absent", p)
			if hidden != absent {
				t.Errorf("%s with %+v: %v if hidden, %v if absent", write, p, hidden, absent)
			}
			if want != nil && absent != want {
				t.Errorf("%s with %+v: %v, want %v", write, p, absent, want)
			}
		}
	}
	for _, write := range []string{"update", "patch", "delete"} {
		w.attempted(write+" of what is seen", w.attempt(some, write, "seen", store.Precondition{Match: versions{1}}), "")
		w.attempted(write+" of what is seen", w.attempt(some, write, "seen", store.Precondition{NoneMatch: versions{store.AnyVersion}}),
			"If-None-Match asks that there be no such resource, and there is one")
	}
}
