package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	hostileURN1 = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1"
	hostileURN2 = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2"
)

// goodEntry is an entry that would be stored if it were alone.
var goodEntry = brings(hostileURN1, "POST", "Patient", `{"resourceType":"Patient"}`)

// observationOf refers to a subject.
func observationOf(subject string) string {
	return `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"` + subject + `"}}`
}

// Transactions that must fail as a whole: each holds an entry that would be
// stored if it were alone, first or last, so that the store shows whether half of
// one was applied.
func TestHostileTransaction(t *testing.T) {
	fails := func(name string, status int, code string, entries ...string) []hostile {
		after, before := append([]string{goodEntry}, entries...), append(append([]string{}, entries...), goodEntry)
		return []hostile{
			{name: name + ", after a good entry", path: "", body: sent("transaction", after...), status: status, code: code, anyAt: true},
			{name: name + ", before a good entry", path: "", body: sent("transaction", before...), status: status, code: code, anyAt: true},
		}
	}
	refuse := func(name, code string, body string) hostile {
		return hostile{name: name, path: "", body: body, status: http.StatusBadRequest, code: code, anyAt: true}
	}
	cases := []hostile{
		refuse("not JSON", "structure", `{"resourceType":"Bundle",`),
		refuse("no Bundle", "invalid", `{"resourceType":"Patient"}`),
		refuse("no type", "required", `{"resourceType":"Bundle","entry":[]}`),
		refuse("another type", "invalid", sent("document", goodEntry)),
		refuse("a type that is none", "invalid", sent("sale", goodEntry)),
		refuse("type is no string", "invalid", `{"resourceType":"Bundle","type":["transaction"],"entry":[`+goodEntry+`]}`),
		refuse("entry is a string", "structure", `{"resourceType":"Bundle","type":"transaction","entry":"x"}`),
		refuse("entry is an object", "structure", `{"resourceType":"Bundle","type":"transaction","entry":`+goodEntry+`}`),
		refuse("an entry is null", "structure", sent("transaction", goodEntry, "null")),
		refuse("an entry is a number", "structure", sent("transaction", goodEntry, "1")),
		refuse("an entry is empty", "required", sent("transaction", goodEntry, "{}")),
		refuse("request is null", "required", sent("transaction", goodEntry, `{"request":null}`)),
		refuse("request is a list", "required", sent("transaction", goodEntry, `{"request":[{"method":"GET","url":"Patient"}]}`)),
		refuse("method is a number", "structure", sent("transaction", goodEntry, `{"request":{"method":1,"url":"Patient"}}`)),
		refuse("url is a list", "structure", sent("transaction", goodEntry, `{"request":{"method":"GET","url":["Patient"]}}`)),
		refuse("no url", "required", sent("transaction", goodEntry, `{"request":{"method":"GET"}}`)),
		refuse("no method", "required", sent("transaction", goodEntry, `{"request":{"url":"Patient"}}`)),
		refuse("resource is a string", "structure", sent("transaction", goodEntry, `{"resource":"x","request":{"method":"POST","url":"Patient"}}`)),
		{name: "another media type", path: "", body: sent("transaction", goodEntry), headers: []string{"Content-Type: application/json-patch+json"}, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "too long", path: "", body: sent("transaction", goodEntry, strings.Repeat(" ", maxHostile)), status: 413, code: "too-long"},
		{name: "without end", path: "", stream: endlessBody{}, status: 413, code: "too-long"},
	}
	for _, group := range [][]hostile{
		fails("a resource of another type", 400, "invalid", brings("", "POST", "Patient", `{"resourceType":"Observation"}`)),
		fails("no resource", 400, "required", asks("POST", "Patient")),
		fails("an unknown type", 404, "not-supported", brings("", "POST", "Alien", `{"resourceType":"Alien"}`)),
		fails("a read of what is absent", 404, "not-found", asks("GET", "Patient/adam")),
		fails("a read of what is deleted", 410, "deleted", asks("GET", "Patient/gone")),
		fails("a search that is wrong", 400, "invalid", asks("GET", "Patient?birthdate=x")),
		fails("a stale version", 412, "conflict", `{"resource":`+eve+`,"request":{"method":"PUT","url":"Patient/eve","ifMatch":"W/\"7\""}}`),
		fails("an ambiguous conditional create", 412, "multiple-matches", `{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:s|twin"}}`),
		fails("an ambiguous conditional update", 412, "multiple-matches", brings("", "PUT", "Patient?identifier=urn:s|twin", `{"resourceType":"Patient"}`)),
		fails("an ambiguous conditional reference", 412, "multiple-matches", brings("", "POST", "Observation", observationOf("Patient?identifier=urn:s|twin"))),
		fails("an unresolvable conditional reference", 412, "not-found", brings("", "POST", "Observation", observationOf("Patient?identifier=urn:s|nobody"))),
		fails("a conditional reference that is wrong", 400, "invalid", brings("", "POST", "Observation", observationOf("Patient?nothing=x"))),
		fails("an unresolvable urn:uuid", 400, "not-found", brings("", "POST", "Observation", observationOf(hostileURN2))),
		fails("the same fullUrl twice", 400, "invalid", brings(hostileURN2, "POST", "Patient", `{"resourceType":"Patient"}`), brings(hostileURN2, "POST", "Patient", `{"resourceType":"Patient"}`)),
		fails("the same resource twice", 400, "invalid", brings("", "PUT", "Patient/eve", eve), asks("DELETE", "Patient/eve")),
		fails("the same resource twice, conditionally", 400, "invalid", brings("", "PUT", "Patient/eve", eve), asks("DELETE", "Patient?_id=eve")),
		fails("a transaction within", 400, anyCode, brings("", "POST", "", sent("transaction", goodEntry))),
		fails("a batch within", 400, anyCode, brings("", "POST", "/", sent("batch", goodEntry))),
		fails("a method that R4 does not have", 400, anyCode, asks("BREW", "Patient")),
		fails("PUT without an id", 400, "required", brings("", "PUT", "Patient/eve", `{"resourceType":"Patient"}`)),
		fails("an id that no resource can have", 400, "value", brings("", "PUT", "Patient/a_b", `{"resourceType":"Patient","id":"a_b"}`)),
		fails("a patch that is none", 400, "structure", brings("", "PATCH", "Patient/eve", `{"resourceType":"Parameters","parameter":"x"}`)),
	} {
		cases = append(cases, group...)
	}
	for _, url := range []string{"http://evil.example/fhir/Patient", "file:///etc/passwd", "//evil.example/Patient", "javascript:alert(1)", "ftp://x", "Patient/../../x", "../metadata", "Patient//", "", " ", "%", "%zz", "Patient?%ff", "$nothing", "Patient/eve/x/y/z"} {
		body := sent("transaction", goodEntry, asks("GET", url))
		cases = append(cases, hostile{name: "GET " + url, path: "", body: body, status: anyStatus, code: anyCode, anyAt: true})
	}
	many := make([]string, 100_000)
	for i := range many {
		many[i] = `{"request":{"method":"GET","url":"a"}}`
	}
	cases = append(cases, hostile{name: "100,000 entries", path: "", body: sent("transaction", many...), status: http.StatusRequestEntityTooLarge, code: anyCode, anyAt: true})
	topic(t, cases)
}

// A batch of nonsense is answered entry by entry, and stores nothing.
func TestHostileBatch(t *testing.T) {
	w := hostileWorld(t)
	all, before := w.all(), w.everything()
	bad := []string{
		asks("POST", "Patient"), brings("", "POST", "Patient", `{"resourceType":"Observation"}`), brings("", "POST", "Alien", `{"resourceType":"Alien"}`), asks("GET", "Patient/adam"),
		asks("GET", "http://evil.example/Patient"), asks("GET", "file:///etc/passwd"), asks("BREW", "Patient"), brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"adam"}`),
		brings("", "POST", "", sent("batch", goodEntry)), asks("GET", "%zz"), brings("", "PUT", "Patient?identifier=urn:s|twin", `{"resourceType":"Patient"}`),
	}
	got := w.hurl(t, all, hostile{path: "", body: sent("batch", bad...)})
	answer := w.bundle(got)
	if answer.Type != "batch-response" || len(answer.Entry) != len(bad) {
		t.Fatalf("%s with %d entries: %s", answer.Type, len(answer.Entry), got.body)
	}
	for i, entry := range answer.Entry {
		if !strings.HasPrefix(entry.Response.Status, "4") {
			t.Errorf("%s: %s", bad[i], entry.Response.Status)
		}
	}
	if leak := insides.FindString(got.body); leak != "" {
		t.Errorf("the answer shows %q: %s", leak, got.body)
	}
	if w.everything() != before {
		t.Error("the store has changed")
	}
}

// Entries that refer to each other in a circle, and 10,000 of them, are no fault:
// they are stored, in a time that grows with their number.
func TestLargeAndCyclicTransactions(t *testing.T) {
	const count = 2_000
	w := hostileWorld(t)
	urn := func(i int) string { return fmt.Sprintf("urn:uuid:0c3151bd-1cbf-4d64-b04d-%012d", i%count) }
	entries := make([]string, count)
	for i := range entries {
		entries[i] = brings(urn(i), "POST", "Patient", `{"resourceType":"Patient","link":[{"type":"seealso","other":{"reference":"`+urn(i+1)+`"}}]}`)
	}
	got := w.send(w.all(), http.MethodPost, "", sent("transaction", entries...))
	if answer := w.bundle(got); len(answer.Entry) != count || strings.Contains(got.body, "urn:uuid") {
		t.Errorf("%d entries", len(answer.Entry))
	}
	w.finds(w.all(), "/Patient?_summary=count&link:missing=false")
	if total := w.bundle(w.get(w.all(), "/Patient?_summary=count&link:Patient.link:Patient.active:missing=true")).Total; total == nil || *total != count {
		t.Errorf("%v patients in the circle", total)
	}
}
