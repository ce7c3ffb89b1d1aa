package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// verify compares a store with a ledger: what was promised is there, no change is
// there in part, nothing is there that nobody wrote, and searches agree with
// resources. It returns the state of each item.
func (l *ledger) verify(t *testing.T, opened *store.Store) map[*item]state {
	t.Helper()
	v := &verification{T: t, store: opened, view: opened.View(store.Unrestricted("a test"))}
	live := v.live()
	found := l.find(v, live)
	for _, c := range l.changes {
		happened := 0
		for n, i := range c.items {
			if found[i].version >= c.want[n].version {
				happened++
			}
		}
		switch {
		case happened != 0 && happened != len(c.items):
			t.Errorf("of a transaction, %d of %d writes have happened: %v", happened, len(c.items), c.want)
		case happened == 0 && c.must:
			t.Errorf("a write that was acknowledged is not there: %s/%s %s, %v, found %v", c.items[0].typ, c.items[0].id, c.items[0].name, c.want, found[c.items[0]])
		}
	}
	v.searches(live)
	report, err := opened.Check(t.Context())
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		t.Errorf("granary check: %v", err)
	}
	return found
}

// find is the state in which the store has each item. Of those that were changed
// every version is looked at.
func (l *ledger) find(v *verification, live map[string]resource) map[*item]state {
	v.Helper()
	attempts := make(map[*item]map[state]bool)
	for _, c := range l.changes {
		for n, i := range c.items {
			if attempts[i] == nil {
				attempts[i] = make(map[state]bool)
			}
			attempts[i][c.want[n]] = true
		}
	}
	found := make(map[*item]state)
	known := make(map[string]bool)
	for _, i := range l.items {
		known[i.name] = true
		r, isLive := live[i.name]
		if isLive && i.id == "" {
			i.id, i.subject = r.ID, r.subject
		}
		switch {
		case attempts[i] == nil && i.now.deleted: // as before
			found[i] = i.now
		case i.id != "":
			found[i] = v.history(i)
		}
		if s := found[i]; s != i.then && !attempts[i][s] {
			v.Errorf("%s/%s is at %v, which nobody wrote; it was at %v", i.typ, i.id, s, i.then)
		}
		if s := found[i]; isLive != (s.version > 0 && !s.deleted) || isLive && (r.Version != s.version || r.ID != i.id) {
			v.Errorf("%s/%s is at %v, and a search finds %v of %s", i.typ, i.id, s, r.Version, r.Key)
		}
	}
	for name, r := range live {
		if !known[name] {
			v.Errorf("%s is there, and nobody wrote it", r.Key)
		}
	}
	return found
}

type verification struct {
	*testing.T
	store *store.Store
	view  *store.View
}

// resource is a version, and what its content says.
type resource struct {
	store.Resource
	name, subject string
	value         int64
}

// history reads the last version of an item, and sees that those before it are there.
func (v *verification) history(i *item) state {
	var versions []store.Resource
	err := v.view.Snapshot(v.Context(), func(r *store.Reader) error {
		h, err := r.History(v.Context(), store.Key{Type: i.typ, ID: i.id}, store.HistoryRequest{Count: 1000})
		versions = h.Versions
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return state{}
	}
	if err != nil {
		v.Fatal(err)
	}
	for n, version := range versions {
		if version.Version != int64(len(versions)-n) {
			v.Errorf("%s/%s: version %d is in place %d of %d", i.typ, i.id, version.Version, n, len(versions))
		}
		if !version.Deleted {
			v.read(version)
		}
	}
	return state{versions[0].Version, versions[0].Deleted}
}

// read reads the content of a version.
func (v *verification) read(of store.Resource) resource {
	var body struct {
		ID            string
		Meta          struct{ VersionID string }
		Identifier    []struct{ Value string }
		ValueQuantity struct{ Value int64 }
		Subject       struct{ Reference string }
	}
	if err := json.Unmarshal(of.Body, &body); err != nil || len(body.Identifier) != 1 {
		v.Fatalf("%s: %v: %s", of.Key, err, of.Body)
	}
	r := resource{of, body.Identifier[0].Value, body.Subject.Reference, body.ValueQuantity.Value}
	if body.ID != of.ID || body.Meta.VersionID != fmt.Sprint(of.Version) || of.Type == "Observation" && r.value != of.Version {
		v.Errorf("version %d of %s has the content %s", of.Version, of.Key, of.Body)
	}
	return r
}

// live are all resources that are not deleted, by their names.
func (v *verification) live() map[string]resource {
	live := make(map[string]resource)
	for _, typ := range []string{"Patient", "Observation"} {
		for _, found := range v.search(typ) {
			r := v.read(found)
			if before, twice := live[r.name]; twice {
				v.Errorf("%s and %s are both made as %s", before.Key, r.Key, r.name)
			}
			live[r.name] = r
		}
	}
	return live
}

// searches asks for the live resources in other ways, and counts those that each
// value and each Patient has.
func (v *verification) searches(live map[string]resource) {
	want := map[string]map[store.Key]int64{"Patient": {}, "Observation": {}}
	values, subjects := make(map[int64]int), make(map[string]int)
	for _, r := range live {
		want[r.Type][r.Key] = r.Version
		if r.Type == "Observation" {
			values[r.value]++
		}
		if r.subject != "" {
			subjects[r.subject]++
		}
	}
	v.same("Patient?identifier", want["Patient"], v.search("Patient", search.Pair{Name: "identifier", Value: ledgerSystem + "|"}))
	v.same("Observation?identifier", want["Observation"], v.search("Observation", search.Pair{Name: "identifier", Value: ledgerSystem + "|"}))
	v.same("Observation?value-quantity", want["Observation"], v.search("Observation", search.Pair{Name: "value-quantity", Value: "ge1"}))
	v.same("Observation?_lastUpdated", want["Observation"], v.search("Observation", search.Pair{Name: "_lastUpdated", Value: "ge2000"}, search.Pair{Name: "_sort", Value: "_lastUpdated"}))
	for value, n := range values {
		if got := len(v.search("Observation", search.Pair{Name: "value-quantity", Value: fmt.Sprint(value)})); got != n {
			v.Errorf("%d Observations have the value %d, a search finds %d", n, value, got)
		}
	}
	for subject, n := range subjects {
		if got := len(v.search("Observation", search.Pair{Name: "subject", Value: subject})); got != n {
			v.Errorf("%d Observations are about %s, a search finds %d", n, subject, got)
		}
	}
}

func (v *verification) same(what string, want map[store.Key]int64, found []store.Resource) {
	got := make(map[store.Key]int64)
	for _, r := range found {
		got[r.Key] = r.Version
	}
	if !maps.Equal(got, want) || len(found) != len(got) {
		v.Errorf("%s finds %d resources, there are %d: %v, want %v", what, len(found), len(want), got, want)
	}
}

// search returns all that a search finds.
func (v *verification) search(typ string, pairs ...search.Pair) (all []store.Resource) {
	pairs = append(pairs, search.Pair{Name: "_count", Value: "1000"})
	query, err := v.store.Registry().ParseSearch([]string{typ}, pairs, search.Options{})
	if err != nil {
		v.Fatal(err)
	}
	for {
		page, err := v.view.Search(v.Context(), query)
		if err != nil {
			v.Fatal(err)
		}
		all = append(all, page.Matches...)
		if query.Cursor = page.Next; query.Cursor == "" {
			return all
		}
	}
}
