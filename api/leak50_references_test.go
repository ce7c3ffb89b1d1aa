package api

import (
	"slices"
	"testing"
)

// leaks row 50: a chart holds what refers to its patient by a literal that is this
// server's own, and by nothing that only looks like it.

// strangers are references that are not to Patient/eve of this server.
var strangers = []string{
	"https://evil.test/fhir/Patient/eve", "https://evil.test/Patient/eve", "http://granary.test.evil.test/fhir/Patient/eve", "http://granary.test/fhir2/Patient/eve", "http://granary.test/Patient/eve",
	"https://granary.test/fhir/Patient/eve", "HTTP://granary.test/fhir/Patient/eve", "http://GRANARY.test/fhir/Patient/eve", "http://granary.test:80/fhir/Patient/eve", "http://granary.test/fhir//Patient/eve",
	"http://granary.test/fhir/x/../Patient/eve", "http://evil.test@granary.test/fhir/Patient/eve", "//granary.test/fhir/Patient/eve", "/Patient/eve", "./Patient/eve", "../fhir/Patient/eve", "x/Patient/eve",
	"Patient/eve/", "Patient/eve?x=y", "Patient/eve#x", "Patient/eve|1", "Patient//eve", " Patient/eve", "Patient/eve ", "patient/eve", "Patient/Eve", "Patient/%65ve", "Patient%2Feve", "eve", "#eve",
	"urn:uuid:eve", "urn:oid:1.2.3", "Group/eve", "Person/eve", "Patient?_id=eve", "Patient/eve/_history/", "Patient/eve/_history/1/x", "Patient/eve/Observation", "",
}

// locals are references that are.
var locals = []string{"Patient/eve", base + "/Patient/eve", "Patient/eve/_history/1", base + "/Patient/eve/_history/1"}

func TestLeak50OnlyLocalLiterals(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, `{"resourceType":"Group","id":"eve"}`)
	var hidden, shown []string
	put := func(list *[]string, id, subject string) {
		w.add(`{"resourceType":"Observation","id":"` + id + `","status":"final","subject":` + subject + `}`)
		*list = append(*list, "Observation/"+id)
	}
	for i, reference := range strangers {
		put(&hidden, "s"+string(rune('a'+i/26))+string(rune('a'+i%26)), `{"reference":`+quoted(reference)+`}`)
	}
	for name, subject := range map[string]string{
		"logical": `{"type":"Patient","identifier":{"value":"eve"}}`, "logical-url": `{"identifier":{"system":"` + base + `/Patient","value":"eve"}}`, "typed": `{"type":"Patient","display":"Patient/eve"}`,
		"number": `{"reference":["Patient/eve"]}`, "extension": `{"extension":[{"url":"http://x.test/e","valueReference":{"reference":"Patient/eve"}}]}`,
	} {
		put(&hidden, name, subject)
	}
	for i, reference := range locals {
		put(&shown, "l"+string(rune('a'+i)), `{"reference":`+quoted(reference)+`}`)
	}
	slices.Sort(shown)
	token := w.token("patient/*.rs", "Patient/eve")
	w.everyWay(token, "/Observation", shown...)
	w.reads(token, shown...)
	for _, key := range hidden {
		if got := w.get(token, "/"+key); got.status != 404 {
			t.Errorf("%s: %d %s", key, got.status, got.body)
		}
	}
	w.lacks(token, hidden[0], "Observation/logical", "Observation/extension")
	w.everyWay(token, "/Patient?_revinclude=Observation:subject", append([]string{"Patient/eve"}, prefixed("include ", shown)...)...)
	w.everyWay(token, "/Observation?subject:Patient.family=Everywoman", shown...)
	w.finds(token, "/Patient/eve/Observation", shown...)
	for _, key := range append(slices.Clone(hidden), shown...) { // they are all there
		if got := w.get(w.all(), "/"+key); got.status != 200 {
			t.Errorf("%s: %d", key, got.status)
		}
	}
	// A client can neither ask for them as if they were, nor write them.
	for _, reference := range strangers {
		got := w.get(token, "/Observation?"+encoded("subject="+reference))
		if got.status == 200 && slices.ContainsFunc(w.bundle(got).ids(), func(id string) bool { return !slices.Contains(shown, id) }) {
			t.Errorf("subject=%s finds %v", reference, w.bundle(got).ids())
		}
		created := w.send(w.token("patient/Observation.cruds", "Patient/eve"), "POST", "/Observation", `{"resourceType":"Observation","status":"final","subject":{"reference":`+quoted(reference)+`}}`)
		if created.status < 400 {
			t.Errorf("%q is created as of Eve", reference)
		}
	}
}

func prefixed(prefix string, ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, prefix+id)
	}
	return out
}
