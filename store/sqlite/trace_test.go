package sqlite_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// A trace is told of the statements that run for its context, with the values of those
// that read, and of no others.
func TestTrace(t *testing.T) {
	t.Parallel()
	b := open(t, t.TempDir(), time.Now)
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	trace := store.NewTrace()
	traced, plain := store.WithTrace(t.Context(), trace), t.Context()
	code := &search.Param{Type: "Observation", Code: "code", Kind: search.KindToken}
	name := &search.Param{Type: "Observation", Code: "name", Kind: search.KindString}
	err := b.Write(traced, func(w store.Writer) error {
		if _, err := w.Records().Put(traced, "secret", "key", []byte("value"), time.Time{}); err != nil {
			return err
		}
		return w.Put(traced, store.NewVersion{
			Resource: store.Resource{Key: store.Key{Type: "Observation", ID: "o"}, Version: 1, Updated: b.Now(), Body: []byte("{}")},
			Entries: search.Entries{
				Terms:   []search.TermEntry{{Param: code, System: "http://x", Code: "weight"}},
				Strings: []search.StringEntry{{Param: name, Folded: "hidden", Exact: "Hidden"}},
				Sort:    search.NoSort,
			},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if written := trace.Part(store.Whole).Queries; !holdsQuery(written, "INSERT INTO res", "") {
		t.Errorf("the write is told as %v", written)
	}
	ask := func(ctx context.Context, where search.Expr) {
		err := b.Read(ctx, func(s store.Snapshot) error {
			_, err := s.Search(ctx, []search.Select{{Type: "Observation", Where: where}}, nil, 10)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	where := search.String{Param: name, Op: search.StartsWith, Value: "o'"}
	before := len(trace.Part(store.Whole).Queries)
	ask(plain, where)
	if _, err := b.Records().Get(traced, "secret", "key"); err != nil {
		t.Error(err)
	}
	if after := trace.Part(store.Whole).Queries; len(after) != before {
		t.Errorf("others are told of: %v", after[before:])
	}
	trace.At(3)
	ask(traced, where)
	ask(traced, where)
	read := trace.Part(3).Queries
	if !holdsQuery(read, "SELECT", "'o''") {
		t.Errorf("the search is told as %v", read)
	}
	for _, q := range append(read, trace.Part(store.Whole).Queries...) {
		if strings.Contains(q.Text, "record") || strings.Contains(q.Values, "hidden") || q.Took <= 0 {
			t.Errorf("told: %+v", q)
		}
		if writes := strings.HasPrefix(q.Text, "INSERT"); writes && q.Values != "" {
			t.Errorf("told what was written: %+v", q)
		}
	}
	if runs := read[len(read)-1].Runs; runs != 2 {
		t.Errorf("the query ran %d times, want 2", runs)
	}
}

func holdsQuery(queries []store.Query, text, values string) bool {
	for _, q := range queries {
		if strings.Contains(q.Text, text) && strings.Contains(q.Values, values) {
			return true
		}
	}
	return false
}
