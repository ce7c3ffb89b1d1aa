package sqlite_test

import (
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// TestPostingsThatAreKeptBack: a transaction finds by what it has written so far,
// and leaves behind what it wrote last, however often it changed its mind.
func TestPostingsThatAreKeptBack(t *testing.T) {
	backend, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = backend.Close() }()
	final := search.Select{Type: "Observation", Where: search.Term{Param: benchStatus, System: search.Is("http://hl7.org/fhir/observation-status"), Code: search.Is("final")}}
	found := func(s store.Snapshot) int {
		t.Helper()
		hits, err := s.Search(t.Context(), []search.Select{final}, nil, 50)
		if err != nil {
			t.Fatal(err)
		}
		return len(hits)
	}
	now := backend.Now()
	first := benchObservation(1, now)
	err = backend.Write(t.Context(), func(tx store.Writer) error {
		put := func(version int64, change func(*store.NewVersion)) {
			t.Helper()
			v := first
			v.Version = version
			change(&v)
			if err := tx.Put(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		same := func(*store.NewVersion) {}
		put(1, same)
		put(2, func(v *store.NewVersion) { v.Entries.Terms = nil })
		put(3, same) // the postings of version 1 once more
		if n := found(tx); n != 1 {
			t.Errorf("after a change of mind: %d found, want 1", n)
		}
		put(4, func(v *store.NewVersion) { v.Entries.Terms = nil })
		if n := found(tx); n != 0 {
			t.Errorf("after the term is gone: %d found, want 0", n)
		}
		if err := tx.Delete(t.Context(), first.Key, 5, now); err != nil {
			t.Fatal(err)
		}
		put(6, func(v *store.NewVersion) { v.Entries.Sort++ })
		put(7, same)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = backend.Read(t.Context(), func(s store.Snapshot) error {
		if n := found(s); n != 1 {
			t.Errorf("committed: %d found, want 1", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
