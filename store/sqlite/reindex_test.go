package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

func untold(store.Reindexed) {}

// reindexed wants a reindex to come to its end.
func reindexed(t *testing.T, s *store.Store, restart bool, progress func(store.Reindexed)) store.Reindexed {
	t.Helper()
	done, err := s.Reindex(t.Context(), restart, progress)
	if err != nil || done.Next != nil {
		t.Fatalf("reindex: %+v, %v", done, err)
	}
	return done
}

// Of an absolute reference below the old base URL the new one makes another entry:
// that is no damage, and check says what to do.
func TestAnotherBaseURL(t *testing.T) {
	dir := eventful(t)
	s := fhir(t, dir, oldBase)
	update(t, s, `{"resourceType":"Observation","id":"left","status":"final","code":{"text":"x"},"subject":{"reference":"`+oldBase+`/Patient/a"}}`)
	remove(t, s, store.Key{Type: "Observation", ID: "left"}) // and is now no more in a's chart
	closed(t, s)
	s = fhir(t, dir, newBase)
	defer closed(t, s)
	const absolute = 11 // all versions of Observations, and a patient
	findings, outdated := checked(t, s)
	if len(findings) != 0 || outdated != absolute {
		t.Errorf("%d are outdated; found %v", outdated, findings)
	}
	if done := reindexed(t, s, false, untold); done.Written != absolute {
		t.Errorf("%d were written", done.Written)
	}
	sound(t, s)
	if done := reindexed(t, s, false, untold); done.Written != 0 {
		t.Errorf("the second time %d were written", done.Written)
	}
}

// large is a store with several batches, in the old base URL.
func large(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := fhir(t, dir, oldBase)
	defer closed(t, s)
	for round := range 2 {
		var bodies []string
		for i := range 400 {
			bodies = append(bodies, observationOf(fmt.Sprint(i), fmt.Sprint(i%7), fmt.Sprint(round)))
		}
		if err := tryUpdate(t, s, bodies...); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What others write meanwhile is right: they are two, as two processes would be.
func TestReindexAndRepairBesideWriters(t *testing.T) {
	for name, c := range map[string]struct {
		damage string
		mend   func(*testing.T, *store.Store) error
	}{
		"reindex": {"", func(t *testing.T, s *store.Store) error {
			if done := reindexed(t, s, false, untold); done.Written < 400 {
				t.Errorf("%d were written", done.Written)
			}
			return nil
		}},
		"repair": {
			`DELETE FROM ix WHERE rid % 3 = 0; DELETE FROM words WHERE rowid % 4 = 0;
			INSERT INTO ix SELECT 4711, term, sort, rid FROM ix WHERE chart = 0 AND rid % 5 = 0`,
			func(t *testing.T, s *store.Store) error { return s.Repair(t.Context(), untold) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := large(t)
			if c.damage != "" {
				script(t, filepath.Join(dir, sqlite.FileName), c.damage)
			}
			s := fhir(t, dir, newBase)
			defer closed(t, s)
			other := fhir(t, dir, newBase)
			defer closed(t, other)
			stop := besides(t, s, other)
			err := c.mend(t, s)
			report, checkErr := s.Check(t.Context())
			stop()
			if err := errors.Join(err, checkErr); err != nil {
				t.Fatal(err)
			}
			if err := report.Err(); err != nil {
				t.Errorf("beside writers: %v", err)
			}
			sound(t, s)
		})
	}
}

// besides changes resources of stores at random until stop is called.
func besides(t *testing.T, stores ...*store.Store) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for i, s := range stores {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		writers.Go(func() {
			for n := 0; ctx.Err() == nil || n < 20; n++ {
				// Whoever has to wait too long on a loaded machine tries again.
				if err := change(t, s, random); err != nil && !errors.Is(err, store.ErrUnavailable) {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() {
		cancel()
		writers.Wait()
	}
}

// change writes or deletes one of the resources.
func change(t *testing.T, s *store.Store, random *rand.Rand) error {
	id := fmt.Sprint(random.IntN(450))
	if random.IntN(4) == 0 {
		return tryRemove(t, s, store.Key{Type: "Observation", ID: id})
	}
	return tryUpdate(t, s, observationOf(id, fmt.Sprint(random.IntN(9)), fmt.Sprint(random.IntN(5))))
}

func TestAnInterruptedReindexGoesOn(t *testing.T) {
	dir := large(t)
	interrupt := func(base string) store.Reindexed {
		s := fhir(t, dir, base)
		defer closed(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done, err := s.Reindex(ctx, false, func(at store.Reindexed) {
			if at.Done > 400 { // among the superseded versions
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || done.Next == nil {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	first := func(base string, restart bool) (first store.Reindexed) {
		s := fhir(t, dir, base)
		defer closed(t, s)
		reindexed(t, s, restart, func(at store.Reindexed) {
			if first.Total == 0 {
				first = at
			}
		})
		sound(t, s)
		return first
	}
	before := interrupt(newBase)
	if at := first(newBase, false); at.Done < before.Done {
		t.Errorf("it had come to %d, and went on to %d", before.Done, at.Done)
	}
	before = interrupt(newBase)
	if at := first(newBase, true); at.Done >= before.Done {
		t.Errorf("with restart it went on from %d to %d", before.Done, at.Done)
	}
	before = interrupt(newBase)
	if at := first(oldBase, false); at.Done >= before.Done {
		t.Errorf("under another base URL it went on from %d to %d", before.Done, at.Done)
	}
}
