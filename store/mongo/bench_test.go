package mongo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// BenchmarkTransactions is what calls cost without the work in them: the ways to the
// server and back, and the locks.
func BenchmarkTransactions(b *testing.B) {
	ctx := b.Context()
	backend := open(b, mongotest.URI(b), time.Now)
	write := func(fn func(store.Writer) error) {
		if err := backend.Write(ctx, fn); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	id := func() string { n++; return fmt.Sprint("n", n) }
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"empty read", func() { _ = backend.Read(ctx, func(store.Snapshot) error { return nil }) }},
		{"read", func() {
			_ = backend.Read(ctx, func(s store.Snapshot) error {
				_, err := s.Current(ctx, store.Key{Type: "Patient", ID: "1"}, search.True)
				return err
			})
		}},
		{"create", func() { write(func(w store.Writer) error { return next(ctx, w, id(), "male") }) }},
		{"update", func() { write(func(w store.Writer) error { return next(ctx, w, "1", "male") }) }},
		{"create of 100", func() {
			write(func(w store.Writer) error {
				for range 100 {
					if err := next(ctx, w, id(), "male"); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"create after a look-up of a type", func() {
			write(func(w store.Writer) error {
				where := search.Has{Param: &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}, Where: search.True}
				if _, err := w.Current(ctx, store.Key{Type: "Patient", ID: "1"}, where); err == nil {
					b.Fatal("there is none")
				}
				return next(ctx, w, id(), "male")
			})
		}},
		{"record", func() { _, _ = backend.Records().Put(ctx, "k", "1", []byte("v"), time.Time{}) }},
		{"revisions", func() {
			_, _ = backend.Records().Revisions(ctx, store.RecordName{Kind: "k", Key: "1"}, store.RecordName{Kind: "k", Key: "2"})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.run()
			for b.Loop() {
				c.run()
			}
		})
	}
}
