package storetest

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var pagingTests = []test{
	{"an unchanged resource is on exactly one page", testPagingUnderWrites},
	{"a position is checked", testPositions},
	{"limits", testLimits},
}

// testPagingUnderWrites changes other resources between the pages.
func testPagingUnderWrites(t *testing.T, s *suite) {
	w := s.world(t)
	var kept []*doc
	for i := range 30 {
		d := observation(fmt.Sprint("kept", i)).at(int64(i/3)).token(code, "", fmt.Sprint("c", i%5)).text(note, fmt.Sprint("n", i%7))
		if i%4 == 0 {
			d.sort = search.NoSort
		}
		if i%6 == 0 {
			d.terms = nil
		}
		kept = append(kept, d)
	}
	w.put(kept...)
	want := sorted(docIDs(kept))
	rapid.Check(t, func(r *rapid.T) {
		sel := search.Select{Type: typeO, Where: search.True, Sort: drawSort(typeO).Draw(r, "sort")}
		size := rapid.IntRange(1, 9).Draw(r, "size")
		seen := map[string]int{}
		var after store.Position
		for page := 0; ; page++ {
			var matches []store.Match
			w.read(func(snapshot store.Snapshot) {
				var err error
				if matches, err = snapshot.Search(w.ctx, []search.Select{sel}, after, size); err != nil {
					t.Fatal(err)
				}
			})
			for _, m := range matches {
				seen[m.ID]++
			}
			if len(matches) < size || page > 60 {
				break
			}
			after = matches[len(matches)-1].Position
			disturb(r, w)
		}
		var once []string
		for _, id := range want {
			if seen[id] == 1 {
				once = append(once, id)
			}
		}
		if !slices.Equal(once, want) {
			r.Fatalf("%v in pages of %d: seen %v", sel.Sort, size, seen)
		}
	})
}

// disturb writes, changes and deletes resources before, behind and at the page's
// end.
func disturb(r *rapid.T, w *world) {
	for range rapid.IntRange(0, 2).Draw(r, "writes") {
		d := observation(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(r, "id"))
		d.at(int64(rapid.IntRange(-1, 11).Draw(r, "date"))).token(code, "", fmt.Sprint("c", rapid.IntRange(0, 6).Draw(r, "code")))
		w.put(d)
	}
	if rapid.Bool().Draw(r, "delete") {
		w.put(observation("gone"))
		w.delete(store.Key{Type: typeO, ID: "gone"})
	}
}

func testPositions(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("1").token(code, "", "a"), observation("2").token(code, "", "b"))
	sel := search.Select{Type: typeO, Where: search.True}
	byCode := search.Select{Type: typeO, Where: search.True, Sort: []search.SortKey{{Param: code}}}
	w.read(func(r store.Snapshot) {
		first, err := r.Search(w.ctx, []search.Select{byCode}, nil, 1)
		if err != nil || len(first) != 1 {
			t.Fatal(first, err)
		}
		position := first[0].Position
		for name, bad := range map[string]store.Position{
			"of another order": position, "empty": {}, "nonsense": []byte("nonsense"), "cut": position[:len(position)-1],
		} {
			selects := []search.Select{sel}
			if name == "cut" {
				selects = []search.Select{byCode}
			}
			if _, err := r.Search(w.ctx, selects, bad, 1); err == nil {
				t.Errorf("a position that is %s was accepted", name)
			}
		}
	})
}

func testLimits(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("1"), observation("2"), patient("1"))
	w.read(func(r store.Snapshot) {
		selects := []search.Select{{Type: typeO, Where: search.True}, {Type: typeP, Where: search.True}}
		for limit, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 3, 4: 3} {
			if got, err := r.Search(w.ctx, selects, nil, limit); err != nil || len(got) != want {
				t.Errorf("limit %d: %d matches, %v", limit, len(got), err)
			}
		}
		if got, err := r.Search(w.ctx, nil, nil, 10); err != nil || len(got) != 0 {
			t.Errorf("no types: %v, %v", got, err)
		}
	})
}
