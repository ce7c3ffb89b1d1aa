package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/compartments"
)

// leaks row 48: no type forgets the filter, on no route. Of one resource of each type,
// all about one patient, another patient's token gets none but what is whole in every
// chart, and the patient's own exactly those of the chart.
func TestLeak48EveryTypeOnEveryRoute(t *testing.T) {
	t.Parallel()
	w, byType := caged(t)
	whole := map[string]bool{}
	for typ, text := range byType {
		if w.store.Compartments().Verdict(typ) == compartments.ReadOnly {
			for _, bird := range canary.FindAllString(text, -1) {
				whole[bird] = true
			}
		}
	}
	another := w.token("patient/*.cruds", "Patient/eve")
	own := w.token("patient/*.rs", "Patient/"+hiddenPatient)
	routes := new(server).routes()
	var members []string
	for _, typ := range w.store.Registry().Types() {
		for _, rt := range routes {
			if rt.typed() && rt.interaction != "create" {
				loud, got := w.sweep(another, rt, typ)
				for _, bird := range loud {
					if !whole[bird] {
						t.Errorf("%s of %s tells %s: %d %.300s", rt.sweptAs(), typ, bird, got.status, got.body)
						break
					}
				}
			}
		}
		visible := w.get(own, "/"+typ+"/"+idOf(typ)).status == http.StatusOK
		found := strings.Contains(w.get(own, "/"+typ).body, idOf(typ))
		if visible {
			members = append(members, typ)
		}
		switch w.store.Compartments().Verdict(typ) {
		case compartments.ReadOnly, compartments.ByChart:
			if !visible || !found {
				t.Errorf("%s: read %v, found %v by its own patient", typ, visible, found)
			}
		case compartments.Never, compartments.Records:
			if visible || found {
				t.Errorf("%s: read %v, found %v", typ, visible, found)
			}
		}
	}
	// Those that the chart leads to, by a reference of the data.
	for _, typ := range []string{"Medication", "Substance"} {
		if !slices.Contains(members, typ) {
			t.Errorf("%s is not read by the patient whose chart refers to it", typ)
		}
	}
	if n := len(members); n < 100 || n > 115 {
		t.Errorf("the patient reads %d types: %v", n, members)
	}
}
