package storetest

import (
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func testVerbs(t *testing.T, s *suite) {
	w := s.world(t)
	verbs := []store.Verb{store.POST, store.PUT, store.PATCH, store.DELETE, store.PUT, store.NoVerb, store.DELETE, store.PATCH}
	for i, verb := range verbs {
		version := store.Resource{Key: one, Version: int64(i + 1), Updated: w.backend.Now(), Verb: verb, Body: []byte("{}")}
		w.write(func(tx store.Writer) error {
			if verb == store.DELETE {
				return tx.Delete(w.ctx, one, version.Version, version.Updated)
			}
			return tx.Put(w.ctx, store.NewVersion{Resource: version})
		})
	}
	check := func(name string, v store.Resource, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		created := v.Version == 1 || v.Version == 5 || v.Version == 8
		if v.Verb != verbs[v.Version-1] || v.Created != created || v.Deleted != (v.Verb == store.DELETE) {
			t.Errorf("%s: version %d by %v, created %v, deleted %v", name, v.Version, v.Verb, v.Created, v.Deleted)
		}
	}
	w.read(func(r store.Snapshot) {
		current, err := r.Current(w.ctx, one, search.True)
		check("Current", current, err)
		for v := range int64(len(verbs)) {
			version, err := r.Version(w.ctx, one, v+1, search.True)
			check("Version", version, err)
		}
		versions, err := r.Versions(w.ctx, one, search.True, store.VersionPage{})
		for _, v := range versions {
			check("Versions", v, err)
		}
		history, err := r.History(w.ctx, []store.Portion{allO}, store.HistoryPage{Limit: 100})
		for _, v := range history {
			check("History", v.Resource, err)
		}
		matches, err := r.Search(w.ctx, []search.Select{{Type: typeO, Where: search.True}}, nil, 10)
		for _, v := range matches {
			check("Search", v.Resource, err)
		}
		if len(versions) != len(verbs) || len(history) != len(verbs) || len(matches) != 1 {
			t.Errorf("%d, %d versions, %d matches", len(versions), len(history), len(matches))
		}
	})
}
