package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/store"
)

// testTimelineLaw: in random worlds and for random predicates the history of some
// types has what the histories of their resources have.
func testTimelineLaw(t *testing.T, s *suite) {
	rapid.Check(t, func(r *rapid.T) {
		w := s.world(t)
		defer w.close()
		m := newModel()
		for range rapid.IntRange(1, 6).Draw(r, "transactions") {
			writeRandom(r, w, m)
			w.clock.Advance(time.Duration(rapid.IntRange(0, 2).Draw(r, "seconds")) * time.Second)
		}
		for range 12 {
			var of []store.Portion
			for _, typ := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{typeO, typeP, typeL, typeD}), 1, 3, rapid.ID).Draw(r, "types") {
				of = append(of, store.Portion{Type: typ, Where: drawExpr(typ, 3).Draw(r, "where")})
			}
			compareTimeline(r, w, m, of, drawHistoryPage().Draw(r, "page"))
		}
	})
}

func drawHistoryPage() *rapid.Generator[store.HistoryPage] {
	return rapid.Custom(func(t *rapid.T) (page store.HistoryPage) {
		moment := func(name string) time.Time {
			return newClock().Now().Add(time.Duration(rapid.IntRange(-1, 12).Draw(t, name)) * time.Second)
		}
		if rapid.IntRange(0, 2).Draw(t, "has since") == 0 {
			page.Since = moment("since")
		}
		if rapid.IntRange(0, 2).Draw(t, "has at") == 0 {
			from := moment("at")
			page.At = store.Interval{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "length")) * time.Millisecond)}
		}
		return page
	})
}

func compareTimeline(t *rapid.T, w *world, m *model, of []store.Portion, page store.HistoryPage) {
	size := rapid.IntRange(1, 7).Draw(t, "page size")
	err := w.backend.Read(w.ctx, func(s store.Snapshot) error {
		got, err := historyPages(w.ctx, s, of, page, size)
		if err != nil {
			return err
		}
		var want []string
		for _, portion := range of {
			for key := range m.versions {
				if key.Type != portion.Type {
					continue
				}
				versions, err := s.Versions(w.ctx, key, portion.Where, store.VersionPage{Since: page.Since, At: page.At})
				if err != nil {
					return err
				}
				for _, v := range versions {
					want = append(want, describeVersion(v))
				}
			}
		}
		var have []string
		for i, v := range got {
			have = append(have, describeVersion(v.Resource))
			if i > 0 && (v.Updated.After(got[i-1].Updated) || v.Key == got[i-1].Key && v.Version > got[i-1].Version) {
				return fmt.Errorf("%v %+v: %s comes after %s", of, page, have[i], have[i-1])
			}
		}
		if !slices.Equal(sorted(have), sorted(want)) {
			return fmt.Errorf("%#v %+v in pages of %d:\n got %q\nwant %q", of, page, size, have, want)
		}
		for _, limit := range []store.CountLimit{{}, {Found: 3}, {Touched: 3}} {
			n, complete, err := s.CountHistory(w.ctx, of, page, limit)
			if err != nil || complete && n != len(want) || limit.Touched == 0 && complete != (limit.Found == 0 || len(want) <= 3) {
				return fmt.Errorf("%#v %+v: counted %d, %v, %v; want %d", of, page, n, complete, err, len(want))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func describeVersion(v store.Resource) string {
	return fmt.Sprint(v.Key, ".", v.Version, " ", v.Updated.UnixMilli(), v.Deleted, v.Verb, v.Created, string(v.Body))
}
