package synthetic

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Everybody who logs in to a sandbox is in its data.
func TestDemonstration(t *testing.T) {
	resources := map[string]*fhirjson.Node{}
	practitioners := map[string]int{} // and of how many they are the general practitioner
	for r := range sample(Personas).Resources() {
		item, refusal := r.item()
		if refusal != nil {
			t.Fatal(refusal)
		}
		resources[item.Key.String()] = item.Resource
		for _, gp := range item.Resource.Get("generalPractitioner").Items() {
			practitioners[gp.Get("reference").Text()]++
		}
	}
	cares := map[string][]string{
		"elena": {"Patient/mateo-rivera", "Patient/valentina-rivera"},
		"lihua": {"Patient/mei-chen"},
	}
	roles := map[string]int{}
	for _, p := range Demonstration() {
		roles[p.Role]++
		var patients []string
		for _, reference := range append([]string{p.FHIRUser}, p.Links...) {
			r := resources[reference]
			if r == nil {
				t.Errorf("%s: there is no %s", p.Name, reference)
			}
			patients = append(patients, r.At("patient", "reference").Text())
		}
		switch p.Role {
		case "practitioner":
			if practitioners[p.FHIRUser] == 0 {
				t.Errorf("%s has no patients", p.FHIRUser)
			}
		case "related-person":
			if !slices.Equal(patients, cares[p.Name]) {
				t.Errorf("%s cares for %v", p.Name, patients)
			}
		}
	}
	if roles["patient"] != 9 || roles["practitioner"] != 2 || roles["related-person"] != 2 || roles["administrator"] != 1 {
		t.Errorf("%v", roles)
	}
}
