package seed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

func newStore(t *testing.T) (*store.Store, Store) {
	t.Helper()
	s := testbackend.OpenStore(t, time.Now, testbackend.StoreOptions{})
	return s, Store{View: s.View(store.Unrestricted("test")), Registry: s.Registry()}
}

func TestStoreRefusesOneAndKeepsTheOthers(t *testing.T) {
	_, target := newStore(t)
	var lines []string
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		lines = append(lines, `{"resourceType":"Patient","id":"`+id+`"}`)
	}
	lines[2] = `{"resourceType":"Patient","id":"c","meta":[]}`
	lines[6] = `{"resourceType":"Patient","id":"g","meta":7}`
	file := memoryFile("p.ndjson", []byte(strings.Join(lines, "\n")))
	for _, want := range []Counts{{Created: 5, Refused: 2}, {Unchanged: 5, Refused: 2}} {
		summary, err := Import(t.Context(), []File{file}, target, nil)
		if err != nil || summary.Types["Patient"] != want {
			t.Fatalf("%v, %v, want %v", summary, err, want)
		}
		const first = "p.ndjson: line 3 (Patient/c): Patient.meta: must be an object, not array"
		if got := summary.Refusals[0].Error(); got != first {
			t.Errorf("refusal %q, want %q", got, first)
		}
	}
	for id, want := range map[string]error{"b": nil, "c": store.ErrNotFound, "f": nil} {
		if _, err := target.View.Read(t.Context(), store.Key{Type: "Patient", ID: id}); !errors.Is(err, want) {
			t.Errorf("Patient/%s: %v", id, err)
		}
	}
}

func TestStoreClosedEndsTheImport(t *testing.T) {
	s, target := newStore(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	summary, err := Import(t.Context(), []File{patients("a")}, target, nil)
	if !errors.Is(err, store.ErrUnavailable) || summary.Sum() != (Counts{}) {
		t.Errorf("%v, %v", summary, err)
	}
}

func TestStoreUnderAPolicy(t *testing.T) {
	s, target := newStore(t)
	target.View = s.View(store.NewPolicy("patients only", map[store.Rule]search.Expr{
		{Letter: store.Update, Type: "Patient"}: search.True,
	}))
	files := []File{patients("a"), memoryFile("o.json", []byte(`{"resourceType":"Observation","id":"o"}`))}
	summary, err := Import(t.Context(), files, target, nil)
	if err != nil || summary.Types["Patient"] != (Counts{Created: 1}) || summary.Types["Observation"] != (Counts{Refused: 1}) {
		t.Errorf("%v, %v", summary, err)
	}
}

func TestBuiltInInAStore(t *testing.T) {
	_, target := newStore(t)
	for _, want := range []Counts{{Created: 154}, {Unchanged: 154}} {
		summary, err := Import(t.Context(), BuiltIn(), target, nil)
		if err != nil || summary.Sum() != want {
			t.Errorf("%v, %v, want %v", summary, err, want)
		}
	}
}
