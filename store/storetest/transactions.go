package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var transactionTests = []test{
	{"a failed transaction leaves nothing behind", testAtomic},
	{"a transaction sees its own writes, and others do not", testOwnWrites},
	{"one of many concurrent transactions fails alone", testFailsAlone},
	{"a hundred writers lose no update", testLostUpdates},
	{"no transaction writes what another one at once forbids", testSkew},
	{"a snapshot does not change", testSnapshot},
	{"calls within calls", testNested},
	{"a context that is done ends a call", testContext},
	{"a panic in a transaction undoes it and harms nobody else", testPanic},
}

var errDeliberate = errors.New("deliberate")

func testAtomic(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").token(gender, "", "male"), patient("2").token(gender, "", "male"))
	err := w.backend.Write(w.ctx, func(tx store.Writer) error {
		changed := patient("1").token(gender, "", "other").token(code, "new", "term").refer(doctor, "Practitioner/new").chart("new")
		changed.relations = []compartments.Relationship{care("Practitioner/x", "1", search.TimeBegin, search.TimeEnd)}
		for _, d := range []*doc{changed, patient("3").token(gender, "", "other")} {
			if err := putDoc(w.ctx, tx, d, w.backend.Now()); err != nil {
				return err
			}
		}
		if err := deleteKey(w.ctx, tx, store.Key{Type: typeP, ID: "2"}, w.backend.Now()); err != nil {
			return err
		}
		return errDeliberate
	})
	if !errors.Is(err, errDeliberate) {
		t.Fatalf("the function's error came back as %v", err)
	}
	w.found(typeP, search.True, "1", "2")
	w.found(typeP, is(gender, "", "male"), "1", "2")
	w.found(typeP, is(gender, "", "other"))
	w.found(typeP, search.Chart{Patient: "new"})
	w.found(typeP, search.Panel{Party: "Practitioner/x"})
	w.read(func(r store.Snapshot) {
		for _, key := range keys(typeP, "1", "2") {
			if got, err := r.Versions(w.ctx, key, search.True, store.VersionPage{}); err != nil || len(got) != 1 {
				t.Errorf("%s has versions %v, %v", key, numbersOfVersions(got), err)
			}
		}
	})
	// What the failed one was about to allocate must work in the next.
	w.put(patient("1").token(gender, "", "other").refer(doctor, "Practitioner/new").chart("new"))
	w.found(typeP, is(gender, "", "other"), "1")
	w.found(typeP, is(doctor, "", "Practitioner/new"), "1")
	w.found(typeP, search.Chart{Patient: "new"}, "1")
}

func testOwnWrites(t *testing.T, s *suite) {
	w := s.world(t)
	select1 := []search.Select{{Type: typeP, Where: is(gender, "", "male")}}
	w.write(func(tx store.Writer) error {
		if err := putDoc(w.ctx, tx, patient("1").token(gender, "", "male"), w.backend.Now()); err != nil {
			return err
		}
		if found, err := tx.Search(w.ctx, select1, nil, 10); err != nil || len(found) != 1 {
			t.Errorf("inside: %d matches, %v", len(found), err)
		}
		w.read(func(r store.Snapshot) {
			if found, err := r.Search(w.ctx, select1, nil, 10); err != nil || len(found) != 0 {
				t.Errorf("outside: %d matches, %v", len(found), err)
			}
		})
		if err := deleteKey(w.ctx, tx, store.Key{Type: typeP, ID: "1"}, w.backend.Now()); err != nil {
			return err
		}
		if found, err := tx.Search(w.ctx, select1, nil, 10); err != nil || len(found) != 0 {
			t.Errorf("after the deletion: %d matches, %v", len(found), err)
		}
		return putDoc(w.ctx, tx, patient("1").token(gender, "", "male"), w.backend.Now())
	})
	w.found(typeP, is(gender, "", "male"), "1")
}

func testFailsAlone(t *testing.T, s *suite) {
	w := s.world(t)
	var all sync.WaitGroup
	errs := make([]error, 60)
	for i := range errs {
		all.Go(func() {
			errs[i] = w.backend.Write(w.ctx, func(tx store.Writer) error {
				d := patient(itoa(i)).token(gender, "", "g"+itoa(i)).refer(doctor, "Practitioner/"+itoa(i))
				if err := putDoc(w.ctx, tx, d, w.backend.Now()); err != nil {
					return err
				}
				if i%3 == 0 {
					return errDeliberate
				}
				return nil
			})
		})
	}
	all.Wait()
	for i, err := range errs {
		if failed := i%3 == 0; failed != errors.Is(err, errDeliberate) || !failed && err != nil {
			t.Errorf("transaction %d: %v", i, err)
		}
		var want []string
		if i%3 != 0 {
			want = []string{itoa(i)}
		}
		w.found(typeP, search.And{is(gender, "", "g"+itoa(i)), is(doctor, "", "Practitioner/"+itoa(i))}, want...)
	}
}

// increment adds one to the number that is a resource's content.
func increment(ctx context.Context, b store.Backend, key store.Key) error {
	return b.Write(ctx, func(tx store.Writer) error {
		current, err := tx.Current(ctx, key, search.True)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		n := 0
		if len(current.Body) > 0 {
			if _, err := fmt.Sscanf(string(current.Body), "%d", &n); err != nil {
				return err
			}
		}
		return tx.Put(ctx, store.NewVersion{
			Resource: store.Resource{Key: key, Version: current.Version + 1, Updated: b.Now(), Body: fmt.Append(nil, n+1)},
			Entries:  search.Entries{Sort: search.NoSort, Terms: []search.TermEntry{{Param: gender, Code: itoa(n + 1)}}},
		})
	})
}

func testLostUpdates(t *testing.T, s *suite) {
	w := s.world(t)
	incrementAll(t, w.ctx, w.backend)
}

// incrementAll increments one resource a hundred times at once, on the backends
// in turn.
func incrementAll(t *testing.T, ctx context.Context, backends ...store.Backend) {
	key := store.Key{Type: typeP, ID: "counter"}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			if err := increment(ctx, backends[i%len(backends)], key); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, b := range backends {
		err := b.Read(ctx, func(r store.Snapshot) error {
			got, err := r.Current(ctx, key, is(gender, "", "100"))
			if err != nil {
				return err
			}
			if string(got.Body) != "100" || got.Version != 100 {
				t.Errorf("the count is %s in version %d", got.Body, got.Version)
			}
			versions, err := r.Versions(ctx, key, search.Not{Of: search.Missing{Param: gender}}, store.VersionPage{})
			if err != nil || len(versions) != 100 {
				t.Errorf("%d versions, %v", len(versions), err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func testSnapshot(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	w.read(func(r store.Snapshot) {
		count := func() int {
			n, _, err := r.Count(w.ctx, []search.Select{{Type: typeP, Where: search.True}}, store.CountLimit{})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if _, same := w.backend.(*reopening); !same { // which waits for this read
			w.put(patient("2"))
			w.delete(store.Key{Type: typeP, ID: "1"})
		}
		if after := count(); before != 1 || after != 1 {
			t.Errorf("%d patients before and %d after another's write", before, after)
		}
		if got, err := r.Current(w.ctx, store.Key{Type: typeP, ID: "1"}, search.True); err != nil || got.Deleted {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func testNested(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	var all sync.WaitGroup
	for range 40 { // more than there are connections
		all.Go(func() {
			w.read(func(store.Snapshot) {
				w.read(func(r store.Snapshot) {
					if _, err := r.Current(w.ctx, store.Key{Type: typeP, ID: "1"}, search.True); err != nil {
						t.Error(err)
					}
				})
			})
		})
	}
	all.Wait()
	w.write(func(tx store.Writer) error {
		w.found(typeP, search.True, "1")
		return nil
	})
}

func testContext(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	done, cancel := context.WithCancelCause(w.ctx)
	cancel(errDeliberate)
	if err := w.backend.Read(done, func(store.Snapshot) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if err := w.backend.Write(done, func(store.Writer) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	if _, err := w.backend.Records().Get(done, "k", "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("record: %v", err)
	}
	// Within a transaction too, which its function may still complete.
	w.write(func(tx store.Writer) error {
		if err := putDoc(w.ctx, tx, patient("2"), w.backend.Now()); err != nil {
			return err
		}
		for name, call := range map[string]func() error{
			"current": func() error { _, err := tx.Current(done, store.Key{Type: typeP, ID: "1"}, search.True); return err },
			"search": func() error {
				_, err := tx.Search(done, []search.Select{{Type: typeP, Where: search.True}}, nil, 1)
				return err
			},
			"put": func() error { return putDoc(done, tx, patient("3"), w.backend.Now()) },
		} {
			if err := call(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	w.found(typeP, search.True, "1", "2")
	testSlowQuery(w)
}

// testSlowQuery ends a query that would take very long.
func testSlowQuery(w *world) {
	var docs []*doc
	var ids []string
	for i := range 300 {
		ids = append(ids, "Observation/"+itoa(i))
	}
	for i := range 300 {
		docs = append(docs, observation(itoa(i)).refer(focus, ids...))
	}
	w.put(docs...)
	where := search.Expr(is(code, "", "none"))
	for range 5 {
		where = search.Not{Of: search.Chain{Param: focus, Type: typeO, Where: search.Not{Of: search.Chain{Param: focus, Type: typeO, Where: where}}}}
	}
	ctx, cancel := context.WithTimeout(w.ctx, 50*time.Millisecond)
	defer cancel()
	err := w.backend.Read(ctx, func(r store.Snapshot) error {
		_, _, err := r.Count(ctx, []search.Select{{Type: typeO, Where: search.Not{Of: search.And{where, search.Not{Of: where}}}}}, store.CountLimit{})
		return err
	})
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		w.Errorf("a query out of time: %v", err)
	}
	w.found(typeP, search.True, "1", "2")
}

func testPanic(t *testing.T, s *suite) {
	w := s.world(t)
	panicking := func(fn func()) {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach its caller")
			}
		}()
		fn()
	}
	panicking(func() {
		_ = w.backend.Write(w.ctx, func(tx store.Writer) error {
			if err := putDoc(w.ctx, tx, patient("1"), w.backend.Now()); err != nil {
				return err
			}
			panic("deliberate")
		})
	})
	panicking(func() { _ = w.backend.Read(w.ctx, func(store.Snapshot) error { panic("deliberate") }) })
	w.put(patient("2"))
	if got := w.find(typeP, search.True); !slices.Equal(got, []string{"2"}) {
		t.Errorf("found %q", got)
	}
}
