package storetest

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var rereadTests = []test{
	{"bodies are read as far as there is room", testWithin},
	{"what was found is read again if it still holds", testReread},
}

// findWithin is a search of Observations and Patients.
func (w *world) findWithin(bytes int) []store.Resource {
	w.Helper()
	var found []store.Resource
	w.read(func(r store.Snapshot) {
		matches, err := r.Within(bytes).Search(w.ctx, []search.Select{{Type: typeO, Where: search.True}, {Type: typeP, Where: search.True}}, nil, 100)
		if err != nil {
			w.Fatal(err)
		}
		for _, match := range matches {
			found = append(found, match.Resource)
		}
	})
	return found
}

func testWithin(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"), observation("a").refer(subject, "Patient/1").at(3), observation("b").refer(subject, "Patient/1").at(2), observation("c").at(1))
	size := len(observation("a").body(1))
	for _, c := range []struct{ bytes, bodies int }{{0, 0}, {size - 1, 0}, {size, 1}, {2*size - 1, 1}, {2 * size, 2}, {1 << 20, 4}} {
		bodies := 0
		for _, f := range w.findWithin(c.bytes) {
			if f.Body != nil {
				bodies++
			}
			if f.Body != nil && f.Size != len(f.Body) || f.Size == 0 || f.Version != 1 {
				t.Errorf("%s has %d bytes, it is said, and %q", f.Key, f.Size, f.Body)
			}
		}
		if bodies != c.bodies {
			t.Errorf("%d bytes are room for %d bodies, want %d", c.bytes, bodies, c.bodies)
		}
	}
	w.read(func(r store.Snapshot) {
		forward, err := r.Within(0).Forward(w.ctx, keys(typeO, "a"), []*search.Param{subject}, "", everything, 10)
		if err != nil || len(forward) != 1 || forward[0].Body != nil {
			t.Errorf("%+v, %v", forward, err)
		}
		reverse, err := r.Within(0).Reverse(w.ctx, keys(typeP, "1"), []*search.Param{subject}, everything, 10)
		if err != nil || len(reverse) != 2 || reverse[1].Body != nil {
			t.Errorf("%+v, %v", reverse, err)
		}
	})
}

func testReread(t *testing.T, s *suite) {
	w := s.world(t)
	male, female := is(gender, "", "male"), is(gender, "", "female")
	ofMen := search.Chain{Param: subject, Type: typeP, Where: male}
	w.put(patient("1").token(gender, "", "male"), patient("2").token(gender, "", "male"),
		observation("a").refer(subject, "Patient/1").at(4), observation("b").refer(subject, "Patient/2").at(3),
		observation("c").refer(subject, "Patient/2").at(2), observation("d").refer(subject, "Patient/2").at(1))
	found := w.findWithin(0)
	settled := false
	again := func(where map[string]search.Expr, want ...string) {
		t.Helper()
		w.read(func(r store.Snapshot) {
			got, err := r.Reread(w.ctx, found, func(typ string) search.Expr { return where[typ] }, func(string) bool { return settled })
			var names []string
			for _, resource := range got {
				names = append(names, resource.Key.String())
				if current, err := r.Current(w.ctx, resource.Key, search.True); err != nil || string(current.Body) != string(resource.Body) || current.Version != resource.Version {
					t.Errorf("%s was read again as %s, %v", resource.Key, resource.Body, err)
				}
			}
			if err != nil || !slices.Equal(names, want) {
				t.Errorf("got %q, %v\nwant %q", names, err, want)
			}
		})
	}
	all := map[string]search.Expr{typeO: search.True, typeP: search.True}
	var everyone []string
	for _, f := range found {
		everyone = append(everyone, f.Key.String())
	}
	again(all, everyone...)
	again(map[string]search.Expr{typeO: ofMen, typeP: search.False}, "Observation/a", "Observation/b", "Observation/c", "Observation/d")
	// Patient 1 changes, and with it what holds for a, which does not change; b
	// changes itself, c is deleted, and d stays as it is.
	w.put(patient("1").token(gender, "", "female"), observation("b").refer(subject, "Patient/1").at(9))
	w.delete(store.Key{Type: typeO, ID: "c"})
	again(map[string]search.Expr{typeO: ofMen, typeP: search.False}, "Observation/d")
	again(map[string]search.Expr{typeO: search.False, typeP: male}, "Patient/2")
	again(map[string]search.Expr{typeO: search.Chain{Param: subject, Type: typeP, Where: female}, typeP: search.False}, "Observation/a", "Observation/b")
	settled = true // then only what has changed is tested
	again(map[string]search.Expr{typeO: ofMen, typeP: search.False}, "Observation/a", "Observation/d", "Patient/2")
}
