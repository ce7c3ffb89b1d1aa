package sqlite_test

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// BenchmarkHistory is pages of 50 of the history of a type in which every tenth
// resource has a second version and every hundredth is deleted.
func BenchmarkHistory(b *testing.B) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	backend, err := sqlite.Open(b.TempDir(), sqlite.Options{Clock: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := backend.Close(); err != nil {
			b.Error(err)
		}
	})
	const n = benchPatients * benchObservations
	benchWrite(b, backend, n, 1, func(tx store.Writer, i int) error {
		now = now.Add(time.Millisecond)
		return tx.Put(b.Context(), benchObservation(i, now))
	})
	benchWrite(b, backend, n, 10, func(tx store.Writer, i int) error {
		now = now.Add(time.Millisecond)
		if i%100 == 0 {
			return tx.Delete(b.Context(), benchObservation(i, now).Key, 2, now)
		}
		v := benchObservation(i, now)
		v.Version = 2
		return tx.Put(b.Context(), v)
	})
	vital := search.Term{Param: benchCategory, System: search.Is("http://terminology.hl7.org/CodeSystem/observation-category"), Code: search.Is("vital-signs")}
	visit := search.Term{Param: benchVisit, System: search.Is(""), Code: search.Is("Encounter/encounter-77")}
	chart := search.Chart{Patient: "patient-0007"}
	for _, c := range []struct {
		name  string
		where search.Expr
		since time.Time
	}{
		{"type", search.True, time.Time{}},
		{"chart", chart, time.Time{}},
		{"chart and term", search.And{chart, vital}, time.Time{}},
		{"common term", vital, time.Time{}},
		{"rare term", visit, time.Time{}},
		{"chart, the last 100 ms", chart, now.Add(-100 * time.Millisecond)},
	} {
		of := []store.Portion{{Type: "Observation", Where: c.where}}
		page := store.HistoryPage{Since: c.since, Limit: 50}
		for name, ask := range map[string]func(store.Snapshot) error{
			"page": func(s store.Snapshot) error { _, err := s.History(b.Context(), of, page); return err },
			"count": func(s store.Snapshot) error {
				_, _, err := s.CountHistory(b.Context(), of, page, store.CountLimit{Touched: store.CheapCount})
				return err
			},
		} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := backend.Read(b.Context(), ask); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// benchWrite calls write for every step-th number below n, in transactions.
func benchWrite(b *testing.B, backend store.Backend, n, step int, write func(store.Writer, int) error) {
	b.Helper()
	for from := 0; from < n; from += benchTransaction * step {
		err := backend.Write(b.Context(), func(tx store.Writer) error {
			for i := from; i < min(n, from+benchTransaction*step); i += step {
				if err := write(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
