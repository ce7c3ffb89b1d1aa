package sqlite_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// What was written before there was no more room is there, what was refused is not,
// and writing goes on when there is room. A limit of pages stands for a small disk.
func TestNoRoom(t *testing.T) {
	dir := t.TempDir()
	b, err := sqlite.Open(dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Pragma(t.Context(), "max_page_count = 300"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	written := make(map[string]bool)
	var writers sync.WaitGroup
	for n := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprint(n, "-", i)
				err := putLarge(t, b, id)
				if err != nil {
					if !errors.Is(err, store.ErrFull) || strings.Contains(errors.Unwrap(err).Error(), "sqlite") {
						t.Errorf("no room: %v", err)
					}
					return
				}
				mu.Lock()
				written[id] = true
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	if err := b.Pragma(t.Context(), "max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if err := putLarge(t, b, "again"); err != nil {
		t.Errorf("with room again: %v", err)
	}
	written["again"] = true
	closed(t, b)
	found := strings.Fields(patients(t, dir))
	for _, id := range found {
		if !written[id] {
			t.Errorf("%s was refused, and is there", id)
		}
	}
	if len(found) != len(written) || len(found) < 10 {
		t.Errorf("%d were written, %d are there", len(written), len(found))
	}
}

func TestReadOnly(t *testing.T) {
	b, err := sqlite.Open(filled(t, "1"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, b)
	if err := b.Pragma(t.Context(), "query_only = ON"); err != nil {
		t.Fatal(err)
	}
	if err := putLarge(t, b, "2"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("writing: %v", err)
	}
	err = b.Read(t.Context(), func(s store.Snapshot) error {
		_, err := s.Current(t.Context(), store.Key{Type: "Patient", ID: "1"}, search.True)
		return err
	})
	if err != nil {
		t.Errorf("reading: %v", err)
	}
}

func putLarge(t *testing.T, b store.Backend, id string) error {
	t.Helper()
	body := fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", 20_000))
	return b.Write(t.Context(), func(w store.Writer) error {
		return w.Put(t.Context(), store.NewVersion{
			Resource: store.Resource{Key: store.Key{Type: "Patient", ID: id}, Version: 1, Updated: time.Now().UTC().Truncate(time.Millisecond), Body: []byte(body)},
			Entries:  search.Entries{Sort: search.NoSort},
		})
	})
}
