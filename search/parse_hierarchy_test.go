package search

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// inside is what `:below` asks of a resource that lies within another, by part,
// beneath a chain; containing what `:above` asks of one that contains another.
func inside(part, typ, literals string) string {
	return strings.Repeat("("+literals+" | "+part+":"+typ+".", 6) + literals + strings.Repeat(")", 6)
}

func containing(part, ids string) string {
	return strings.Repeat("has "+part+"{("+ids+" | ", 6) + "has " + part + "{" + ids + "}" + strings.Repeat(")}", 6)
}

// The examples of search.html, "Searching Hierarchies", and the ways to write a reference.
func TestHierarchy(t *testing.T) {
	inLocation := "location:Location." + inside("partof", "Location", "partof=|Location/42")
	checkParsed(t, []parsed{
		{"Procedure", "location:below=42", "(location=|Location/42 | " + inLocation + ")"},
		{"Procedure", "location:below=Location/42", "(location=|Location/42 | " + inLocation + ")"},
		{"Procedure", "location:below=Location/42/_history/3", "(location=|Location/42 | " + inLocation + ")"},
		{"Procedure", "location:below=http://example.org/fhir/Location/42", "(location=|Location/42 | " + inLocation + ")"},
		{"Location", "partof:below=1", "(partof=|Location/1 | partof:Location." + inside("partof", "Location", "partof=|Location/1") + ")"},
		{"MedicationAdministration", "context:above=21",
			"(context=|Encounter/21 | context:Encounter." + containing("Encounter.part-of", "id:21") + ")"},
		{"Location", "partof:above=1", "(partof=|Location/1 | partof:Location." + containing("Location.partof", "id:1") + ")"},
		// Values share one chain.
		{"Procedure", "location:above=1,2",
			"(location=|Location/1 | location=|Location/2 | location:Location." + containing("Location.partof", "id:1,2") + ")"},
		{"Observation", "encounter.location:below=42", "encounter:Encounter.(location=|Location/42 | " + inLocation + ")"},
		// Only the types in a hierarchy are tried.
		{"Observation", "subject:below=42", "(subject=|Location/42 | subject:Location." + inside("partof", "Location", "partof=|Location/42") + ")"},
	})
	checkRejected(t, []rejected{
		{"Observation", "patient:below=1", "has the modifier :below, which needs a type whose resources are parts of each other"},
		{"Observation", "patient:above=1", "Observation.patient leads to none; right are :[type], :identifier or :missing"},
		{"Observation", "subject:below=Patient/1", "right is Location"},
		{"Procedure", "location:below=http://other.org/Location/1", "names no resource of this server"},
		{"Procedure", "location:below=a b", "names no resource of this server"},
		{"Procedure", "location:below=", "has no value"},
		{"Observation", "encounter.location:above=42", "more than 8 hops; :above alone counts as 8"},
		{"Observation", "has-member:Observation.encounter.location:below=42", "more than 8 hops; :below alone counts as 7"},
		{"Provenance", "target:below=" + strings.Repeat("1,", 400) + "1", "too broad"},
	})
	_, err := where(t, "Condition", "subject:above=1")
	var e *ParamError
	if !errors.As(err, &e) || !e.Unsupported {
		t.Errorf("another server may support it: %v", err)
	}
}

// The types that contain others of their kind are found in the definitions.
func TestHierarchies(t *testing.T) {
	r := testRegistry(t)
	var found []string
	for _, typ := range r.Types() {
		if part := r.hierarchy(typ); part != nil {
			found = append(found, part.Name())
		}
	}
	want := []string{"CarePlan.part-of", "Communication.part-of", "Encounter.part-of", "Location.partof", "MedicationStatement.part-of",
		"Organization.partof", "Procedure.part-of", "ResearchStudy.partof", "Task.part-of"}
	if !slices.Equal(found, want) {
		t.Errorf("found %v\nwant  %v", found, want)
	}
}
