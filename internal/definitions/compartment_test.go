package definitions

import (
	"slices"
	"testing"
)

func members(t *testing.T, code string) []Member {
	t.Helper()
	for _, c := range Compartments() {
		if c.Code == code {
			return c.Members
		}
	}
	t.Fatalf("no compartment %s", code)
	return nil
}

func params(members []Member, resourceType string) []string {
	for _, m := range members {
		if m.Type == resourceType {
			return m.Params
		}
	}
	return nil
}

func TestCompartments(t *testing.T) {
	want := []struct {
		code, url string
		members   int
	}{
		{"Device", "http://hl7.org/fhir/CompartmentDefinition/device", 32},
		{"Encounter", "http://hl7.org/fhir/CompartmentDefinition/encounter", 25},
		{"Patient", "http://hl7.org/fhir/CompartmentDefinition/patient", 66},
		{"Practitioner", "http://hl7.org/fhir/CompartmentDefinition/practitioner", 59},
		{"RelatedPerson", "http://hl7.org/fhir/CompartmentDefinition/relatedPerson", 32},
	}
	got := Compartments()
	if len(got) != len(want) {
		t.Fatalf("%d compartments, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Code != w.code || got[i].URL != w.url || len(got[i].Members) != w.members {
			t.Errorf("got %s %s with %d members, want %v", got[i].Code, got[i].URL, len(got[i].Members), w)
		}
	}
}

// The package that the tables come from also has a definition of the Patient
// compartment that adds Task and changes Encounter.
func TestCompartmentParams(t *testing.T) {
	tests := []struct {
		compartment, resourceType string
		want                      []string
	}{
		{"Patient", "Observation", []string{"subject", "performer"}},
		{"Patient", "Encounter", []string{"patient"}},
		{"Patient", "Task", nil},
		{"Patient", "Patient", []string{"link"}},
		{"Patient", "Organization", nil},
		{"Encounter", "Encounter", []string{"{def}"}},
		{"Practitioner", "Encounter", []string{"practitioner", "participant"}},
	}
	for _, test := range tests {
		if got := params(members(t, test.compartment), test.resourceType); !slices.Equal(got, test.want) {
			t.Errorf("%s in the %s compartment: %v, want %v", test.resourceType, test.compartment, got, test.want)
		}
	}
}

func TestCompartmentParamsAreSearchParameters(t *testing.T) {
	known := make(map[string]bool)
	for _, p := range SearchParameters() {
		for _, base := range p.Base {
			known[base+"?"+p.Code] = true
		}
	}
	for _, c := range Compartments() {
		for _, m := range c.Members {
			for _, code := range m.Params {
				if code != "{def}" && !known[m.Type+"?"+code] {
					t.Errorf("%s compartment: %s has no search parameter %q", c.Code, m.Type, code)
				}
			}
		}
	}
}
