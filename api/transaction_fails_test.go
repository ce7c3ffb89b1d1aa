package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Whatever fails, and wherever: the transaction has one outcome, which names the
// entry and the element, and nothing has happened.
func TestTransactionAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Observation","id":"2","status":"final","subject":{"reference":"Patient/adam"}}`,
		`{"resourceType":"Practitioner","id":"p","identifier":[{"value":"twice"}]}`,
		`{"resourceType":"Practitioner","id":"q","identifier":[{"value":"twice"}]}`)
	all := w.all()
	own := w.token("patient/Observation.cruds", "Patient/eve")
	before := w.everything()
	good := brings("", "POST", "Observation", `{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/eve"}}`)
	gone := asks("DELETE", "Observation/1")
	refers := func(reference string) string {
		return brings("", "POST", "Encounter", `{"resourceType":"Encounter","participant":[{"individual":{"reference":`+string(fhirjson.Quote(reference))+`}}]}`)
	}
	const individual = "Bundle.entry[2].resource.participant[0].individual"
	for name, c := range map[string]struct {
		token, entry string
		status       int
		code         string
		expression   string
		text         string
	}{
		"resource":                 {all, brings("", "POST", "Patient", `{"resourceType":"Patient","meta":[]}`), 400, "structure", "Bundle.entry[2].resource.meta", "entry 2 (POST Patient): Patient.meta: must be an object, not array"},
		"no resource":              {all, asks("POST", "Patient"), 400, "required", "Bundle.entry[2]", "entry 2 (POST Patient): the body is empty; it must be a Patient"},
		"another type":             {all, brings("", "POST", "Patient", `{"resourceType":"Encounter"}`), 400, "invalid", "Bundle.entry[2].resource.resourceType", `entry 2 (POST Patient): the body is a "Encounter" and the path is for a Patient`},
		"another id":               {all, brings("", "PUT", "Patient/1", `{"resourceType":"Patient","id":"2"}`), 400, "invalid", "Bundle.entry[2].resource.id", "entry 2 (PUT Patient/1): the id in the body is not that in the path"},
		"POST to an id":            {all, brings("", "POST", "Patient/1", `{"resourceType":"Patient"}`), 405, "not-supported", "Bundle.entry[2]", "entry 2 (POST Patient/1): POST is not possible here; these are: DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
		"unknown type":             {all, asks("GET", "Patience/1"), 404, "not-supported", "Bundle.entry[2]", "entry 2 (GET Patience/1): the path names a resource type that R4 does not have; types are written as in Patient"},
		"unknown path":             {all, asks("GET", "a/b/c/d/e"), 404, "not-found", "Bundle.entry[2]", "entry 2 (GET a/b/c/d/e): there is nothing at this path; the FHIR base of this server is /fhir"},
		"parameter":                {all, asks("GET", "Patient?no=1"), 400, "invalid", "Bundle.entry[2].request.url", "entry 2 (GET Patient): search parameter no is not known for Patient"},
		"criteria":                 {all, brings("", "POST", "Patient", `{"resourceType":"Patient"}`, `"ifNoneExist":"no=1"`), 400, "invalid", "Bundle.entry[2].request.ifNoneExist", "entry 2 (POST Patient): search parameter no is not known for Patient"},
		"absent":                   {all, asks("GET", "Patient/nobody"), 404, "not-found", "Bundle.entry[2]", "entry 2 (GET Patient/nobody): there is no such resource, or the access token does not reach it"},
		"version":                  {all, brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve"}`, `"ifMatch":"W/\"7\""`), 412, "conflict", "Bundle.entry[2]", "entry 2 (PUT Patient/eve): If-Match does not name the current version; read the resource again, and send its ETag as it is"},
		"many matches":             {all, brings("", "PUT", "Practitioner?identifier=twice", `{"resourceType":"Practitioner"}`), 412, "multiple-matches", "Bundle.entry[2]", "entry 2 (PUT Practitioner): the criteria match more than one resource; make them more specific"},
		"nested":                   {all, brings("", "POST", "?", sent("batch")), 400, "invalid", "Bundle.entry[2]", "entry 2 (POST): batch/transaction cannot be an entry of a batch or transaction: it needs transactions of its own"},
		"same resource twice":      {all, brings("", "PUT", "Observation/1", `{"resourceType":"Observation","id":"1"}`), 400, "invalid", "Bundle.entry[2]", "entry 2 (PUT Observation/1): entry 1 writes the same resource; in a transaction a resource is written, or deleted, once"},
		"forbidden type":           {own, asks("GET", "Condition/1"), 403, "forbidden", "Bundle.entry[2]", "entry 2 (GET Condition/1): no granted scope allows read on Condition"},
		"not admitted":             {own, brings("", "POST", "Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/adam"}}`), 403, "forbidden", "Bundle.entry[2]", "entry 2 (POST Observation): the granted scopes do not allow to create this content of Observation"},
		"hidden":                   {own, asks("GET", "Observation/2"), 404, "not-found", "Bundle.entry[2]", "entry 2 (GET Observation/2): there is no such resource, or the access token does not reach it"},
		"dangling link":            {all, refers("urn:uuid:nobody"), 400, "not-found", individual, `entry 2 (POST Encounter): the reference "urn:uuid:nobody" is not the fullUrl of an entry that writes a resource`},
		"relative fullUrl":         {all, brings("Patient/1", "POST", "Patient", `{"resourceType":"Patient"}`), 400, "value", "Bundle.entry[2].fullUrl", "entry 2 (POST Patient): a fullUrl is absolute, such as urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1 or http://example.org/fhir/Patient/1"},
		"no match":                 {all, refers("Practitioner?identifier=none"), 412, "not-found", individual, `entry 2 (POST Encounter): the conditional reference "Practitioner?identifier=none" matches no resource, or none that the access token reaches`},
		"many":                     {all, refers("Practitioner?identifier=twice"), 412, "multiple-matches", individual, `entry 2 (POST Encounter): the conditional reference "Practitioner?identifier=twice" matches more than one resource`},
		"conditional on no params": {all, refers("Practitioner?"), 400, "required", individual, `entry 2 (POST Encounter): the conditional reference "Practitioner?": it has no criteria, so that any Practitioner would match; name the resource by search parameters such as identifier=http://example.org/mrn|123`},
		"conditional on nonsense":  {all, refers("Practitioner?no=1"), 400, "invalid", individual, `entry 2 (POST Encounter): the conditional reference "Practitioner?no=1": search parameter no is not known for Practitioner`},
	} {
		got := w.post(c.token, sent("transaction", good, gone, c.entry))
		w.is(name, got, c.status, oops(c.code, c.expression, c.text))
		if after := w.everything(); after != before {
			t.Fatalf("%s: something has changed:\n%s\n%s", name, before, after)
		}
	}
	if got := w.post(all, sent("transaction", good, gone)); got.status != 200 || w.everything() == before {
		t.Errorf("what is good alone: %v", got)
	}
}

// The headers of a failure are those of the entry's own.
func TestTransactionFailureHeaders(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	w.is("scope", w.post(w.token("patient/Patient.r", "Patient/eve"), sent("transaction", asks("GET", "Condition"))), 403,
		oops("forbidden", "Bundle.entry[0]", "entry 0 (GET Condition): no granted scope allows search on Condition"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Condition.s"`)
	w.is("method", w.post(w.all(), sent("transaction", asks("DELETE", "Patient/eve/_history/1"))), 405,
		oops("not-supported", "Bundle.entry[0]", "entry 0 (DELETE Patient/eve/_history/1): DELETE is not possible here; these are: GET, HEAD, OPTIONS"),
		"Allow: "+w.send(w.all(), "DELETE", "/Patient/eve/_history/1", "").header.Get("Allow"))
}

// All that is wrong without data is said at once, in the order of the entries.
func TestTransactionNamesAllProblems(t *testing.T) {
	w := newWorld(t)
	patient := `{"resourceType":"Patient","id":"1","managingOrganization":{"reference":"urn:uuid:x"},"generalPractitioner":[{"reference":"urn:uuid:y"}]}`
	got := w.post(w.all(), sent("transaction",
		asks("GET", "Nonsense/1"),
		brings("urn:uuid:1", "PUT", "Patient/1", patient),
		brings("urn:uuid:1", "PUT", "Patient/2", `{"resourceType":"Patient","id":"2"}`),
		asks("DELETE", "Patient/1"),
	))
	dangling := `entry 1 (PUT Patient/1): the reference "urn:uuid:%s" is not the fullUrl of an entry that writes a resource`
	w.is("all", got, 404, outcomeWith(
		issueOf("not-supported", "Bundle.entry[0]", "entry 0 (GET Nonsense/1): the path names a resource type that R4 does not have; types are written as in Patient"),
		issueOf("not-found", "Bundle.entry[1].resource.managingOrganization", fmt.Sprintf(dangling, "x")),
		issueOf("not-found", "Bundle.entry[1].resource.generalPractitioner[0]", fmt.Sprintf(dangling, "y")),
		issueOf("invalid", "Bundle.entry[2].fullUrl", "entry 2 (PUT Patient/2): another entry has the same fullUrl, so that it is not known what a reference to it means"),
		issueOf("invalid", "Bundle.entry[3]", "entry 3 (DELETE Patient/1): entry 1 writes the same resource; in a transaction a resource is written, or deleted, once"),
	))
}

// No resource is written by two entries, however they name it.
func TestTransactionOverlaps(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"1","identifier":[{"value":"a"}]}`)
	put := brings("", "PUT", "Patient/1", `{"resourceType":"Patient","id":"1","identifier":[{"value":"a"}]}`)
	replaced := brings("", "PUT", "Patient/1", `{"resourceType":"Patient","id":"1"}`)
	update := brings("", "PUT", "Patient?identifier=a", `{"resourceType":"Patient","active":true,"identifier":[{"value":"a"}]}`)
	create := brings("", "POST", "Patient", `{"resourceType":"Patient","identifier":[{"value":"a"}]}`, `"ifNoneExist":"identifier=a"`)
	novel := brings("", "POST", "Patient", `{"resourceType":"Patient","identifier":[{"value":"n"}]}`, `"ifNoneExist":"identifier=n"`)
	plain := brings("", "POST", "Patient", `{"resourceType":"Patient","identifier":[{"value":"n"}]}`)
	twice := func(entry int, called string, by int) string {
		return oops("invalid", fmt.Sprintf("Bundle.entry[%d]", entry), fmt.Sprintf("entry %d (%s): entry %d writes the same resource; in a transaction a resource is written, or deleted, once", entry, called, by))
	}
	makes := "another entry of the transaction makes a resource that the criteria match"
	before := w.everything()
	for name, c := range map[string]struct {
		entries []string
		status  int
		want    string
	}{
		"updates":                      {[]string{put, update}, 400, twice(1, "PUT Patient", 0)},
		"updates by criteria":          {[]string{update, update}, 400, twice(1, "PUT Patient", 0)},
		"deleted by id":                {[]string{put, asks("DELETE", "Patient/1")}, 400, twice(1, "DELETE Patient/1", 0)},
		"deleted by criteria":          {[]string{put, asks("DELETE", "Patient?identifier=a")}, 400, twice(1, "DELETE Patient", 0)},
		"deleted twice":                {[]string{asks("DELETE", "Patient/1"), asks("DELETE", "Patient/1")}, 400, twice(1, "DELETE Patient/1", 0)},
		"created twice":                {[]string{novel, novel}, 412, oops("multiple-matches", "Bundle.entry[0]", "entry 0 (POST Patient): "+makes)},
		"created, and if there's none": {[]string{novel, plain}, 412, oops("multiple-matches", "Bundle.entry[0]", "entry 0 (POST Patient): "+makes)},
	} {
		w.is(name, w.post(w.all(), sent("transaction", c.entries...)), c.status, c.want)
		if w.everything() != before {
			t.Fatalf("%s: something has changed", name)
		}
	}
	for name, entries := range map[string][]string{
		"a create that finds what another updates": {create, put},
		"deleted, and created anew":                {asks("DELETE", "Patient?identifier=a"), create},
		"not the same":                             {replaced, novel},
	} {
		w := newWorld(t)
		w.add(`{"resourceType":"Patient","id":"1","identifier":[{"value":"a"}]}`)
		if got := w.post(w.all(), sent("transaction", entries...)); got.status != 200 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Two that are good, and the third would be: what the policy does not admit is
// found when all is written, and still names the right entry.
func TestTransactionNotAdmittedNamesTheEntry(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	token := w.token("patient/Observation.crs", "Patient/eve")
	of := func(patient string) string {
		return brings("", "POST", "Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/`+patient+`"}}`)
	}
	w.is("the second", w.post(token, sent("transaction", of("eve"), of("adam"), of("eve"))), 403,
		oops("forbidden", "Bundle.entry[1]", "entry 1 (POST Observation): the granted scopes do not allow to create this content of Observation"))
	w.finds(w.all(), "/Observation")
	w.is("the same in a batch", reply{200, nil, strings.Join(statusesOf(w, w.post(token, sent("batch", of("eve"), of("adam"), of("eve")))), ", ")}, 200, "201 Created, 403 Forbidden, 201 Created")
}

func statusesOf(w *world, got reply) []string {
	w.Helper()
	var statuses []string
	for _, e := range w.bundle(got).Entry {
		statuses = append(statuses, e.Response.Status)
	}
	return statuses
}
