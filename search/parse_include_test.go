package search

import (
	"fmt"
	"strings"
	"testing"
)

func showInclude(i Include) string {
	var b strings.Builder
	if i.Reverse {
		b.WriteString("rev ")
	}
	if i.Iterate {
		b.WriteString("iterate ")
	}
	for n, p := range i.Params {
		if n == 3 {
			fmt.Fprint(&b, "...")
			break
		}
		b.WriteString(p.Name() + " ")
	}
	return strings.TrimSpace(b.String() + i.Target)
}

// The examples of search.html#include.
func TestInclude(t *testing.T) {
	for _, c := range []struct{ typ, query, want string }{
		{"MedicationRequest", "_include=MedicationRequest:patient", "MedicationRequest.patient"},
		{"MedicationRequest", "_revinclude=Provenance:target", "rev Provenance.target"},
		{"MedicationDispense", "_include=MedicationDispense:prescription", "MedicationDispense.prescription"},
		{"MedicationDispense", "_include:iterate=MedicationRequest:requester", "iterate MedicationRequest.requester"},
		{"Observation", "_include:iterate=Observation:has-member", "iterate Observation.has-member"},
		{"Observation", "_include=Observation:subject:Patient", "Observation.subject Patient"},
		{"Patient", "_include=*", "Patient.general-practitioner Patient.link Patient.organization"},
		{"Patient", "_include=Patient:*", "Patient.general-practitioner Patient.link Patient.organization"},
		{"Patient", "_include=Patient:*:Organization", "Patient.general-practitioner Patient.link Patient.organization Organization"},
		{"Patient", "_revinclude=Observation:subject:Patient", "rev Observation.subject Patient"},
		{"Patient", "_revinclude:iterate=Provenance:target", "rev iterate Provenance.target"},
	} {
		q, err := query(t, []string{c.typ}, c.query, Options{})
		if err != nil {
			t.Errorf("%s?%s: %v", c.typ, c.query, err)
			continue
		}
		if got := showInclude(q.Includes[0]); got != c.want || len(q.Includes) != 1 {
			t.Errorf("%s?%s: got %s, want %s", c.typ, c.query, got, c.want)
		}
	}
	for _, c := range []rejected{
		{"Patient", "_include=", "no value"},
		{"Patient", "_include=link", "is no include"},
		{"Patient", "_include=Patient:link:Patient:x", "is no include"},
		{"Patient", "_include=Patent:link", "did you mean Patient?"},
		{"Patient", "_include=Patient:lnik", "did you mean link?"},
		{"Patient", "_include=Patient:name", "is a string parameter; only a reference can be followed, which are general-practitioner, link or organization"},
		{"Patient", "_include=Patient:link:Observation", "does not refer to Observation"},
		{"Patient", "_include=Patient:link:Nonsense", "no resource type"},
		{"Patient", "_include=Observation:subject", "add :iterate"},
		{"Patient", "_include:recurse=Patient:link", "the only one is :iterate"},
		{"Patient", "_include:=Patient:link", "the only one is :iterate"},
		{"Practitioner", "_revinclude=Observation:patient", "never refers to Practitioner"},
		{"Patient", "_revinclude=Observation:subject:Group", "leads to Group, which is not searched"},
	} {
		_, err := query(t, []string{c.typ}, c.query, Options{})
		if err == nil {
			t.Errorf("%s?%s: accepted", c.typ, c.query)
			continue
		}
		checkSays(t, c.query, err, c.says)
	}
}

// A wildcard _revinclude follows what can lead to the searched type, and nothing
// else.
func TestRevincludeWildcard(t *testing.T) {
	q, err := query(t, []string{"Practitioner"}, "_revinclude=*", Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, p := range q.Includes[0].Params {
		found[p.Name()] = true
		if !canTarget(p, "Practitioner") {
			t.Errorf("%s never leads to a Practitioner", p.Name())
		}
	}
	if !found["Encounter.practitioner"] || !found["Provenance.target"] || found["Observation.encounter"] {
		t.Error(found)
	}
}
