package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var timelineTests = []test{
	{"the history of many comes newest first, page by page", testTimeline},
	{"the history of many since and at a time", testTimelineTimes},
	{"the history of many shows what is visible, and whose current version is", testTimelineVisibility},
	{"deletions in the history of many", testTimelineDeletions},
	{"the history of a chart", testTimelineOfCharts},
	{"a version is on exactly one page", testTimelinePagingUnderWrites},
	{"the history of many checks positions and limits", testTimelineLimits},
	{"the history of many is counted, or said not to be", testTimelineCounts},
	{"how versions came about", testVerbs},
	{"the history of many is that of each", testTimelineLaw},
}

// timeline lists a history as "id.version" in pages of every size, which must
// agree, and so must the count.
func (w *world) timeline(page store.HistoryPage, of ...store.Portion) string {
	w.Helper()
	var whole string
	w.read(func(s store.Snapshot) {
		for size := 1000; size > 0; size /= 3 {
			all, err := historyPages(w.ctx, s, of, page, size)
			if err != nil {
				w.Fatalf("history: %v", err)
			}
			if size == 1000 {
				whole = versionList(all)
			} else if got := versionList(all); got != whole {
				w.Errorf("in pages of %d: %s, want %s", size, got, whole)
			}
			n, complete, err := s.CountHistory(w.ctx, of, page, store.CountLimit{})
			if n != len(all) || !complete || err != nil {
				w.Errorf("counted %d, %v, %v; listed %s", n, complete, err, whole)
			}
		}
	})
	return whole
}

func versionList(versions []store.VersionMatch) string {
	var list []string
	for _, v := range versions {
		list = append(list, fmt.Sprint(v.ID, ".", v.Version))
	}
	return strings.Join(list, " ")
}

// historyPages reads a whole history page by page.
func historyPages(ctx context.Context, s store.Snapshot, of []store.Portion, page store.HistoryPage, size int) ([]store.VersionMatch, error) {
	var all []store.VersionMatch
	for page.Limit = size; ; {
		found, err := s.History(ctx, of, page)
		if err != nil {
			return nil, err
		}
		if all = append(all, found...); len(found) < size {
			return all, nil
		}
		if len(all) > 100_000 {
			return nil, errors.New("the pages do not end")
		}
		page.After = found[len(found)-1].Position
	}
}

func (w *world) wantTimeline(want string, page store.HistoryPage, of ...store.Portion) {
	w.Helper()
	if got := w.timeline(page, of...); got != want {
		w.Errorf("history of %v: got %s, want %s", of, got, want)
	}
}

var (
	allO = store.Portion{Type: typeO, Where: search.True}
	allP = store.Portion{Type: typeP, Where: search.True}
)

func testTimeline(t *testing.T, s *suite) {
	w := s.world(t)
	for _, d := range []*doc{observation("a"), patient("b"), observation("c"), observation("a"), patient("b"), observation("a")} {
		w.put(d)
		w.clock.Advance(time.Second)
	}
	w.put(observation("d").of("nameonly")) // a Patient that is known by name only has no version
	w.wantTimeline("d.1 a.3 a.2 c.1 a.1", store.HistoryPage{}, allO)
	w.wantTimeline("b.2 b.1", store.HistoryPage{}, allP)
	w.wantTimeline("d.1 a.3 b.2 a.2 c.1 b.1 a.1", store.HistoryPage{}, allO, allP)
	w.wantTimeline("d.1 a.3 b.2 a.2 c.1 b.1 a.1", store.HistoryPage{}, allP, allO)
	w.wantTimeline("", store.HistoryPage{})
	w.wantTimeline("", store.HistoryPage{}, store.Portion{Type: typeL, Where: search.True})
	w.wantTimeline("", store.HistoryPage{}, store.Portion{Type: typeO, Where: search.False})
	w.read(func(r store.Snapshot) {
		found, err := r.History(w.ctx, []store.Portion{allO}, store.HistoryPage{Limit: 3})
		if err != nil || len(found) != 3 {
			t.Fatal(found, err)
		}
		got := found[2]
		if got.Key != (store.Key{Type: typeO, ID: "a"}) || string(got.Body) != string(observation("a").body(2)) ||
			!got.Updated.Equal(newClock().Now().Add(3*time.Second)) || got.Deleted {
			t.Errorf("the version is %+v %s", got, got.Body)
		}
	})
}

func testTimelineTimes(t *testing.T, s *suite) {
	w := s.world(t)
	start := w.clock.Now()
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for _, id := range []string{"a", "b", "a"} { // at 0, 10, 20 minutes
		w.put(observation(id))
		w.clock.Advance(10 * time.Minute)
	}
	w.delete(store.Key{Type: typeO, ID: "b"}) // at 30
	since := func(from time.Time) store.HistoryPage { return store.HistoryPage{Since: from} }
	interval := func(from, to int) store.HistoryPage {
		return store.HistoryPage{At: store.Interval{From: at(from), To: at(to)}}
	}
	both := interval(5, 25)
	both.Since = at(10)
	for _, c := range []struct {
		page store.HistoryPage
		want string
	}{
		{since(at(10)), "b.2 a.2 b.1"},
		{since(at(10).Add(1)), "b.2 a.2"},
		{since(at(31)), ""},
		{interval(-5, 0), ""},
		{interval(-5, 1), "a.1"},
		{interval(10, 11), "b.1 a.1"},
		{interval(20, 21), "a.2 b.1"},
		{interval(5, 25), "a.2 b.1 a.1"},
		{interval(29, 31), "b.2 a.2 b.1"},
		{interval(100, 200), "b.2 a.2"},
		{both, "a.2 b.1"},
	} {
		w.wantTimeline(c.want, c.page, allO)
		w.wantTimeline(c.want, c.page, store.Portion{Type: typeO, Where: search.Missing{Param: code}})
	}
}

func testTimelineVisibility(t *testing.T, s *suite) {
	w := s.world(t)
	in, out := is(code, "http://s", "in"), is(code, "http://s", "out")
	for _, step := range []string{"back in", "back out", "left in", "left out", "back in", "stays in", "never out"} {
		id, c, _ := strings.Cut(step, " ")
		w.put(observation(id).token(code, "http://s", c))
		w.clock.Advance(time.Second)
	}
	w.wantTimeline("stays.1 back.3 back.1", store.HistoryPage{}, store.Portion{Type: typeO, Where: in})
	w.wantTimeline("never.1 left.2", store.HistoryPage{}, store.Portion{Type: typeO, Where: out})
	w.wantTimeline("never.1 stays.1 back.3 left.2 left.1 back.2 back.1", store.HistoryPage{}, store.Portion{Type: typeO, Where: search.Or{in, out}})
	w.put(patient("p").token(gender, "", "male"), patient("q").token(gender, "", "female"))
	male := store.Portion{Type: typeP, Where: is(gender, "", "male")}
	w.wantTimeline("p.1 stays.1 back.3 back.1", store.HistoryPage{}, store.Portion{Type: typeO, Where: in}, male)
}

func testTimelineDeletions(t *testing.T, s *suite) {
	w := s.world(t)
	in, out := is(code, "http://s", "in"), is(code, "http://s", "out")
	for _, step := range []string{"a out", "a -", "a in", "a -", "b in", "b -", "c in", "c out", "c -", "d out", "d -", "d in"} {
		id, c, _ := strings.Cut(step, " ")
		if c == "-" {
			w.delete(store.Key{Type: typeO, ID: id})
		} else {
			w.put(observation(id).token(code, "http://s", c))
		}
		w.clock.Advance(time.Second)
	}
	w.wantTimeline("d.3 b.2 b.1 a.4 a.3", store.HistoryPage{}, store.Portion{Type: typeO, Where: in})
	w.wantTimeline("c.3 c.2", store.HistoryPage{}, store.Portion{Type: typeO, Where: out})
	w.wantTimeline("d.3 d.2 d.1 c.3 c.2 c.1 b.2 b.1 a.4 a.3 a.2 a.1", store.HistoryPage{}, allO)
	w.read(func(r store.Snapshot) {
		found, err := r.History(w.ctx, []store.Portion{{Type: typeO, Where: in}}, store.HistoryPage{Limit: 2})
		if err != nil || len(found) != 2 || !found[1].Deleted || len(found[1].Body) > 0 || found[1].Verb != store.DELETE {
			t.Errorf("the deletion is %+v, %v", found, err)
		}
	})
}

// A resource moves between charts; deleted ones stay in the chart in which they
// were, until they are back.
func testTimelineOfCharts(t *testing.T, s *suite) {
	w := s.world(t)
	chart := func(id string) store.Portion { return store.Portion{Type: typeO, Where: search.Chart{Patient: id}} }
	step := func(docs ...*doc) { w.put(docs...); w.clock.Advance(time.Second) }
	gone := func(id string) { w.delete(store.Key{Type: typeO, ID: id}); w.clock.Advance(time.Second) }
	step(observation("moved").of("1"))
	step(observation("moved").of("2"))
	step(observation("gone").of("1"))
	gone("gone")
	step(observation("back").of("1"))
	gone("back")
	step(observation("back").of("2"))
	step(observation("shared").chart("1", "2"))
	gone("shared")
	w.wantTimeline("shared.2 shared.1 gone.2 gone.1", store.HistoryPage{}, chart("1"))
	w.wantTimeline("shared.2 shared.1 back.3 moved.2", store.HistoryPage{}, chart("2"))
	w.wantTimeline("", store.HistoryPage{}, chart("3"))
	either := store.Portion{Type: typeO, Where: search.Or{chart("1").Where, chart("2").Where}}
	w.wantTimeline("shared.2 shared.1 back.3 back.2 back.1 gone.2 gone.1 moved.2 moved.1", store.HistoryPage{}, either)
	w.found(typeO, search.Chart{Patient: "1"}) // a search finds nothing deleted
	cared := patient("1")
	cared.relations = []compartments.Relationship{care("Practitioner/1", "1", search.TimeBegin, search.TimeEnd)}
	w.put(cared)
	w.wantTimeline("shared.2 shared.1 gone.2 gone.1", store.HistoryPage{}, store.Portion{Type: typeO, Where: search.Panel{Party: "Practitioner/1"}})
	w.wantTimeline("", store.HistoryPage{}, store.Portion{Type: typeO, Where: search.Panel{Party: "Practitioner/2"}})
}
