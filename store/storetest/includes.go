package storetest

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var includeTests = []test{
	{"forward brings what is referred to", testForward},
	{"reverse brings what refers", testReverse},
}

func names(resources []store.Resource) []string {
	var all []string
	for _, r := range resources {
		all = append(all, r.Key.String())
	}
	return sorted(all)
}

// everything is the predicate that admits all resources of all types.
func everything(string) search.Expr { return search.True }

func (w *world) included(call func(store.Snapshot) ([]store.Resource, error), want ...string) {
	w.Helper()
	w.read(func(r store.Snapshot) {
		got, err := call(r)
		if err != nil || !slices.Equal(names(got), want) {
			w.Errorf("got %q, %v\nwant %q", names(got), err, want)
		}
		for _, resource := range got {
			if current, err := r.Current(w.ctx, resource.Key, search.True); err != nil || string(current.Body) != string(resource.Body) || current.Version != resource.Version {
				w.Errorf("%s came along as %s, %v", resource.Key, resource.Body, err)
			}
		}
	})
}

func keys(typ string, ids ...string) []store.Key {
	var all []store.Key
	for _, id := range ids {
		all = append(all, store.Key{Type: typ, ID: id})
	}
	return all
}

func testForward(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").token(gender, "", "male"), patient("2"), newDoc(typeD, "1"),
		observation("a").refer(subject, "Patient/1").refer(performer, "Practitioner/1", "Patient/2"),
		observation("b").refer(subject, "Patient/1").refer(focus, "Observation/a", "Patient/none", "https://elsewhere/Patient/2"))
	forward := func(from []store.Key, params []*search.Param, target string, where store.Predicates, limit int) func(store.Snapshot) ([]store.Resource, error) {
		return func(r store.Snapshot) ([]store.Resource, error) {
			return r.Forward(w.ctx, from, params, target, where, limit)
		}
	}
	ab := keys(typeO, "a", "b")
	w.included(forward(ab, []*search.Param{subject}, "", everything, 10), "Patient/1")
	w.included(forward(ab, []*search.Param{subject, performer, focus}, "", everything, 10), "Observation/a", "Patient/1", "Patient/2", "Practitioner/1")
	w.included(forward(ab, []*search.Param{performer}, typeP, everything, 10), "Patient/2")
	w.included(forward(keys(typeO, "b"), []*search.Param{performer, doctor}, "", everything, 10))
	w.included(forward(nil, []*search.Param{performer}, "", everything, 10))
	w.included(forward(ab, nil, "", everything, 10))
	onlyMen := func(typ string) search.Expr {
		if typ == typeP {
			return is(gender, "", "male")
		}
		return search.False
	}
	w.included(forward(ab, []*search.Param{subject, performer}, "", onlyMen, 10), "Patient/1")
	w.read(func(r store.Snapshot) {
		if got, err := r.Forward(w.ctx, ab, []*search.Param{subject, performer, focus}, "", everything, 3); err != nil || len(got) != 3 {
			t.Errorf("at most 3: %q, %v", names(got), err)
		}
	})
	w.delete(store.Key{Type: typeP, ID: "1"})
	w.included(forward(ab, []*search.Param{subject}, "", everything, 10))
}

func testReverse(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").refer(doctor, "Practitioner/1"), patient("2"),
		observation("a").refer(subject, "Patient/1").token(code, "", "x"),
		observation("b").refer(subject, "Patient/1", "Patient/2").refer(focus, "Patient/1"),
		observation("c").refer(focus, "Patient/2"))
	reverse := func(to []store.Key, params []*search.Param, where store.Predicates, limit int) func(store.Snapshot) ([]store.Resource, error) {
		return func(r store.Snapshot) ([]store.Resource, error) { return r.Reverse(w.ctx, to, params, where, limit) }
	}
	w.included(reverse(keys(typeP, "1"), []*search.Param{subject}, everything, 10), "Observation/a", "Observation/b")
	w.included(reverse(keys(typeP, "1", "2"), []*search.Param{subject, focus}, everything, 10), "Observation/a", "Observation/b", "Observation/c")
	w.included(reverse([]store.Key{{Type: typeP, ID: "2"}, {Type: typeD, ID: "1"}}, []*search.Param{subject, doctor}, everything, 10), "Observation/b", "Patient/1")
	w.included(reverse(keys(typeP, "3"), []*search.Param{subject}, everything, 10))
	w.included(reverse(keys(typeP, "1"), []*search.Param{subject}, func(string) search.Expr { return is(code, "", "x") }, 10), "Observation/a")
	w.included(reverse(keys(typeP, "1"), []*search.Param{subject}, func(string) search.Expr { return search.False }, 10))
	w.read(func(r store.Snapshot) {
		if got, err := r.Reverse(w.ctx, keys(typeP, "1", "2"), []*search.Param{subject, focus}, everything, 2); err != nil || len(got) != 2 {
			t.Errorf("at most 2: %q, %v", names(got), err)
		}
	})
	w.delete(store.Key{Type: typeO, ID: "a"})
	w.included(reverse(keys(typeP, "1"), []*search.Param{subject}, everything, 10), "Observation/b")
}
