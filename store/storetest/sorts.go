package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var sortTests = []test{
	{"the default order is newest first, then fixed", testDefaultOrder},
	{"every kind of parameter sorts both ways, missing last", testSortKinds},
	{"several keys, and the main date between equals", testSortKeys},
	{"several types merge into one order", testSortTypes},
}

func itoa(i int) string { return strconv.Itoa(i) }

// ordered checks a search's order, whole and in pages of every size.
func (w *world) ordered(want []string, selects ...search.Select) {
	w.Helper()
	if got := w.list(selects...); !slices.Equal(got, want) {
		w.Errorf("%v:\n got %q\nwant %q", selects, got, want)
		return
	}
	w.read(func(r store.Snapshot) {
		for size := 1; size <= len(want)+1; size++ {
			got, err := pages(w.ctx, r, selects, size)
			if err != nil || !slices.Equal(idsOf(got), want) {
				w.Errorf("%v in pages of %d: got %q, %v, want %q", selects, size, idsOf(got), err, want)
			}
		}
	})
}

func testDefaultOrder(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("b").at(20), observation("a").at(30), observation("none"), observation("begin").at(search.TimeBegin),
		observation("old").at(-5), observation("end").at(search.TimeEnd))
	w.ordered([]string{"end", "a", "b", "old", "begin", "none"}, search.Select{Type: typeO, Where: search.True})
	for i := range 10 {
		w.put(observation("same" + itoa(i)).at(25))
	}
	all := w.list(search.Select{Type: typeO, Where: search.True})
	w.ordered(all, search.Select{Type: typeO, Where: search.True})
	w.put(observation("same5").at(25))
	if again := w.list(search.Select{Type: typeO, Where: search.True}); !slices.Equal(again, all) {
		t.Errorf("an update that leaves the date changed the order:\n%q\n%q", again, all)
	}
}

func testSortKinds(t *testing.T, s *suite) {
	w := s.world(t)
	low, middle, high, none := observation("low"), observation("middle"), observation("high"), observation("none")
	// middle has two values: its least is between those of low and high, its
	// greatest above both.
	low.token(code, "z", "a").text(note, "Ärger").date(date, 10, 20).quantity(value, "", "", -1, 1).refer(subject, "Patient/1").token(profile, "", "http://a")
	middle.token(code, "y", "b").text(note, "beta").date(date, 15, 16).quantity(value, "", "", 3, 3).refer(subject, "Patient/2").token(profile, "", "http://b")
	middle.token(code, "y", "z").text(note, "Zeta").date(date, 90, 99).quantity(value, "", "", 9, 9).refer(subject, "Patient/9").token(profile, "", "http://z")
	high.token(code, "x", "c").text(note, "gamma").date(date, 30, 40).quantity(value, "", "", 5, 5).refer(subject, "Patient/3").token(profile, "", "http://c")
	w.put(high, none, low, middle)
	for _, p := range []*search.Param{code, note, date, value, subject, profile} {
		up := search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{{Param: p}}}
		down := search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{{Param: p, Descending: true}}}
		w.ordered([]string{"low", "middle", "high", "none"}, up)
		w.ordered([]string{"middle", "high", "low", "none"}, down)
	}
	byID := search.SortKey{Param: idO}
	w.ordered([]string{"high", "low", "middle", "none"}, search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{byID}})
	byID.Descending = true
	w.ordered([]string{"none", "middle", "low", "high"}, search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{byID}})
	unused := search.SortKey{Param: performer}
	if got := w.list(search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{unused}}); len(got) != 4 {
		t.Errorf("sorting by what nothing has: %q", got)
	}
}

func testSortKeys(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("1").token(code, "", "b").token(category, "", "x").at(1),
		observation("2").token(code, "", "a").token(category, "", "x").at(2),
		observation("3").token(code, "", "a").token(category, "", "y").at(3),
		observation("4").token(code, "", "a").token(category, "", "y").at(4),
		observation("5").token(code, "", "b"),
		observation("6"),
	)
	up, down := search.SortKey{Param: code}, search.SortKey{Param: category, Descending: true}
	w.ordered([]string{"4", "3", "2", "1", "5", "6"}, search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{up, down}})
	w.ordered([]string{"4", "3", "2", "1", "5", "6"}, search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{up}})
	w.ordered([]string{"4", "3", "2", "1", "5", "6"}, search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{down, up}})
	where := search.Not{Of: is(category, "", "y")}
	w.ordered([]string{"2", "1", "5", "6"}, search.Select{Type: typeO, Where: where, Sort: []search.SortKey{up, down}})
}

func testSortTypes(t *testing.T, s *suite) {
	w := s.world(t)
	for i := range 6 {
		w.put(newDoc([]string{typeO, typeP, typeL}[i%3], fmt.Sprint("r", i)).at(int64(i)).
			token(param([]string{typeO, typeP, typeL}[i%3], "_tag", search.KindToken), "", "t"+itoa(i%2)))
	}
	w.put(observation("none"))
	selects := func(keys func(typ string) []search.SortKey) []search.Select {
		var all []search.Select
		for _, typ := range []string{typeP, typeL, typeO} {
			all = append(all, search.Select{Type: typ, Where: search.True, Sort: keys(typ)})
		}
		return all
	}
	w.ordered([]string{"r5", "r4", "r3", "r2", "r1", "r0", "none"}, selects(func(string) []search.SortKey { return nil })...)
	w.ordered([]string{"r4", "r2", "r0", "r5", "r3", "r1", "none"}, selects(func(typ string) []search.SortKey {
		return []search.SortKey{{Param: param(typ, "_tag", search.KindToken)}}
	})...)
	w.ordered([]string{"r5", "r4", "r3", "r2", "r1", "r0", "none"}, selects(func(typ string) []search.SortKey {
		return []search.SortKey{{Param: param(typ, "_id", search.KindToken), Descending: true}}
	})...)
}
