package scope

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// inStore puts the resources of a world into a real store.
func inStore(t *testing.T, w *world) *store.Store {
	t.Helper()
	clock := func() time.Time { return time.UnixMicro(visibleNow).UTC() }
	s := testbackend.OpenStore(t, clock, testbackend.StoreOptions{Base: base})
	for _, text := range w.texts {
		if err := put(t, s.View(store.Unrestricted("test data")), text); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return s
}

func put(t *testing.T, view *store.View, text string) error {
	t.Helper()
	n, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	return view.Transact(ctx, func(tx *store.Tx) error {
		key := store.Key{Type: n.Get("resourceType").Text(), ID: n.Get("id").Text()}
		draft, err := tx.Draft(key.Type, n)
		if err != nil {
			return err
		}
		_, err = tx.Update(ctx, key, draft, store.Precondition{})
		return err
	})
}

// What TestVisible shows in memory, a store shows too, by read and by search.
func TestVisibleInStore(t *testing.T) {
	w := twoCharts(t)
	s := inStore(t, w)
	for _, test := range visibleCases(w) {
		view := s.View(w.grant(t, test.scopes, test.context))
		if got, want := reads(t, w, view), words(test.read); !slices.Equal(got, want) {
			t.Errorf("%s: reads\n got %v\nwant %v", test.name, got, want)
		}
		if got, want := finds(t, w, view), words(test.search); !slices.Equal(got, want) {
			t.Errorf("%s: finds\n got %v\nwant %v", test.name, got, want)
		}
	}
}

func reads(t *testing.T, w *world, view *store.View) []string {
	var seen []string
	for key := range w.resources {
		_, err := view.Read(context.Background(), key)
		var forbidden *store.Forbidden
		switch {
		case err == nil:
			seen = append(seen, key.String())
		case !errors.Is(err, store.ErrNotFound) && !errors.As(err, &forbidden):
			t.Fatalf("%s: %v", key, err)
		}
	}
	return words(seen)
}

func finds(t *testing.T, w *world, view *store.View) []string {
	types := map[string]bool{}
	for key := range w.resources {
		types[key.Type] = true
	}
	var seen []string
	for typ := range types {
		query := &search.Query{Selects: []search.Select{{Type: typ, Where: search.True}}, Count: 100}
		found, err := view.Search(context.Background(), query)
		var forbidden *store.Forbidden
		if errors.As(err, &forbidden) {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", typ, err)
		}
		for _, match := range found.Matches {
			seen = append(seen, match.Key.String())
		}
	}
	return words(seen)
}

// A practitioner writes a team of another's patient, with a patient of their own
// in it, and themself: nothing is written, and the panel stays.
func TestLeak32SelfGrantInStore(t *testing.T) {
	w := twoCharts(t)
	s := inStore(t, w)
	view := s.View(w.grant(t, "user/*.cruds", Context{User: "Practitioner/of-a", Panel: PanelCare}))
	before := reads(t, w, view)
	team := `{"resourceType":"CareTeam","id":"team-a","status":"active","subject":{"reference":"Patient/$"},
		"participant":[{"member":{"reference":"Practitioner/of-a"}},{"member":{"reference":"Patient/a"}}]}`
	var denied *store.NotAdmitted
	if err := put(t, view, strings.ReplaceAll(team, "$", "b")); !errors.As(err, &denied) {
		t.Errorf("a team about another's patient: %v, want *NotAdmitted", err)
	}
	if err := put(t, view, strings.ReplaceAll(team, "$", "a")); err != nil {
		t.Errorf("a team about one's own patient: %v", err)
	}
	if after := reads(t, w, view); !slices.Equal(before, after) {
		t.Errorf("the panel shows\n %v\nand after writing\n %v", before, after)
	}
}
