package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func newClock() *testclock.Clock { return testclock.At(time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)) }

// world is a backend under test.
type world struct {
	*testing.T
	backend store.Backend
	clock   *testclock.Clock
	ctx     context.Context
}

func (s *suite) world(t *testing.T) *world {
	t.Helper()
	c := newClock()
	w := &world{t, s.open(t, c.Now), c, t.Context()}
	t.Cleanup(w.close)
	return w
}

// close closes the backend. Doing so twice is no error.
func (w *world) close() {
	if err := w.backend.Close(); err != nil {
		w.Errorf("close: %v", err)
	}
}

// doc is a resource as the tests write it.
type doc struct {
	key       store.Key
	terms     []search.TermEntry
	strings   []search.StringEntry
	dates     []search.DateEntry
	numbers   []search.QuantityEntry
	sort      int64
	charts    []string
	content   string
	relations []compartments.Relationship
}

func patient(id string) *doc     { return newDoc(typeP, id).chart(id) }
func observation(id string) *doc { return newDoc(typeO, id) }

func newDoc(typ, id string) *doc { return &doc{key: store.Key{Type: typ, ID: id}, sort: search.NoSort} }

func (d *doc) token(p *search.Param, system, code string) *doc {
	d.terms = append(d.terms, search.TermEntry{Param: p, System: system, Code: code})
	return d
}

func (d *doc) refer(p *search.Param, references ...string) *doc {
	for _, to := range references {
		d.token(p, "", to)
	}
	return d
}

func (d *doc) text(p *search.Param, exact string) *doc {
	d.strings = append(d.strings, search.StringEntry{Param: p, Folded: search.Fold(exact), Exact: exact})
	return d
}

func (d *doc) date(p *search.Param, low, high int64) *doc {
	d.dates = append(d.dates, search.DateEntry{Param: p, Low: low, High: high})
	return d
}

func (d *doc) quantity(p *search.Param, system, unit string, low, high float64) *doc {
	d.numbers = append(d.numbers, search.QuantityEntry{Param: p, System: system, Code: unit, Low: low, High: high})
	return d
}

// of puts the doc in the chart of a patient, its subject.
func (d *doc) of(patient string) *doc { return d.refer(subject, "Patient/"+patient).chart(patient) }

func (d *doc) chart(patients ...string) *doc {
	d.charts = append(d.charts, patients...)
	return d
}

func (d *doc) at(sort int64) *doc { d.sort = sort; return d }

func (d *doc) entries() search.Entries {
	return search.Entries{Terms: d.terms, Strings: d.strings, Dates: d.dates, Quantities: d.numbers, Sort: d.sort}
}

func (d *doc) body(version int64) []byte {
	return fmt.Appendf(nil, `{"resourceType":%q,"id":%q,"v":%d,"content":%q}`, d.key.Type, d.key.ID, version, d.content)
}

// write runs fn in a transaction that must succeed.
func (w *world) write(fn func(store.Writer) error) {
	w.Helper()
	if err := w.backend.Write(w.ctx, fn); err != nil {
		w.Fatalf("write: %v", err)
	}
}

// read runs fn on a snapshot.
func (w *world) read(fn func(store.Snapshot)) {
	w.Helper()
	err := w.backend.Read(w.ctx, func(s store.Snapshot) error {
		fn(s)
		return nil
	})
	if err != nil {
		w.Fatalf("read: %v", err)
	}
}

// put stores docs in one transaction, each as the next version of its resource.
func (w *world) put(docs ...*doc) {
	w.Helper()
	w.write(func(tx store.Writer) error {
		for _, d := range docs {
			if err := putDoc(w.ctx, tx, d, w.backend.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// putDoc stores a doc as the next version of its resource.
func putDoc(ctx context.Context, tx store.Writer, d *doc, now time.Time) error {
	version, err := nextVersion(ctx, tx, d.key)
	if err != nil {
		return err
	}
	err = tx.Put(ctx, store.NewVersion{
		Resource: store.Resource{Key: d.key, Version: version, Updated: now, Body: d.body(version)},
		Entries:  d.entries(),
		Charts:   d.charts,
	})
	if err != nil {
		return err
	}
	return tx.Relate(ctx, d.key, d.relations)
}

func nextVersion(ctx context.Context, tx store.Snapshot, key store.Key) (int64, error) {
	current, err := tx.Current(ctx, key, search.True)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	return current.Version + 1, nil
}

// delete removes resources in one transaction.
func (w *world) delete(keys ...store.Key) {
	w.Helper()
	w.write(func(tx store.Writer) error {
		for _, key := range keys {
			if err := deleteKey(w.ctx, tx, key, w.backend.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

func deleteKey(ctx context.Context, tx store.Writer, key store.Key, now time.Time) error {
	version, err := nextVersion(ctx, tx, key)
	if err != nil {
		return err
	}
	return tx.Delete(ctx, key, version, now)
}

// find returns the ids of a type that satisfy the predicate, sorted.
func (w *world) find(typ string, where search.Expr) []string {
	w.Helper()
	ids := w.list(search.Select{Type: typ, Where: where})
	slices.Sort(ids)
	return ids
}

// list returns the ids of a search in its order.
func (w *world) list(selects ...search.Select) []string {
	w.Helper()
	var ids []string
	w.read(func(s store.Snapshot) {
		matches, err := s.Search(w.ctx, selects, nil, 10_000)
		if err != nil {
			w.Fatalf("search %v: %v", selects, err)
		}
		for _, m := range matches {
			ids = append(ids, m.ID)
		}
	})
	return ids
}

// found checks which resources of a type satisfy a predicate; that Count agrees;
// and that Current says the same of each resource of the type.
func (w *world) found(typ string, where search.Expr, want ...string) {
	w.Helper()
	got := w.find(typ, where)
	if slices.Sort(want); !slices.Equal(got, want) {
		w.Errorf("%#v of %s:\n got %q\nwant %q", where, typ, got, want)
	}
	w.read(func(s store.Snapshot) {
		selects := []search.Select{{Type: typ, Where: where}}
		if n, complete, err := s.Count(w.ctx, selects, store.CountLimit{}); n != len(want) || !complete || err != nil {
			w.Errorf("%#v of %s: counted %d, %v, %v; want %d", where, typ, n, complete, err, len(want))
		}
		all, err := s.Search(w.ctx, []search.Select{{Type: typ, Where: search.True}}, nil, 10_000)
		if err != nil {
			w.Fatalf("search: %v", err)
		}
		for _, m := range all {
			_, err := s.Current(w.ctx, m.Key, where)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				w.Fatalf("current: %v", err)
			}
			if holds := err == nil; holds != slices.Contains(want, m.ID) {
				w.Errorf("%#v holds for the current %s: %v", where, m.Key, holds)
			}
		}
	})
}

func is(p *search.Param, system, code string) search.Term {
	return search.Term{Param: p, System: search.Is(system), Code: search.Is(code)}
}

func anySystem(p *search.Param, code string) search.Term {
	return search.Term{Param: p, Code: search.Is(code)}
}
