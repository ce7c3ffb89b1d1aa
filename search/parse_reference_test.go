package search

import "testing"

// The examples of search.html#reference.
func TestReference(t *testing.T) {
	checkParsed(t, []parsed{
		{"Observation", "subject=Patient/23", "subject=|Patient/23"},
		{"Observation", "subject=Patient/23/_history/7", "subject=|Patient/23"},
		{"Observation", "subject:Patient=23", "subject=|Patient/23"},
		{"Observation", "subject:Patient=Patient/23", "subject=|Patient/23"},
		{"Encounter", "service-provider=1", "service-provider=|Organization/1"},
		{"Appointment", "location=1,2", "(location=|Location/1 | location=|Location/2)"},
		{"Observation", "subject=http://example.org/fhir/Patient/123", "(subject=|Patient/123 | subject=http://example.org/fhir/Patient/123)"},
		{"Observation", "subject=http://other.org/fhir/Patient/123", "subject=http://other.org/fhir/Patient/123"},
		{"Observation", "subject=http://other.org/fhir/Patient/123/_history/2",
			"(subject=http://other.org/fhir/Patient/123/_history/2 | subject=http://other.org/fhir/Patient/123)"},
		{"Observation", "subject=http://example.org/fhirPatient/123", "subject=http://example.org/fhirPatient/123"},
		{"Observation", "subject=urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "subject=urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},
		{"Observation", "subject:identifier=http://acme.org/fhir/identifier/mrn|123456", "subject:identifier=http://acme.org/fhir/identifier/mrn|123456"},
		{"PlanDefinition", "definition=http://acme.com/some-profile|1.0", "definition=1.0|http://acme.com/some-profile"},
		{"PlanDefinition", "definition=http://acme.com/some-profile", "definition=http://acme.com/some-profile"},
		{"Observation", "subject:missing=true", "(no subject & no subject:text & no subject:identifier)"},
	})
	checkRejected(t, []rejected{
		{"Observation", "subject=Patent/23", "did you mean Patient?"},
		{"Observation", "subject=Patient/", "is no reference"},
		{"Observation", "subject=Patient/a/b", "is no reference"},
		{"Observation", "subject=#p1", "is no reference"},
		{"Observation", "subject=a b", "is no reference"},
		{"Observation", "subject:Practitioner=23", "does not refer to Practitioner"},
		{"Observation", "subject:Patent=23", "no resource type"},
		{"Observation", "subject:Patient=Group/23", "is no id of a Patient"},
		{"Observation", "subject:not=Patient/1", "right are :[type], :identifier, :below, :above or :missing"},
	})
}

// A bare id is sought in every type that the parameter refers to.
func TestReferenceByIDAlone(t *testing.T) {
	e, err := where(t, "Observation", "subject=23")
	if err != nil {
		t.Fatal(err)
	}
	param, _ := testRegistry(t).Param("Observation", "subject")
	found := map[string]bool{}
	for _, part := range e.(Or) {
		text, _ := part.(Term).Code.Exact()
		found[text] = true
	}
	for _, target := range param.Targets {
		if !found[target+"/23"] {
			t.Errorf("%s is not sought", target)
		}
	}
	if len(found) != len(param.Targets) {
		t.Errorf("sought %v", found)
	}
}
