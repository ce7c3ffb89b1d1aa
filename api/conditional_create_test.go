package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store/testbackend"
)

// numbered is a Patient with an identifier.
func numbered(id, identifier string) string {
	return `{"resourceType":"Patient","id":"` + id + `",` + stamp + `,"identifier":[{"system":"mrn","value":"` + identifier + `"}]}`
}

// unnumbered is an answer without the id that the server chose.
func unnumbered(got reply) reply {
	got.body = newID.ReplaceAllString(got.body, "ID")
	header := got.header.Clone()
	if at := header.Get("Location"); at != "" {
		header.Set("Location", newID.ReplaceAllString(at, "ID"))
	}
	return reply{got.status, header, got.body}
}

const manyMatches = "the criteria match more than one resource; make them more specific"

func TestConditionalCreate(t *testing.T) {
	w := newWorld(t)
	w.add(numbered("one", "1"), numbered("two-a", "2"), numbered("two-b", "2"))
	w.Advance(time.Minute)
	all := w.all()
	const sent = `{"resourceType":"Patient","active":true}`
	const made = `{"resourceType":"Patient","id":"ID","meta":{"versionId":"1","lastUpdated":"2026-03-01T12:01:00.000Z"},"active":true}`
	outcome := func(text string) string {
		return `{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"` + text + `"}]}`
	}
	created := []string{`ETag: W/"1"`, "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT", "Location: " + base + "/Patient/ID/_history/1"}
	existing := []string{`ETag: W/"1"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT", "Location: " + base + "/Patient/one/_history/1"}
	none := []string{"ETag:", "Last-Modified:", "Location:"}
	for _, c := range []struct {
		criteria, prefer string
		status           int
		body             string
		headers          []string
	}{
		{"identifier=mrn|0", "", 201, made, created},
		{"identifier=mrn|0", "return=minimal", 201, "", created},
		{"identifier=mrn|0", "return=OperationOutcome", 201, outcome("created Patient/ID, version 1"), created},
		{"identifier=mrn|1", "", 200, numbered("one", "1"), existing},
		{"identifier=mrn%7C1&identifier:not=mrn|2", "return=representation", 200, numbered("one", "1"), existing},
		{"identifier=mrn|1", "return=minimal", 200, "", existing},
		{"identifier=mrn|1", "return=OperationOutcome", 200, outcome("existing Patient/one, version 1"), existing},
		{"?identifier=mrn|1", "", 200, numbered("one", "1"), existing},
		{"Patient?identifier=mrn|1", "", 200, numbered("one", "1"), existing},
		{"/Patient?identifier=mrn|1", "", 200, numbered("one", "1"), existing},
		{base + "/Patient?_format=json&identifier=mrn%7C1&_pretty=false", "", 200, numbered("one", "1"), existing},
		{"identifier=http://example.org/?x|1&identifier=mrn|1", "", 201, made, created},
		{"identifier=mrn|2", "", 412, oops("multiple-matches", "", manyMatches), none},
		{"identifier=mrn|1,mrn|2", "", 412, oops("multiple-matches", "", manyMatches), none},
	} {
		got := w.send(all, http.MethodPost, "/Patient", sent, "If-None-Exist: "+c.criteria, "Prefer: "+c.prefer)
		w.is(c.criteria+" "+c.prefer, unnumbered(got), c.status, c.body, c.headers...)
	}
	if n := *w.bundle(w.get(all, "/Patient?_summary=count")).Total; n != 7 {
		t.Errorf("%d patients, want 7", n)
	}
}

// Criteria that say nothing, or not what was meant, make no resource.
func TestConditionalCreateRefuses(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	const elsewhere = "If-None-Exist takes search parameters, or the URL of a search for Patient on this server: identifier=http://example.org/mrn|123"
	const any = "If-None-Exist has no criteria, so that any Patient would match; name the resource by search parameters such as identifier=http://example.org/mrn|123"
	for name, c := range map[string]struct {
		headers []string
		want    string
	}{
		"empty":                 {[]string{"If-None-Exist: "}, oops("required", "", any)},
		"separators":            {[]string{"If-None-Exist: &&"}, oops("required", "", any)},
		"another type":          {[]string{"If-None-Exist: Observation?identifier=1"}, oops("invalid", "http.If-None-Exist", elsewhere)},
		"another server":        {[]string{"If-None-Exist: http://example.org/fhir/Patient?identifier=1"}, oops("invalid", "http.If-None-Exist", elsewhere)},
		"the system":            {[]string{"If-None-Exist: " + base + "?_id=1"}, oops("invalid", "http.If-None-Exist", elsewhere)},
		"a resource":            {[]string{"If-None-Exist: Patient/1?identifier=1"}, oops("invalid", "http.If-None-Exist", elsewhere)},
		"a question mark alone": {[]string{"If-None-Exist: ?"}, oops("required", "", any)},
		"a URL, format only":    {[]string{"If-None-Exist: Patient?_format=json"}, oops("required", "", any)},
		"a URL, result":         {[]string{"If-None-Exist: Patient?identifier=1&_sort=name"}, oops("invalid", "http._sort", "search parameter _sort shapes the result of a search; here only filters may stand")},
		"twice":                 {[]string{"If-None-Exist: identifier=1", "If-None-Exist: active=true"}, oops("invalid", "http.If-None-Exist", "If-None-Exist stands more than once; join the parameters with &")},
		"bad escape":            {[]string{"If-None-Exist: identifier=%zz"}, oops("invalid", "", "the query string has a % that is not followed by two hexadecimal digits; write %25 for a percent sign")},
		"result":                {[]string{"If-None-Exist: identifier=1&_sort=name"}, oops("invalid", "http._sort", "search parameter _sort shapes the result of a search; here only filters may stand")},
		"format":                {[]string{"If-None-Exist: identifier=1&_format=json"}, oops("invalid", "http._format", "search parameter _format shapes the result of a search; here only filters may stand")},
		"no value":              {[]string{"If-None-Exist: identifier="}, oops("invalid", "http.identifier", "search parameter identifier has no value; give it one or leave it out")},
		"with If-Match":         {[]string{"If-None-Exist: identifier=1", "If-Match: *"}, oops("not-supported", "http.If-Match", "a create takes no If-Match, since there is no version yet; If-None-Exist asks that there be no such resource")},
	} {
		w.is(name, w.send(all, http.MethodPost, "/Patient", `{"resourceType":"Patient"}`, c.headers...), 400, c.want)
	}
	for _, prefer := range []string{"handling=strict", "handling=lenient"} {
		got := w.send(all, http.MethodPost, "/Patient", `{"resourceType":"Patient"}`, "If-None-Exist: identifierr=1", "Prefer: "+prefer)
		w.is("unknown, "+prefer, got, 400, oops("invalid", "http.identifierr", unknownParam))
	}
	w.is("an invalid body", w.send(all, http.MethodPost, "/Patient", `{"resourceType":"Patient","meta":1}`, "If-None-Exist: identifier=1"), 400,
		oops("structure", "Patient.meta", "Patient.meta: must be an object, not number"))
	w.finds(all, "/Patient")
	for path, body := range map[string]string{"/Patient/_search": "", "": "{}"} {
		w.is("POST "+path, w.send(all, http.MethodPost, path, body, "If-None-Exist: identifier=1"), 400,
			oops("invalid", "http.If-None-Exist", "If-None-Exist is for a create, POST [type]; the criteria of an update, patch or delete stand in the URL"))
	}
}

const unknownParam = "search parameter identifierr is not known for Patient; did you mean identifier?"

func TestConditionalCreateUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, tagged("e", "eve", "x"), tagged("a", "adam", "x"), tagged("a2", "adam", "y"), tagged("a3", "adam", "y"))
	send := func(scopes, identifier, subject string) reply {
		return unnumbered(w.send(w.token(scopes, "Patient/eve"), http.MethodPost, "/Observation", untagged(subject), "If-None-Exist: identifier="+identifier))
	}
	forbidden := func(does string) string {
		return oops("forbidden", "", "no granted scope allows "+does+" on Observation")
	}
	w.is("no s", send("patient/Observation.cr", "x", "eve"), 403, forbidden("search"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Observation.s"`)
	w.is("no s, before the rest is looked at", w.send(w.token("patient/Observation.cr", "Patient/eve"), http.MethodPost, "/Observation", "not even JSON", "If-None-Exist: "), 403, forbidden("search"))
	w.is("no c", send("patient/Observation.rs", "x", "eve"), 403, forbidden("create"))
	w.is("one of two is visible", send("patient/Observation.crs", "x", "eve"), 200, tagged("e", "eve", "x"), "Location: "+base+"/Observation/e/_history/1")
	// leaks row 57
	w.is("no r, found", send("patient/Observation.cs", "x", "eve"), 200, "", "Location: "+base+"/Observation/e/_history/1", `ETag: W/"1"`)
	w.is("no r, made", send("patient/Observation.cs", "z", "eve"), 201, "", "Location: "+base+"/Observation/ID/_history/1")
	w.is("none of two is visible", send("patient/Observation.cs", "y", "eve"), 201, "")
	w.is("both are", send("patient/Observation.cs system/Observation.s", "y", "eve"), 412, oops("multiple-matches", "", manyMatches))
	w.is("not admitted", send("patient/Observation.cs", "z", "adam"), 403, oops("forbidden", "", "the granted scopes do not allow to create this content of Observation"))
	if n := *w.bundle(w.get(w.all(), "/Observation?_summary=count")).Total; n != 6 {
		t.Errorf("%d observations, want 6", n)
	}
}

// tagged is an Observation of a patient with an identifier, untagged one as a
// client sends it.
func tagged(id, patient, identifier string, extra ...string) string {
	return `{"resourceType":"Observation","id":"` + id + `",` + stamp + `,"identifier":[{"value":"` + identifier + `"}],"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}` + strings.Join(extra, "") + `}`
}

func untagged(patient string) string {
	return `{"resourceType":"Observation","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
}

// Of 100 clients that create one thing at once, one does, whichever of two
// servers on one store they ask.
func TestConditionalCreatesAtOnce(t *testing.T) {
	database := testbackend.New(t)
	worlds := []*world{worldAt(t, database), worldAt(t, database)}
	token := worlds[0].all()
	const clients = 100
	var all sync.WaitGroup
	got := make([]reply, clients)
	for i := range clients {
		all.Go(func() {
			got[i] = worlds[i%2].send(token, http.MethodPost, "/Patient", numbered("x", "1"), "If-None-Exist: identifier=mrn|1")
		})
	}
	all.Wait()
	statuses, places := map[int]int{}, map[string]int{}
	for _, g := range got {
		statuses[g.status]++
		places[g.header.Get("Location")]++
	}
	if statuses[201] != 1 || statuses[200] != clients-1 || len(places) != 1 {
		t.Errorf("statuses %v, places %v", statuses, places)
	}
	if n := *worlds[1].bundle(worlds[1].get(token, "/Patient?_summary=count")).Total; n != 1 {
		t.Errorf("%d patients, want 1", n)
	}
}
