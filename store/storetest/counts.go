package storetest

import (
	"fmt"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var countTests = []test{
	{"counts are exact, or say that they are not", testCounts},
}

func testCounts(t *testing.T, s *suite) {
	w := s.world(t)
	var docs []*doc
	for i := range 40 {
		docs = append(docs, observation(fmt.Sprint(i)).token(code, "", fmt.Sprint("c", i%4)).of(fmt.Sprint(i%2)))
	}
	w.put(docs...)
	w.put(patient("0"), patient("1"))
	w.delete(store.Key{Type: typeO, ID: "39"})
	observations := search.Select{Type: typeO, Where: search.True}
	patients := search.Select{Type: typeP, Where: search.True}
	for _, c := range []struct {
		selects []search.Select
		want    int
	}{
		{[]search.Select{observations}, 39},
		{[]search.Select{patients}, 2},
		{[]search.Select{observations, patients}, 41},
		{[]search.Select{{Type: typeO, Where: is(code, "", "c0")}}, 10},
		{[]search.Select{{Type: typeO, Where: search.And{search.Chart{Patient: "1"}, is(code, "", "c3")}}}, 9},
		{[]search.Select{{Type: typeO, Where: search.Not{Of: is(code, "", "c0")}}}, 29},
		{[]search.Select{{Type: typeO, Where: search.False}}, 0},
		{nil, 0},
	} {
		w.read(func(r store.Snapshot) {
			if n, complete, err := r.Count(w.ctx, c.selects, store.CountLimit{}); n != c.want || !complete || err != nil {
				t.Errorf("%v: %d, %v, %v; want %d", c.selects, n, complete, err, c.want)
			}
			if n, complete, err := r.Count(w.ctx, c.selects, store.CountLimit{Found: 1000, Touched: 1000}); n != c.want || !complete || err != nil {
				t.Errorf("%v up to 1000: %d, %v, %v; want %d", c.selects, n, complete, err, c.want)
			}
			if _, complete, err := r.Count(w.ctx, c.selects, store.CountLimit{Touched: 1}); complete != (c.want <= 1) || err != nil {
				t.Errorf("%v, touching 1: %v, %v", c.selects, complete, err)
			}
			// What is not found, and there is much, does not make it give up.
			for _, most := range []int{1, 2, 8, 9, 10, 28, 29, 38, 39, 40, 41} {
				n, complete, err := r.Count(w.ctx, c.selects, store.CountLimit{Found: most})
				if complete != (c.want <= most) || complete && n != c.want || err != nil {
					t.Errorf("%v up to %d: %d, %v, %v", c.selects, most, n, complete, err)
				}
			}
		})
	}
}
