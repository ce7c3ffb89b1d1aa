package api

import (
	"testing"
)

// What an include brings needs r, what a reverse include brings needs s; each by the
// predicate of its own type, in every form and on every page.
func TestLeak05Includes(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	for _, c := range []struct {
		scopes, path string
		want         []string
	}{
		{"patient/*.rs", "/Observation?_id=a-lab&_include=Observation:has-member", []string{"Observation/a-lab", "include Observation/a-vital"}},
		{"patient/*.rs", "/Observation?_id=a-lab&_include=*", []string{"Observation/a-lab", "include Observation/a-vital", "include Patient/a"}}, // not the focus, Patient/b
		{"patient/Observation.rs", "/Observation?_id=a-lab&_include=*", []string{"Observation/a-lab", "include Observation/a-vital"}},
		{"patient/Observation.rs patient/Patient.s", "/Observation?_id=a-lab&_include=Observation:subject", []string{"Observation/a-lab"}},
		{"patient/Observation.rs patient/Patient.r", "/Observation?_id=a-lab&_include=Observation:subject", []string{"Observation/a-lab", "include Patient/a"}},
		{"patient/Observation.s", "/Observation?_id=a-lab&_include=Observation:has-member", []string{"Observation/a-lab"}},
		{"patient/Observation.s patient/Observation.r?category=laboratory", "/Observation?_id=a-lab&_include=Observation:has-member", []string{"Observation/a-lab"}},
		{"patient/Observation.s patient/Observation.r?category=vital-signs", "/Observation?_id=a-lab&_include=Observation:has-member", []string{"Observation/a-lab", "include Observation/a-vital"}},
		// Each verdict, forward.
		{"patient/*.rs", "/Observation?_id=a-vital&_include=*", []string{"Observation/a-vital", "include Device/a-device", "include Encounter/a-visit", "include Patient/a", "include Practitioner/doc"}},
		{"patient/*.rs", "/MedicationRequest?status=active&_include=*&_include:iterate=Medication:ingredient:Substance",
			[]string{"MedicationRequest/a-order", "include Medication/a-drug", "include Patient/a", "include Substance/a-agent"}},
		{"patient/MedicationRequest.rs patient/Substance.rs", "/MedicationRequest?status=active&_include=*&_include:iterate=Medication:ingredient:Substance", []string{"MedicationRequest/a-order"}},
		{"patient/Provenance.rs patient/Observation.rs", "/Provenance?_include=*", []string{"Provenance/a-own", "include Observation/a-lab", "include Observation/a-vital"}},
		{"patient/*.rs", "/List?_include=List:item", []string{"List/a-list", "include Observation/a-vital"}},
		{"patient/*.rs", "/Task?_include=*", []string{"Task/a-task", "include Patient/a"}}, // not the focus, of b
		{"patient/*.rs", "/CareTeam?_include=CareTeam:participant", []string{"CareTeam/a-team", "include Practitioner/doc"}},
		{"patient/CareTeam.rs", "/CareTeam?_include=CareTeam:participant", []string{"CareTeam/a-team"}},
		{"patient/*.rs", "/RelatedPerson?_include=RelatedPerson:patient", []string{"RelatedPerson/a-mother", "include Patient/a"}},
		{"patient/*.rs", "/Encounter?_include=Encounter:service-provider", []string{"Encounter/a-visit", "include Organization/org"}},
		// Reverse.
		{"patient/*.rs", "/Patient?_revinclude=*", []string{"Patient/a", "include CareTeam/a-team", "include Device/a-device", "include DocumentReference/a-document",
			"include Encounter/a-visit", "include List/a-list", "include MedicationRequest/a-order", "include Observation/a-lab", "include Observation/a-vital", "include RelatedPerson/a-mother", "include Task/a-task"}},
		{"patient/Patient.rs patient/Observation.r", "/Patient?_revinclude=Observation:subject", []string{"Patient/a"}},
		{"patient/Patient.rs patient/Observation.s", "/Patient?_revinclude=Observation:subject", []string{"Patient/a", "include Observation/a-lab", "include Observation/a-vital"}},
		{"patient/Patient.rs patient/Observation.s?category=laboratory", "/Patient?_revinclude=Observation:subject", []string{"Patient/a", "include Observation/a-lab"}},
		{"patient/*.rs", "/Patient?_revinclude=Observation:focus&_revinclude=Group:member&_revinclude=Person:link&_revinclude=AuditEvent:entity", []string{"Patient/a"}},
		{"patient/*.rs", "/Observation?_id=a-vital&_revinclude=Provenance:target", []string{"Observation/a-vital", "include Provenance/a-own"}},
		{"patient/Observation.s patient/Provenance.s", "/Observation?_id=a-vital&_revinclude=Provenance:target", []string{"Observation/a-vital"}},
		{"patient/*.rs", "/Practitioner?_revinclude=Observation:performer&_revinclude=CareTeam:participant&_revinclude=PractitionerRole:practitioner",
			[]string{"Practitioner/doc", "include CareTeam/a-team", "include Observation/a-vital", "include PractitionerRole/role"}},
		{"patient/*.rs", "/Encounter?_revinclude=Observation:encounter", []string{"Encounter/a-visit", "include Observation/a-vital"}},
		{"patient/*.rs", "/Observation?_id=a-vital&_revinclude=List:item&_revinclude=Task:focus", []string{"Observation/a-vital", "include List/a-list"}},
		// Through what is hidden nothing is reached.
		{"patient/Observation.rs patient/Organization.rs", "/Observation?_id=a-vital&_include=Observation:encounter&_include:iterate=Encounter:service-provider", []string{"Observation/a-vital"}},
		{"patient/Observation.rs patient/Organization.rs patient/Encounter.r", "/Observation?_id=a-vital&_include=Observation:encounter&_include:iterate=Encounter:service-provider",
			[]string{"Observation/a-vital", "include Encounter/a-visit", "include Organization/org"}},
		{"patient/Observation.rs", "/Observation?_id=a-lab&_include=Observation:has-member&_include:iterate=Observation:has-member&_revinclude:iterate=Observation:has-member", []string{"Observation/a-lab", "include Observation/a-vital"}},
		{"patient/Observation.rs patient/Practitioner.rs", "/Observation?_id=a-vital&_include=Observation:performer&_revinclude:iterate=Observation:performer", []string{"Observation/a-vital", "include Practitioner/doc"}},
	} {
		w.findsEverywhere(w.token(c.scopes, "Patient/a"), c.path, c.want...)
	}
	// Who may see both patients is brought both.
	all := w.token("system/*.rs")
	w.findsEverywhere(all, "/Observation?_id=a-lab&_include=*", "Observation/a-lab", "include Observation/a-vital", "include Observation/b-vital", "include Patient/a", "include Patient/b")
	w.findsEverywhere(all, "/Observation?_id=a-vital&_revinclude=Provenance:target&_revinclude=Task:focus",
		"Observation/a-vital", "include Provenance/a-mixed", "include Provenance/a-own", "include Provenance/b-mixed", "include Task/b-task")
	w.findsEverywhere(all, "/Patient?_id=a&_revinclude=Group:member&_revinclude=Person:patient&_revinclude=Observation:focus",
		"Patient/a", "include Group/a-group", "include Group/b-group", "include Observation/b-lab", "include Person/a-person")
}

// A chain of references whose middle is hidden leads nowhere, forward and backward,
// at any length; with the middle shown it leads to the end.
func TestLeak05HiddenIntermediates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	encounter := func(id, status, partOf string) string {
		if partOf != "" {
			partOf = `,"partOf":{"reference":"Encounter/` + partOf + `"}`
		}
		return `{"resourceType":"Encounter","id":"` + id + `","status":"` + status + `","subject":{"reference":"Patient/a"}` + partOf + `}`
	}
	w.add(encounter("1", "finished", ""), encounter("2", "finished", "1"), encounter("3", "cancelled", "2"), encounter("4", "finished", "3"), encounter("5", "finished", "4"))
	finished := w.token("patient/Encounter.rs?status=finished", "Patient/a")
	whole := w.token("patient/Encounter.rs", "Patient/a")
	for path, want := range map[string][2][]string{
		"/Encounter?_id=5&_include:iterate=Encounter:part-of": {
			{"Encounter/5", "include Encounter/4"}, {"Encounter/5", "include Encounter/1", "include Encounter/2", "include Encounter/3", "include Encounter/4"}},
		"/Encounter?_id=1&_revinclude:iterate=Encounter:part-of": {
			{"Encounter/1", "include Encounter/2"}, {"Encounter/1", "include Encounter/2", "include Encounter/3", "include Encounter/4", "include Encounter/5"}},
		"/Encounter?_id=4&_include:iterate=*&_revinclude:iterate=*": {
			{"Encounter/4", "include Encounter/5"}, {"Encounter/4", "include Encounter/1", "include Encounter/2", "include Encounter/3", "include Encounter/5"}},
		"/Encounter?_id=5&_include=Encounter:part-of": {{"Encounter/5", "include Encounter/4"}, {"Encounter/5", "include Encounter/4"}},
		"/Encounter?_id=4&_include=Encounter:part-of": {{"Encounter/4"}, {"Encounter/4", "include Encounter/3"}},
	} {
		w.findsEverywhere(finished, path, want[0]...)
		w.findsEverywhere(whole, path, want[1]...)
	}
}
