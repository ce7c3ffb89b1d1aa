package views

import (
	"fmt"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// A patch depends on the content of what it changes, so it is for those who may
// read that: what may be updated and not read is as if it were not there.
func testPatchesNeedRead(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("a", "1", "a"), observation("b", "1", "b"))
	const a = "code=s|a"
	noRead := &store.Forbidden{Letter: store.Read, Type: "Observation"}
	noUpdate := &store.Forbidden{Letter: store.Update, Type: "Observation"}
	for _, c := range []struct {
		name         string
		grants       map[string]string
		a, b, absent error
	}{
		{"u and r of all", map[string]string{"Observation.ru": ""}, nil, nil, store.ErrNotFound},
		{"u of all, r of some", map[string]string{"Observation.u": "", "Observation.r": a}, nil, store.ErrNotFound, store.ErrNotFound},
		{"r of all, u of some", map[string]string{"Observation.r": "", "Observation.u": a}, nil, store.ErrNotFound, store.ErrNotFound},
		{"u of all", map[string]string{"Observation.u": ""}, noRead, noRead, noRead},
		{"r of all", map[string]string{"Observation.r": ""}, noUpdate, noUpdate, noUpdate},
	} {
		view := w.policy(c.grants)
		for id, want := range map[string]error{"a": c.a, "b": c.b, "absent": c.absent} {
			if got := w.attempt(view, "patch", id, store.Precondition{}); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s: %v, want %v", c.name, id, got, want)
			}
		}
	}
}
