package store

import (
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/search"
)

// TestDraft: what is not checked cannot be written, and all that is wrong is told.
func TestDraft(t *testing.T) {
	const (
		kind   = "Patient.meta: must be an object, not array"
		typ    = `Patient.resourceType: must be "Patient", not "Device"`
		gender = `Patient.gender: "m" is not in http://hl7.org/fhir/ValueSet/administrative-gender: female, male, other or unknown`
		active = "Patient.active: must be a boolean, not number"
	)
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ resource, off, structure string }{
		{`{"resourceType":"Patient","active":true}`, "", ""},
		{`{"resourceType":"Patient","gender":"m","active":1}`, "", gender + "; " + active},
		{`{"resourceType":"Patient","meta":[{"tag":[]}],"active":1}`, kind, "Patient.meta: must not be an array: there is at most one; Patient.meta[0].tag: is an empty array; what has no value is left out; " + active},
		{`{"resourceType":"Device","gender":"m"}`, typ, typ},
		{`[]`, "Patient: a resource is a JSON object, not array", "Patient: a resource is a JSON object, not array"},
	} {
		n, err := fhirjson.Parse([]byte(c.resource))
		if err != nil {
			t.Fatal(err)
		}
		for validation, want := range map[Validation]string{ValidateOff: c.off, ValidateStructure: c.structure, ValidateProfile: c.structure} {
			draft, err := Drafter{validation, registry, "", profile.USCore()}.Draft("Patient", n)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != want || err == nil && (draft.Resource() != n || draft.Type() != "Patient") {
				t.Errorf("%s, %s: %q, want %q", validation, c.resource, got, want)
			}
		}
	}
}

// With ValidateProfile a claim counts if it is known. What is no error refuses nothing.
func TestDraftOfClaims(t *testing.T) {
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	const location = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-location"
	for claim, want := range map[string]string{
		location:                 "Location.name: is required (us-core-location|7.0.0)",
		location + "|6.1.0":      "Location.name: is required (us-core-location|6.1.0)",
		location + "|1.0.0":      "",
		"http://example.org/any": "",
		"http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0": "Patient.resourceType: is \"Location\", and us-core-patient|6.1.0 is a profile of Patient",
	} {
		n, err := fhirjson.Parse([]byte(`{"resourceType":"Location","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Location","` + claim + `"]}}`))
		if err != nil {
			t.Fatal(err)
		}
		for validation, want := range map[Validation]string{ValidateOff: "", ValidateStructure: "", ValidateProfile: want} {
			_, err := Drafter{validation, registry, "", profile.USCore()}.Draft("Location", n)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", validation, claim, got, want)
			}
		}
	}
}
