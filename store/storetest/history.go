package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var historyTests = []test{
	{"versions come newest first, page by page", testVersions},
	{"versions since and at a time", testVersionTimes},
	{"a version needs the predicate, and so does the current one", testVersionVisibility},
	{"when a hidden version came is not told", testHiddenVersionTimes},
	{"a deletion is seen by the last live version before it", testDeletionVisibility},
	{"hops of an old version lead to what is live", testVersionHops},
	{"an old version keeps its entries of every kind", testVersionEntries},
}

var one = store.Key{Type: typeO, ID: "1"}

// versions returns the version numbers that a page of the history shows.
func (w *world) versions(where search.Expr, page store.VersionPage) []int64 {
	w.Helper()
	var numbers []int64
	w.read(func(r store.Snapshot) {
		versions, err := r.Versions(w.ctx, one, where, page)
		if err != nil {
			w.Fatalf("versions: %v", err)
		}
		numbers = numbersOfVersions(versions)
		n, err := r.CountVersions(w.ctx, one, where, page)
		if whole := page.Before == 0 && page.Limit == 0; err != nil || whole && n != len(numbers) {
			w.Errorf("counted %d versions, %v; listed %v", n, err, numbers)
		}
	})
	return numbers
}

func (w *world) wantVersions(where search.Expr, page store.VersionPage, want ...int64) {
	w.Helper()
	if got := w.versions(where, page); !slices.Equal(got, want) {
		w.Errorf("versions of %+v where %v: got %v, want %v", page, where, got, want)
	}
}

func testVersions(t *testing.T, s *suite) {
	w := s.world(t)
	for range 5 {
		w.put(observation("1"))
		w.clock.Advance(time.Second)
	}
	w.wantVersions(search.True, store.VersionPage{}, 5, 4, 3, 2, 1)
	w.wantVersions(search.True, store.VersionPage{Limit: 2}, 5, 4)
	w.wantVersions(search.True, store.VersionPage{Limit: 1}, 5)
	w.wantVersions(search.True, store.VersionPage{Before: 4, Limit: 2}, 3, 2)
	w.wantVersions(search.True, store.VersionPage{Before: 1})
	w.wantVersions(search.False, store.VersionPage{})
	w.read(func(r store.Snapshot) {
		if n, err := r.CountVersions(w.ctx, one, search.True, store.VersionPage{Before: 3, Limit: 1}); n != 5 || err != nil {
			t.Errorf("the count of a page is %d, %v; want that of all, 5", n, err)
		}
		for v := int64(1); v <= 5; v++ {
			if got, err := r.Version(w.ctx, one, v, search.True); err != nil || got.Version != v || string(got.Body) != string(observation("1").body(v)) {
				t.Errorf("version %d: %+v %v", v, got, err)
			}
		}
		for _, v := range []int64{-1, 0, 6} {
			if _, err := r.Version(w.ctx, one, v, search.True); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("version %d: %v", v, err)
			}
		}
	})
}

func testVersionTimes(t *testing.T, s *suite) {
	w := s.world(t)
	start := w.clock.Now()
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for range 3 { // versions at 0, 10, 20 minutes
		w.put(observation("1"))
		w.clock.Advance(10 * time.Minute)
	}
	w.delete(one) // at 30
	w.wantVersions(search.True, store.VersionPage{Since: at(10)}, 4, 3, 2)
	w.wantVersions(search.True, store.VersionPage{Since: at(10).Add(1)}, 4, 3)
	w.wantVersions(search.True, store.VersionPage{Since: at(31)})
	interval := func(from, to int) store.VersionPage {
		return store.VersionPage{At: store.Interval{From: at(from), To: at(to)}}
	}
	w.wantVersions(search.True, interval(-5, 0))
	w.wantVersions(search.True, interval(-5, 1), 1)
	w.wantVersions(search.True, interval(5, 6), 1)
	w.wantVersions(search.True, interval(10, 11), 2)
	w.wantVersions(search.True, interval(5, 15), 2, 1)
	w.wantVersions(search.True, interval(25, 100), 4, 3)
	w.wantVersions(search.True, interval(100, 200), 4)
}

func testVersionVisibility(t *testing.T, s *suite) {
	w := s.world(t)
	in, out := is(code, "http://s", "in"), is(code, "http://s", "out")
	for _, c := range []string{"in", "out", "in"} {
		w.put(observation("1").token(code, "http://s", c))
	}
	w.wantVersions(in, store.VersionPage{}, 3, 1)
	w.wantVersions(out, store.VersionPage{})
	w.wantVersions(search.Or{in, out}, store.VersionPage{}, 3, 2, 1)
	w.read(func(r store.Snapshot) {
		for version, visible := range map[int64]bool{1: true, 2: false, 3: true} {
			if _, err := r.Version(w.ctx, one, version, in); (err == nil) != visible {
				t.Errorf("version %d: %v", version, err)
			}
			if _, err := r.Version(w.ctx, one, version, out); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("version %d of what is not visible now: %v", version, err)
			}
		}
	})
}

// When a hidden version came is not told: to those who do not see it the version
// before it lasts until the next one that they see.
func testHiddenVersionTimes(t *testing.T, s *suite) {
	w := s.world(t)
	start := w.clock.Now()
	in := is(code, "http://s", "in")
	put := func(c string) {
		w.put(observation("1").token(code, "http://s", c))
		w.clock.Advance(10 * time.Minute)
	}
	for _, c := range []string{"in", "out", "in", "out"} { // at 0, 10, 20, 30 minutes
		put(c)
	}
	w.delete(one) // at 40: a deletion of what is hidden
	w.clock.Advance(10 * time.Minute)
	put("in") // at 50
	for _, c := range []struct {
		from, to int
		in, all  []int64
	}{
		{5, 6, []int64{1}, []int64{1}},
		{10, 11, []int64{1}, []int64{2}},
		{15, 16, []int64{1}, []int64{2}},
		{15, 25, []int64{3, 1}, []int64{3, 2}},
		{20, 21, []int64{3}, []int64{3}},
		{35, 36, []int64{3}, []int64{4}},
		{45, 46, []int64{3}, []int64{5}},
		{45, 55, []int64{6, 3}, []int64{6, 5}},
		{50, 51, []int64{6}, []int64{6}},
	} {
		at := store.Interval{From: start.Add(time.Duration(c.from) * time.Minute), To: start.Add(time.Duration(c.to) * time.Minute)}
		w.wantVersions(in, store.VersionPage{At: at}, c.in...)
		w.wantVersions(search.True, store.VersionPage{At: at}, c.all...)
	}
}

func testDeletionVisibility(t *testing.T, s *suite) {
	w := s.world(t)
	in := is(code, "http://s", "in")
	w.put(observation("1").token(code, "http://s", "out"))
	w.delete(one)
	w.put(observation("1").token(code, "http://s", "in"))
	w.delete(one)
	w.wantVersions(in, store.VersionPage{}, 4, 3)
	w.wantVersions(search.True, store.VersionPage{}, 4, 3, 2, 1)
	w.put(observation("1").token(code, "http://s", "in"))
	w.wantVersions(in, store.VersionPage{}, 5, 4, 3)
	w.read(func(r store.Snapshot) {
		got, err := r.Version(w.ctx, one, 4, in)
		if err != nil || !got.Deleted || len(got.Body) > 0 {
			t.Errorf("the second deletion: %+v %v", got, err)
		}
		if _, err := r.Version(w.ctx, one, 2, in); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the first deletion: %v", err)
		}
	})
}

func testVersionHops(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").token(gender, "", "male"), observation("1").of("1"))
	w.put(observation("1").of("1"))
	male := search.Chain{Param: subject, Type: typeP, Where: is(gender, "", "male")}
	w.wantVersions(male, store.VersionPage{}, 2, 1)
	w.put(patient("1").token(gender, "", "female"))
	w.wantVersions(male, store.VersionPage{})
	w.wantVersions(search.Not{Of: male}, store.VersionPage{}, 2, 1)
	focused := search.Has{Param: focus, Where: search.True}
	w.wantVersions(focused, store.VersionPage{})
	w.put(observation("2").refer(focus, "Observation/1"))
	w.wantVersions(focused, store.VersionPage{}, 2, 1)
	w.delete(one)
	w.wantVersions(focused, store.VersionPage{}, 3, 2, 1)
}

func testVersionEntries(t *testing.T, s *suite) {
	w := s.world(t)
	full := observation("1").of("7").token(code, "http://s", "c").text(note, "Hello").date(date, 0, day).
		quantity(value, "http://u", "g", 1, 2).refer(content, "word")
	full.terms = append(full.terms, search.TermEntry{Param: component.Components[0], Group: 4, Code: "x"})
	full.numbers = append(full.numbers, search.QuantityEntry{Param: component.Components[1], Group: 4, Low: 7, High: 7})
	w.put(full)
	w.put(observation("1"))
	w.put(full)
	for _, where := range []search.Expr{
		is(code, "http://s", "c"), anySystem(code, "c"), search.Chart{Patient: "7"}, is(content, "", "word"),
		search.String{Param: note, Value: "hel"}, search.String{Param: note, Op: search.Exact, Value: "Hello"},
		search.Date{Param: date, Op: search.Eq, Low: 0, High: day},
		search.Quantity{Param: value, Op: search.Gt, Low: 1.5, High: 1.5, Code: search.Is("g")},
		search.Composite{Param: component, Parts: []search.Expr{
			anySystem(component.Components[0], "x"),
			search.Quantity{Param: component.Components[1], Op: search.Eq, Low: 7, High: 7}}},
		search.Not{Of: search.Missing{Param: code}},
	} {
		w.wantVersions(where, store.VersionPage{}, 3, 1)
	}
}
