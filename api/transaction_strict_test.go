package api

import (
	"fmt"
	"strings"
	"testing"
)

const (
	practitionerURN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1"
	strictEncounter = `{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"participant":[{"individual":{"reference":"%s"}}]}`
)

// What is checked is the resource as it will be: with its links, also those that
// are no literal references yet.
func TestTransactionIsValidated(t *testing.T) {
	w := strictWorld(t)
	encounter := func(reference string) string {
		return brings("", "POST", "Encounter", fmt.Sprintf(strictEncounter, reference))
	}
	stored := func(id string) string {
		return made("Encounter", id, `"status":"finished","class":{"code":"AMB"},"participant":[{"individual":{"reference":"Practitioner/new-1"}}]`)
	}
	w.is("valid", w.post(w.all(), sent("transaction", encounter(practitionerURN), encounter("Practitioner?identifier=http://npi|2"),
		brings(practitionerURN, "POST", "Practitioner", `{"resourceType":"Practitioner","identifier":[{"system":"http://npi","value":"2"}]}`, `"ifNoneExist":"identifier=http://npi|2"`))), 200,
		answered("transaction", stored("new-0"), stored("new-2"), made("Practitioner", "new-1", `"identifier":[{"system":"http://npi","value":"2"}]`)))

	misspelt := `{"request":{"method":"POST","url":"Patient","ifNoneExists":"x"},"resource":{"resourceType":"Patient"}}`
	wrong := brings("", "POST", "Patient", `{"resourceType":"Patient","gendr":1,"name":[{"given":"x"}]}`)
	const (
		noElement = `Bundle.entry[0].request.ifNoneExists: Bundle.entry.request has no element "ifNoneExists"; is ifNoneExist meant?`
		noGendr   = `Patient.gendr: Patient has no element "gendr"; is gender meant?`
	)
	got := w.post(w.all(), sent("transaction", misspelt, wrong))
	for _, want := range []string{
		issueOf("structure", "Bundle.entry[0].request.ifNoneExists", "entry 0 (POST Patient): "+noElement),
		issueOf("structure", "Bundle.entry[1].resource.gendr", "entry 1 (POST Patient): "+noGendr),
		`"expression":["Bundle.entry[1].resource.name[0].given"]`,
	} {
		if got.status != 400 || !strings.Contains(got.body, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	got = w.post(w.all(), sent("batch", misspelt, wrong, brings("", "POST", "Patient", `{"resourceType":"Patient"}`)))
	if got := fmt.Sprint(statusesOf(w, got)); got != "[400 Bad Request 400 Bad Request 201 Created]" {
		t.Errorf("in a batch: %s", got)
	}
	if entry := w.entries(got)[0]; entry != `{"response":{"status":"400 Bad Request","outcome":`+oops("structure", "Bundle.entry[0].request.ifNoneExists", noElement)+`}}` {
		t.Errorf("misspelt in a batch: %s", entry)
	}
	if got := w.post(w.all(), `{"resourceType":"Bundle","type":"batch","kind":1}`); got.status != 400 || !strings.Contains(got.body, `"expression":["Bundle.kind"]`) {
		t.Errorf("a Bundle with more than it has: %v", got)
	}
}

// Both kinds of patch are entries too: JSON Patch in a Binary, and FHIRPath Patch,
// whose values may link to other entries.
func TestTransactionPatch(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	parameters := `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"managingOrganization"},{"name":"value","valueReference":{"reference":"urn:uuid:o"}}]}]}`
	organization := brings("urn:uuid:o", "POST", "Organization", `{"resourceType":"Organization"}`)
	activated := brings("", "PATCH", "Patient/eve", jsonPatch(`[{"op":"replace","path":"/active","value":false}]`), `"ifMatch":"W/\"1\""`)
	w.is("patches", w.post(w.all(), sent("transaction", activated, brings("", "PATCH", "Patient?family=Everyman", parameters), organization)), 200,
		answered("transaction",
			kept("Patient", "eve", 2, `"active":false,"name":[{"family":"Everywoman"}],"multipleBirthInteger":1`),
			shown("Patient", "adam", 2, `"name":[{"family":"Everyman"}],"managingOrganization":{"reference":"Organization/new-0"}`, "200 OK", `"location":"`+base+`/Patient/adam/_history/2",`),
			made("Organization", "new-0", "")))
	before := w.everything()
	for name, c := range map[string]struct {
		entry  string
		status int
		at     string
	}{
		"inapplicable":   {brings("", "PATCH", "Patient/eve", jsonPatch(`[{"op":"remove","path":"/gender"}]`)), 422, "Bundle.entry[1].resource"},
		"no patch":       {brings("", "PATCH", "Patient/eve", jsonPatch(`{}`)), 400, "Bundle.entry[1]"},
		"not base64":     {brings("", "PATCH", "Patient/eve", `{"resourceType":"Binary","contentType":"application/json-patch+json","data":"?"}`), 400, "Bundle.entry[1].resource.data"},
		"no match":       {brings("", "PATCH", "Patient?family=Nobody", jsonPatch(`[]`)), 404, "Bundle.entry[1]"},
		"the same twice": {brings("", "PATCH", "Patient?family=Everywoman", jsonPatch(`[]`)), 400, "Bundle.entry[1]"},
	} {
		if got := w.post(w.all(), sent("transaction", brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve","name":[{"family":"Everywoman"}]}`), strings.ReplaceAll(c.entry, "Patient/eve", "Patient/adam"))); got.status != c.status || !strings.Contains(got.body, `"`+c.at) {
			t.Errorf("%s: %v", name, got)
		}
		if w.everything() != before {
			t.Fatalf("%s: something has changed", name)
		}
	}
}

// As many entries as a Bundle may have, each of which refers to the next one.
func TestTransactionOfManyEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 entries")
	}
	w := newWorld(t)
	urn := func(i int) string { return fmt.Sprintf("urn:uuid:0c3151bd-1cbf-4d64-b04d-%012d", i%maxEntries) }
	entries := make([]string, maxEntries)
	for i := range entries {
		entries[i] = brings(urn(i), "POST", "Patient", `{"resourceType":"Patient","link":[{"type":"seealso","other":{"reference":"`+urn(i+1)+`"}}]}`)
	}
	got := w.send(w.all(), "POST", "", sent("transaction", entries...), "Prefer: return=minimal")
	if n := len(w.bundle(got).Entry); n != maxEntries {
		t.Errorf("%d entries", n)
	}
	if total := *w.bundle(w.get(w.all(), "/Patient?_summary=count&link:Patient.link:missing=false")).Total; total != maxEntries {
		t.Errorf("%d patients refer to another", total)
	}
}
