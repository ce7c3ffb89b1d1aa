package api

import (
	"net/http"
	"testing"
)

// Every compartment of R4, and by each kind of membership one resource.
func TestSearchCompartment(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Practitioner","id":"dr"}`,
		`{"resourceType":"Practitioner","id":"other"}`,
		`{"resourceType":"RelatedPerson","id":"mum","patient":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Device","id":"pump","patient":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Encounter","id":"visit","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/eve"},"participant":[{"individual":{"reference":"Practitioner/dr"}}]}`,
		`{"resourceType":"Observation","id":"e1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"},"encounter":{"reference":"Encounter/visit"},"performer":[{"reference":"Practitioner/dr"}],"device":{"reference":"Device/pump"}}`,
		`{"resourceType":"Observation","id":"e2","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/eve"},"performer":[{"reference":"RelatedPerson/mum"}]}`,
		`{"resourceType":"Observation","id":"a1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/adam"},"focus":[{"reference":"Patient/eve"}]}`,
		`{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/eve"},"encounter":{"reference":"Encounter/visit"}}`,
	)
	all := w.all()
	for path, want := range map[string][]string{
		"/Patient/eve/Observation":                 {"Observation/e1", "Observation/e2"}, // not by focus
		"/Patient/eve/Observation?status=final":    {"Observation/e1"},
		"/Patient/eve/*":                           {"Condition/c", "Encounter/visit", "Observation/e1", "Observation/e2", "RelatedPerson/mum"},
		"/Patient/eve/*?_type=Condition,Encounter": {"Condition/c", "Encounter/visit"},
		"/Patient/eve/%2A":                         {"Condition/c", "Encounter/visit", "Observation/e1", "Observation/e2", "RelatedPerson/mum"},
		"/Patient/adam/Observation":                {"Observation/a1"},
		"/Patient/nobody/Observation":              {},
		"/Practitioner/dr/*":                       {"Encounter/visit", "Observation/e1", "Practitioner/dr"},
		"/Practitioner/other/Observation":          {},
		"/RelatedPerson/mum/Observation":           {"Observation/e2"},
		"/Device/pump/Observation":                 {"Observation/e1"},
		"/Encounter/visit/*":                       {"Condition/c", "Encounter/visit", "Observation/e1"},
		"/Encounter/visit/Condition":               {"Condition/c"},
	} {
		w.finds(all, path, want...)
	}
	for path, want := range map[string]string{
		"/Organization/1/Observation":  oops("not-supported", "", "Organization has no compartment; Device, Encounter, Patient, Practitioner and RelatedPerson have"),
		"/Patient/eve/Organization":    oops("not-supported", "", "the path names a type that is not in the compartment of a Patient"),
		"/Patient/eve/Nonsense":        oops("not-supported", "", "the path names a type that is not in the compartment of a Patient"),
		"/Patient/e_e/Observation":     oops("not-found", "", noSee),
		"/Patient/eve/$nonsense":       oops("not-supported", "", "this server has no operation of this name"),
		"/Patient/eve/_history/1/more": oops("not-found", "", "there is nothing at this path; the FHIR base of this server is /fhir"),
	} {
		w.is(path, w.get(all, path), 404, want)
	}
	if got := w.get(all, "/Patient/eve/*?_type=Organization"); got.status != 400 {
		t.Errorf("_type outside the compartment: %v", got)
	}

	own := w.token("patient/Observation.s", "Patient/adam")
	w.finds(own, "/Patient/eve/Observation")
	w.finds(own, "/Practitioner/dr/*")
	w.finds(own, "/Patient/adam/*", "Observation/a1")
	w.finds(w.token("patient/Observation.s", "Patient/eve"), "/Practitioner/dr/*", "Observation/e1")
	w.is("another type", w.get(own, "/Patient/adam/Condition"), 403, oops("forbidden", "", "no granted scope allows search on Condition"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Condition.s"`)
	w.is("write into a compartment", w.send(all, http.MethodPost, "/Patient/eve/Observation", "{}"), 405,
		oops("not-supported", "", "POST is not possible here; these are: GET, HEAD, OPTIONS"), "Allow: GET, HEAD, OPTIONS")
}
