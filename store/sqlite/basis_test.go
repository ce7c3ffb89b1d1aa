package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// madeBy makes a store one in which granaries wrote that derive things otherwise; of
// nobody: one from before there was a record of it.
func madeBy(t *testing.T, s *store.Store, record string) {
	t.Helper()
	var err error
	if record == "" {
		err = s.Records().Delete(t.Context(), "index", "bases")
	} else {
		_, err = s.Records().Put(t.Context(), "index", "bases", []byte(record), time.Time{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func needsReindex(t *testing.T, s *store.Store) bool {
	t.Helper()
	needs, err := s.NeedsReindex(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return needs
}

// A store in which another granary wrote says so, however often it is opened, until it
// is reindexed. A new one does not.
func TestAStoreKnowsByWhatItsIndexWasMade(t *testing.T) {
	dir := eventful(t)
	for i := range 2 {
		s := fhir(t, dir, oldBase)
		if needsReindex(t, s) {
			t.Errorf("a new store, opened again %d times, wants a reindex", i)
		}
		closed(t, s)
	}
	for name, record := range map[string]string{
		"an older granary":                   "",
		"another one":                        `{"of":["another"]}`,
		"several, this one at last":          `{"of":["another","a third"]}`,
		"this one, and an older one behind":  "after",
		"this one alone, and then the other": `{"of":["another"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := fhir(t, dir, oldBase)
			if record == "after" {
				kept, err := s.Records().Get(t.Context(), "index", "bases")
				if err != nil {
					t.Fatal(err)
				}
				var bases struct {
					Of []string `json:"of"`
				}
				if err := json.Unmarshal(kept.Value, &bases); err != nil {
					t.Fatal(err)
				}
				record = `{"of":["` + bases.Of[0] + `","another"]}`
			}
			madeBy(t, s, record)
			closed(t, s)
			for range 2 {
				s = fhir(t, dir, newBase) // which is another matter
				if !needsReindex(t, s) {
					t.Error("it is not said")
				}
				closed(t, s)
			}
			s = fhir(t, dir, oldBase)
			defer closed(t, s)
			reindexed(t, s, false, untold)
			if needsReindex(t, s) {
				t.Error("it is said after a reindex")
			}
		})
	}
}

// A reindex that is interrupted settles nothing; where another granary opens the store
// before it goes on, it begins anew, and while it goes on, its end is no end.
func TestAReindexBesideAnotherGranary(t *testing.T) {
	dir := large(t)
	s := fhir(t, dir, oldBase)
	madeBy(t, s, `{"of":["another"]}`)
	closed(t, s)
	interrupt := func() store.Reindexed {
		s := fhir(t, dir, oldBase)
		defer closed(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done, err := s.Reindex(ctx, false, func(store.Reindexed) { cancel() })
		if !errors.Is(err, context.Canceled) || done.Next == nil || !needsReindex(t, s) {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	before := interrupt()
	if at := interrupt(); at.Done <= before.Done {
		t.Errorf("it had come to %d, and went on to %d", before.Done, at.Done)
	}
	s = fhir(t, dir, oldBase)
	madeBy(t, s, `{"of":["another"]}`)
	closed(t, s)
	if at := interrupt(); at.Done != before.Done {
		t.Errorf("another granary opened the store, and it went on to %d, not to %d", at.Done, before.Done)
	}
	s = fhir(t, dir, oldBase)
	defer closed(t, s)
	opened := false
	_, err := s.Reindex(t.Context(), false, func(store.Reindexed) {
		if !opened {
			madeBy(t, s, `{"of":["another"]}`)
		}
		opened = true
	})
	const want = "another granary has opened the store meanwhile, and may have written what it derives otherwise: stop it, and reindex again"
	if err == nil || err.Error() != want || !needsReindex(t, s) {
		t.Errorf("%v, want %s", err, want)
	}
	reindexed(t, s, false, untold)
	if needsReindex(t, s) {
		t.Error("it is said after a reindex")
	}
}
