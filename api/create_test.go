package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var location = regexp.MustCompile(`^` + regexp.QuoteMeta(base) + `/Patient/([A-Za-z0-9\-.]{1,64})/_history/1$`)

func TestCreate(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	const sent = `{"resourceType":"Patient","id":"ignored","meta":{"versionId":"9","profile":["p"]},"name":[{"family":"X"}]}`
	for prefer, want := range map[string]string{
		"":                        `{"resourceType":"Patient","id":"ID","meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z","profile":["p"]},"name":[{"family":"X"}]}`,
		"return=representation":   `{"resourceType":"Patient","id":"ID","meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z","profile":["p"]},"name":[{"family":"X"}]}`,
		"return=minimal":          ``,
		"return=OperationOutcome": `{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"created Patient/ID, version 1"}]}`,
	} {
		got := w.send(all, http.MethodPost, "/Patient", sent, "Prefer: "+prefer)
		match := location.FindStringSubmatch(got.header.Get("Location"))
		if match == nil {
			t.Fatalf("Prefer: %s: Location %q of %v", prefer, got.header.Get("Location"), got)
		}
		w.is("Prefer: "+prefer, got, 201, strings.ReplaceAll(want, "ID", match[1]), `ETag: W/"1"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT")
		if read := w.get(all, "/Patient/"+match[1]); read.status != 200 || !strings.Contains(read.body, `"id":"`+match[1]+`"`) {
			t.Errorf("reading what was created: %v", read)
		}
	}
	if n := *w.bundle(w.get(all, "/Patient?_summary=count")).Total; n != 4 {
		t.Errorf("%d patients, want 4", n)
	}
}

// What is not a resource of the type is refused, and nothing is stored.
func TestCreateRefuses(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxBody = 200 })
	all := w.all()
	const good = `{"resourceType":"Patient"}`
	for name, c := range map[string]struct {
		path, body string
		headers    []string
		status     int
		want       string
	}{
		"syntax":         {"/Patient", `{"resourceType":"Patient","name":[{"given":["a"]]}`, nil, 400, oops("structure", "Patient.name[0]", "the body is not JSON as FHIR writes it: invalid character ']' after object value (expecting ',' or '}') at /name/0")},
		"duplicate name": {"/Patient", `{"resourceType":"Patient","active":true,"active":false}`, nil, 400, oops("structure", "Patient.active", "the body is not JSON as FHIR writes it: duplicate object member name at /active")},
		"array":          {"/Patient", `[]`, nil, 400, oops("structure", "", "the body is a JSON array; it must be an object, a Patient")},
		"empty":          {"/Patient", ` `, nil, 400, oops("required", "", "the body is empty; it must be a Patient")},
		"no type":        {"/Patient", `{}`, nil, 400, oops("required", "resourceType", `the body has no "resourceType"; it must be "Patient"`)},
		"type no string": {"/Patient", `{"resourceType":1}`, nil, 400, oops("required", "resourceType", `the body has no "resourceType"; it must be "Patient"`)},
		"other type":     {"/Patient", `{"resourceType":"Observation"}`, nil, 400, oops("invalid", "resourceType", `the body is a "Observation" and the path is for a Patient`)},
		"meta":           {"/Patient", `{"resourceType":"Patient","meta":[]}`, nil, 400, oops("structure", "Patient.meta", "Patient.meta: must be an object, not array")},
		"xml":            {"/Patient", `<Patient/>`, []string{"Content-Type: application/fhir+xml"}, 415, oops("not-supported", "http.Content-Type", "the Content-Type must be application/fhir+json, in UTF-8")},
		"curl's default": {"/Patient", good, []string{"Content-Type: application/x-www-form-urlencoded"}, 415, oops("not-supported", "http.Content-Type", "the Content-Type must be application/fhir+json, in UTF-8")},
		"no gzip":        {"/Patient", good, []string{"Content-Encoding: gzip"}, 400, oops("structure", "http.Content-Encoding", "the body is not the gzip that its Content-Encoding says")},
		"too long":       {"/Patient", `{"resourceType":"Patient","id":"` + strings.Repeat("x", 200) + `"}`, nil, 413, oops("too-long", "", "the body is longer than the 200 bytes that this server takes")},
		"If-None-Match":  {"/Patient", good, []string{"If-None-Match: *"}, 400, oops("not-supported", "http.If-None-Match", "a create takes no If-None-Match, since there is no version yet; If-None-Exist asks that there be no such resource")},
		"If-Match":       {"/Patient", good, []string{`If-Match: W/"1"`}, 400, oops("not-supported", "http.If-Match", "a create takes no If-Match, since there is no version yet; If-None-Exist asks that there be no such resource")},
		"parameter":      {"/Patient?identifier=1", good, nil, 400, oops("invalid", "http.identifier", "search parameter identifier is no parameter of this interaction")},
		"unknown type":   {"/Patience", good, nil, 404, oops("not-supported", "", "the path names a resource type that R4 does not have; types are written as in Patient")},
	} {
		w.is(name, w.send(all, http.MethodPost, c.path, c.body, c.headers...), c.status, c.want)
	}
	if n := *w.bundle(w.get(all, "/Patient?_summary=count")).Total; n != 0 {
		t.Errorf("%d patients are stored, want 0", n)
	}
}

func TestCreateUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	observation := func(patient string) string {
		return `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
	}
	c, cr := w.token("patient/Observation.c", "Patient/eve"), w.token("patient/Observation.cr", "Patient/eve")
	if got := w.send(cr, http.MethodPost, "/Observation", observation("eve")); got.status != 201 || !strings.Contains(got.body, `"Patient/eve"`) {
		t.Errorf("own: %v", got)
	}
	// leaks row 57: the body only if r shows it.
	if got := w.send(c, http.MethodPost, "/Observation", observation("eve"), "Prefer: return=representation"); got.status != 201 || got.body != "" {
		t.Errorf("own, c only: %v", got)
	}
	w.is("another's", w.send(cr, http.MethodPost, "/Observation", observation("adam")), 403,
		oops("forbidden", "", "the granted scopes do not allow to create this content of Observation"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope"`)
	w.is("another type", w.send(cr, http.MethodPost, "/Condition", `not even JSON`), 403,
		oops("forbidden", "", "no granted scope allows create on Condition"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Condition.c"`)
	w.finds(w.all(), "/Observation?subject=Patient/adam")
	if n := len(w.bundle(w.get(w.all(), "/Observation")).Entry); n != 2 {
		t.Errorf("%d observations, want 2", n)
	}
}
