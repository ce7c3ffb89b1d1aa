package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/store"
)

// testTimelinePagingUnderWrites makes new versions, which supersede old ones, and
// deletions between the pages.
func testTimelinePagingUnderWrites(t *testing.T, s *suite) {
	w := s.world(t)
	for i := range 30 {
		w.put(observation(fmt.Sprint("x", i%12)))
		if i%3 == 0 {
			w.clock.Advance(time.Millisecond)
		}
	}
	writes := 60 // each is durable, which takes its time
	rapid.Check(t, func(r *rapid.T) {
		var want []store.VersionMatch
		w.read(func(s store.Snapshot) {
			var err error
			if want, err = s.History(w.ctx, []store.Portion{allO}, store.HistoryPage{Limit: 1000}); err != nil {
				t.Fatal(err)
			}
		})
		page := store.HistoryPage{Limit: rapid.IntRange(1, 9).Draw(r, "size")}
		seen := map[string]int{}
		for {
			var found []store.VersionMatch
			w.read(func(s store.Snapshot) {
				var err error
				if found, err = s.History(w.ctx, []store.Portion{allO}, page); err != nil {
					t.Fatal(err)
				}
			})
			for _, v := range found {
				seen[fmt.Sprint(v.ID, ".", v.Version)]++
			}
			if len(found) < page.Limit {
				break
			}
			page.After = found[len(found)-1].Position
			if writes > 0 && rapid.Bool().Draw(r, "write") {
				writes--
				key := store.Key{Type: typeO, ID: fmt.Sprint("x", rapid.IntRange(0, 11).Draw(r, "id"))}
				w.put(newDoc(typeO, key.ID))
				if rapid.IntRange(0, 3).Draw(r, "delete") == 0 {
					w.delete(key)
				}
			}
		}
		for _, v := range want {
			if n := seen[fmt.Sprint(v.ID, ".", v.Version)]; n != 1 {
				r.Fatalf("%s.%d was on %d pages of %d", v.ID, v.Version, n, page.Limit)
			}
		}
	})
}

func testTimelineLimits(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("1"), observation("2"), patient("1"))
	w.put(observation("1"))
	w.read(func(r store.Snapshot) {
		of := []store.Portion{allO, allP}
		for limit, want := range map[int]int{0: 0, 1: 1, 3: 3, 4: 4, 9: 4} {
			if got, err := r.History(w.ctx, of, store.HistoryPage{Limit: limit}); err != nil || len(got) != want {
				t.Errorf("limit %d: %d versions, %v", limit, len(got), err)
			}
		}
		for _, bad := range []store.Position{{}, []byte("nonsense"), {1, 2}} {
			if _, err := r.History(w.ctx, of, store.HistoryPage{After: bad, Limit: 1}); !errors.Is(err, store.ErrCursor) {
				t.Errorf("position %v: %v", bad, err)
			}
		}
		ctx, cancel := context.WithCancel(w.ctx)
		cancel()
		if _, err := r.History(ctx, of, store.HistoryPage{Limit: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("for a caller who is gone: %v", err)
		}
	})
}

func testTimelineCounts(t *testing.T, s *suite) {
	w := s.world(t)
	for range 10 {
		w.put(observation("1").token(code, "", "a"), observation("2").token(code, "", "b"), patient("1"))
	}
	a := store.Portion{Type: typeO, Where: is(code, "", "a")}
	w.read(func(r store.Snapshot) {
		for _, c := range []struct {
			of       []store.Portion
			limit    store.CountLimit
			want     int
			complete bool
		}{
			{[]store.Portion{allO, allP}, store.CountLimit{}, 30, true},
			{[]store.Portion{allO, allP}, store.CountLimit{Touched: 1000}, 30, true},
			{[]store.Portion{allO, allP}, store.CountLimit{Touched: 5}, 0, false},
			{[]store.Portion{allO, allP}, store.CountLimit{Found: 30}, 30, true},
			{[]store.Portion{allO, allP}, store.CountLimit{Found: 29}, 0, false},
			{[]store.Portion{a}, store.CountLimit{}, 10, true},
			{[]store.Portion{a}, store.CountLimit{Touched: 1000}, 10, true},
			{[]store.Portion{a}, store.CountLimit{Touched: 5}, 0, false},
			{[]store.Portion{a}, store.CountLimit{Found: 10}, 10, true}, // whatever else there is
			{[]store.Portion{a}, store.CountLimit{Found: 9}, 0, false},
			{nil, store.CountLimit{Found: 5, Touched: 5}, 0, true},
		} {
			n, complete, err := r.CountHistory(w.ctx, c.of, store.HistoryPage{}, c.limit)
			if err != nil || complete != c.complete || complete && n != c.want {
				t.Errorf("%v up to %+v: %d, %v, %v; want %d, %v", c.of, c.limit, n, complete, err, c.want, c.complete)
			}
		}
	})
}
