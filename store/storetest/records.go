package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

var recordTests = []test{
	{"a record comes back as it was put", testRecord},
	{"a record vanishes at the instant it expires", testExpiry},
	{"of many who swap one wins", testSwap},
	{"of many who take one gets it", testTake},
	{"revisions are never used again", testRevisions},
	{"revisions are those of one instant", testRevisionsOf},
	{"keys are listed in order", testList},
	{"records change with the transaction that changes them", testRecordsOfTransaction},
}

func testRecord(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	if _, err := records.Get(w.ctx, "k", "1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a record that was never put: %v", err)
	}
	expires := w.clock.Now().Add(time.Hour)
	for i, value := range [][]byte{[]byte("a"), {}, []byte("\x00\xff")} {
		if _, err := records.Put(w.ctx, "k", "1", value, expires); err != nil {
			t.Fatal(err)
		}
		got, err := records.Get(w.ctx, "k", "1")
		if err != nil || string(got.Value) != string(value) || !got.Expires.Equal(expires) {
			t.Errorf("%d: %+v, %v", i, got, err)
		}
	}
	for _, other := range [][2]string{{"k", "2"}, {"K", "1"}, {"k1", ""}, {"", "k1"}} {
		if _, err := records.Get(w.ctx, other[0], other[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := records.Put(w.ctx, "k", "1", []byte("forever"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(1000 * 24 * time.Hour)
	if got, err := records.Get(w.ctx, "k", "1"); err != nil || !got.Expires.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	for range 2 {
		if err := records.Delete(w.ctx, "k", "1"); err != nil {
			t.Error(err)
		}
	}
	if _, err := records.Get(w.ctx, "k", "1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted record: %v", err)
	}
}

func testExpiry(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	put := func(key string) int64 {
		revision, err := records.Put(w.ctx, "k", key, []byte("v"), w.clock.Now().Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return revision
	}
	revision := put("1")
	put("2")
	w.clock.Advance(time.Minute - time.Millisecond)
	if _, err := records.Get(w.ctx, "k", "1"); err != nil {
		t.Errorf("just before: %v", err)
	}
	w.clock.Advance(time.Millisecond)
	if _, err := records.Get(w.ctx, "k", "1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := records.Take(w.ctx, "k", "2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("take: %v", err)
	}
	if keys, err := records.List(w.ctx, "k", "", 10); err != nil || len(keys) != 0 {
		t.Errorf("list: %q, %v", keys, err)
	}
	if _, err := records.Swap(w.ctx, "k", "1", revision, []byte("v"), time.Time{}); !errors.Is(err, store.ErrRecordChanged) {
		t.Errorf("swap of the expired: %v", err)
	}
	if next, err := records.Swap(w.ctx, "k", "1", 0, []byte("v"), time.Time{}); err != nil || next == revision {
		t.Errorf("swap of none: %d, %v", next, err)
	}
}

func testSwap(t *testing.T, s *suite) {
	w := s.world(t)
	swapAll(t, w, w.backend)
}

func swapAll(t *testing.T, w *world, backends ...store.Backend) {
	var all sync.WaitGroup
	for round := range 4 {
		var revision int64
		if round > 0 {
			got, err := backends[0].Records().Get(w.ctx, "k", "1")
			if err != nil {
				t.Fatal(err)
			}
			revision = got.Revision
		}
		var won atomic.Int32
		for i := range 20 {
			all.Go(func() {
				_, err := backends[i%len(backends)].Records().Swap(w.ctx, "k", "1", revision, fmt.Append(nil, i), time.Time{})
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, store.ErrRecordChanged):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("round %d: %d won", round, won.Load())
		}
	}
}

func testTake(t *testing.T, s *suite) {
	w := s.world(t)
	takeAll(t, w, w.backend)
}

func takeAll(t *testing.T, w *world, backends ...store.Backend) {
	if _, err := backends[0].Records().Put(w.ctx, "code", "1", []byte("v"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 50 {
		all.Go(func() {
			got, err := backends[i%len(backends)].Records().Take(w.ctx, "code", "1")
			switch {
			case err == nil && string(got.Value) == "v":
				won.Add(1)
			case !errors.Is(err, store.ErrNotFound):
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d got it", won.Load())
	}
}

func testRevisions(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	seen := map[int64]bool{0: true}
	var last int64
	for i := range 6 {
		revision, err := records.Put(w.ctx, "k", "1", []byte("v"), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := records.Get(w.ctx, "k", "1")
		if seen[revision] || revision <= last || err != nil || got.Revision != revision {
			t.Errorf("revision %d after %d; %+v, %v", revision, last, got, err)
		}
		seen[revision], last = true, revision
		if _, err := records.Swap(w.ctx, "k", "1", revision+1, []byte("v"), time.Time{}); !errors.Is(err, store.ErrRecordChanged) {
			t.Errorf("swap of a revision to come: %v", err)
		}
		if i%2 == 0 {
			if err := records.Delete(w.ctx, "k", "1"); err != nil {
				t.Fatal(err)
			}
			if _, err := records.Swap(w.ctx, "k", "1", revision, []byte("v"), time.Time{}); !errors.Is(err, store.ErrRecordChanged) {
				t.Errorf("swap of the deleted: %v", err)
			}
		}
	}
}

func testRevisionsOf(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	put := func(kind, key string, expires time.Time) int64 {
		revision, err := records.Put(w.ctx, kind, key, []byte("v"), expires)
		if err != nil {
			t.Fatal(err)
		}
		return revision
	}
	is := func(want ...int64) {
		t.Helper()
		got, err := records.Revisions(w.ctx,
			store.RecordName{Kind: "k", Key: "1"}, store.RecordName{Kind: "l", Key: "1"}, store.RecordName{Kind: "k", Key: "2"})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; it should be %v", got, err, want)
		}
		w.read(func(s store.Snapshot) {
			got, err := s.Revisions(w.ctx,
				store.RecordName{Kind: "k", Key: "1"}, store.RecordName{Kind: "l", Key: "1"}, store.RecordName{Kind: "k", Key: "2"})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("in a snapshot %v, %v; it should be %v", got, err, want)
			}
		})
	}
	is(0, 0, 0)
	a := put("k", "1", w.clock.Now().Add(time.Minute))
	b := put("l", "1", time.Time{})
	is(a, b, 0)
	b = put("l", "1", time.Time{})
	is(a, b, 0)
	w.clock.Advance(time.Minute)
	is(0, b, 0)
	if _, err := records.Take(w.ctx, "l", "1"); err != nil {
		t.Fatal(err)
	}
	is(0, 0, 0)
}

func testList(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	for _, key := range []string{"b", "a", "B", "c", "ä", "a1"} {
		if _, err := records.Put(w.ctx, "k", key, nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := records.Put(w.ctx, "other", "z", nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after string
		limit int
		want  []string
	}{
		{"", 10, []string{"B", "a", "a1", "b", "c", "ä"}},
		{"", 2, []string{"B", "a"}},
		{"a", 2, []string{"a1", "b"}},
		{"aa", 1, []string{"b"}},
		{"ä", 10, nil},
	} {
		got, err := records.List(w.ctx, "k", c.after, c.limit)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("after %q: %q, %v; want %q", c.after, got, err, c.want)
		}
	}
}

func testRecordsOfTransaction(t *testing.T, s *suite) {
	w := s.world(t)
	records := w.backend.Records()
	was, err := records.Put(w.ctx, "k", "1", []byte("before"), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	change := func(outcome error) error {
		return w.backend.Write(w.ctx, func(tx store.Writer) error {
			inside := tx.Records()
			revision, err := inside.Swap(w.ctx, "k", "1", was, []byte("after"), time.Time{})
			if err != nil {
				return err
			}
			if got, err := inside.Get(w.ctx, "k", "1"); err != nil || string(got.Value) != "after" || got.Revision != revision {
				t.Errorf("inside: %+v, %v", got, err)
			}
			if got, err := tx.Revisions(w.ctx, store.RecordName{Kind: "k", Key: "1"}); err != nil || got[0] != revision {
				t.Errorf("inside: revisions %v, %v", got, err)
			}
			if _, err := inside.Put(w.ctx, "k", "2", []byte("too"), time.Time{}); err != nil {
				return err
			}
			if keys, err := inside.List(w.ctx, "k", "", 9); err != nil || !slices.Equal(keys, []string{"1", "2"}) {
				t.Errorf("inside: %q, %v", keys, err)
			}
			if _, err := inside.Take(w.ctx, "k", "2"); err != nil {
				return err
			}
			if _, err := inside.Take(w.ctx, "k", "2"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("taken twice: %v", err)
			}
			return outcome
		})
	}
	for _, c := range []struct {
		outcome error
		want    string
	}{{failed, "before"}, {nil, "after"}} {
		if err := change(c.outcome); !errors.Is(err, c.outcome) {
			t.Errorf("%v: %v", c.outcome, err)
		}
		if got, err := records.Get(w.ctx, "k", "1"); err != nil || string(got.Value) != c.want {
			t.Errorf("%v: %s, %v", c.outcome, got.Value, err)
		}
	}
	if err := change(nil); !errors.Is(err, store.ErrRecordChanged) {
		t.Errorf("with an old revision: %v", err)
	}
}
