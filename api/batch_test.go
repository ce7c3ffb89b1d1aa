package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// An entry of every verb, each answered as a request of its own would be.
func TestBatch(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	const (
		first = `"etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"`
		next  = `"etag":"W/\"2\"","lastModified":"2026-03-01T13:00:00.000Z"`
		later = `"meta":{"versionId":"%d","lastUpdated":"2026-03-01T13:00:00.000Z"}`
	)
	w.Advance(time.Hour)
	created := `{"resourceType":"Patient","id":"new-0",` + fmt.Sprintf(later, 1) + `,"active":true}`
	updated := `{"resourceType":"Patient","id":"eve",` + fmt.Sprintf(later, 2) + `,"active":false}`
	searchset := `{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"` + base + `/Patient?_total=none&family=Everyman"}],"entry":[{"fullUrl":"` + base + `/Patient/adam","resource":` + adam + `,"search":{"mode":"match"}}]}`
	got := w.post(w.all(), sent("batch",
		asks("GET", "Patient/eve"),
		asks("HEAD", "Patient/eve"),
		asks("GET", "Patient/eve", `"ifNoneMatch":"W/\"1\""`),
		asks("GET", "Patient/eve", `"ifModifiedSince":"2026-03-01T13:00:00.000+01:00"`),
		asks("GET", "Patient/eve", `"ifModifiedSince":"2026-03-01T11:59:59Z"`),
		brings("", "POST", "Patient", `{"resourceType":"Patient","active":true}`),
		brings("", "PUT", base+"/Patient/eve", `{"resourceType":"Patient","id":"eve","active":false}`, `"ifMatch":"W/\"1\""`),
		brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve","active":true}`, `"ifMatch":"W/\"1\""`),
		asks("GET", "Patient?family=Everyman&_total=none"),
		asks("POST", "Patient/_search?family=Everyman&_total=none"),
		asks("GET", "/Patient/eve/_history/1"),
		asks("DELETE", "Patient/adam"),
		asks("GET", "Patient/adam"),
		asks("GET", "Patient/nobody"),
		asks("GET", "Observation?no=such"),
		asks("GET", "nothing/of/the/sort/is/here"),
		asks("DELETE", "Patient/eve/_history/1"),
		brings("", "POST", "Patient", `{"resourceType":"Observation"}`),
	))
	failed := func(status, code, expression, text string) string {
		return `{"response":{"status":"` + status + `","outcome":` + oops(code, expression, text) + `}}`
	}
	w.is("batch", got, 200, answered("batch",
		`{"fullUrl":"`+base+`/Patient/eve","resource":`+eve+`,"response":{"status":"200 OK",`+first+`}}`,
		`{"response":{"status":"200 OK",`+first+`}}`,
		`{"response":{"status":"304 Not Modified",`+first+`}}`,
		`{"response":{"status":"304 Not Modified",`+first+`}}`,
		`{"fullUrl":"`+base+`/Patient/eve","resource":`+eve+`,"response":{"status":"200 OK",`+first+`}}`,
		`{"fullUrl":"`+base+`/Patient/new-0","resource":`+created+`,"response":{"status":"201 Created","location":"`+base+`/Patient/new-0/_history/1","etag":"W/\"1\"","lastModified":"2026-03-01T13:00:00.000Z"}}`,
		`{"fullUrl":"`+base+`/Patient/eve","resource":`+updated+`,"response":{"status":"200 OK",`+next+`}}`,
		failed("412 Precondition Failed", "conflict", "", "If-Match does not name the current version; read the resource again, and send its ETag as it is"),
		`{"resource":`+searchset+`,"response":{"status":"200 OK"}}`,
		`{"resource":`+searchset+`,"response":{"status":"200 OK"}}`,
		`{"fullUrl":"`+base+`/Patient/eve","resource":`+eve+`,"response":{"status":"200 OK",`+first+`}}`,
		`{"response":{"status":"204 No Content",`+next+`}}`,
		failed("410 Gone", "deleted", "", "the resource has been deleted"),
		failed("404 Not Found", "not-found", "", "there is no such resource, or the access token does not reach it"),
		failed("400 Bad Request", "invalid", "http.no", "search parameter no is not known for Observation"),
		failed("404 Not Found", "not-found", "", "there is nothing at this path; the FHIR base of this server is /fhir"),
		failed("405 Method Not Allowed", "not-supported", "", "DELETE is not possible here; these are: GET, HEAD, OPTIONS"),
		failed("400 Bad Request", "invalid", "resourceType", `the body is a "Observation" and the path is for a Patient`),
	))
}

// Prefer is that of the Bundle, and metadata is there for everyone.
func TestBatchPrefer(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	put := brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve"}`)
	again := `"response":{"status":"200 OK","etag":"W/\"%d\"","lastModified":"2026-03-01T12:00:00.000Z"`
	read := `{"fullUrl":"` + base + `/Patient/eve","resource":{"resourceType":"Patient","id":"eve","meta":{"versionId":"2","lastUpdated":"2026-03-01T12:00:00.000Z"}},"response":{"status":"200 OK","etag":"W/\"2\"","lastModified":"2026-03-01T12:00:00.000Z"}}`
	for _, typ := range []string{"batch", "transaction"} {
		w.is("minimal", w.post(w.all(), sent(typ, put, asks("GET", "Patient/eve")), "Prefer: return=minimal"), 200,
			answered(typ, `{`+fmt.Sprintf(again, 2)+`}}`, read))
		w.is("outcome", w.post(w.all(), sent(typ, put, asks("GET", "Patient/eve")), "Prefer: return=OperationOutcome"), 200,
			answered(typ, `{`+fmt.Sprintf(again, 2)+`,"outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"unchanged Patient/eve, version 2"}]}}}`, read))
		if got := w.entries(w.post(w.all(), sent(typ, asks("GET", "metadata"))))[0]; !strings.HasPrefix(got, `{"resource":{"resourceType":"CapabilityStatement",`) || !strings.HasSuffix(got, `},"response":{"status":"200 OK"}}`) {
			t.Errorf("metadata: %.200s", got)
		}
		w.is("nothing", w.post(w.all(), `{"resourceType":"Bundle","type":"`+typ+`"}`), 200, `{"resourceType":"Bundle","type":"`+typ+`-response"}`)
	}
}

// What is no batch or transaction is refused as a whole.
func TestBundleRefuses(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	w.add(eve)
	before := w.everything()
	many := sent("batch", append(make([]string, 0), strings.Split(strings.Repeat(asks("DELETE", "Patient/eve")+"\n", maxEntries+1), "\n")[:maxEntries+1]...)...)
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no Bundle":    {eve, 400, oops("invalid", "resourceType", `the body is a "Patient" and the path is for a Bundle`)},
		"no type":      {`{"resourceType":"Bundle"}`, 400, oops("required", "Bundle.type", `the Bundle has no type; POST to the base takes a Bundle of type "batch" or "transaction"`)},
		"another type": {`{"resourceType":"Bundle","type":"collection"}`, 400, oops("invalid", "Bundle.type", `POST to the base takes a Bundle of type "batch" or "transaction", not "collection"; any other Bundle is stored, as a whole, by POST to [base]/Bundle`)},
		"type no text": {`{"resourceType":"Bundle","type":["batch"]}`, 400, oops("invalid", "Bundle.type", `POST to the base takes a Bundle of type "batch" or "transaction", not ["batch"]; any other Bundle is stored, as a whole, by POST to [base]/Bundle`)},
		"no entries":   {`{"resourceType":"Bundle","type":"batch","entry":{}}`, 400, oops("structure", "Bundle.entry", "the entries must be a JSON array, not object")},
		"too many":     {many, 413, oops("too-costly", "Bundle.entry", "the Bundle has 10001 entries; this server takes 10000 at once")},
		"syntax":       {`{"resourceType":"Bundle","type":"batch","entry":[{"request":{"url":"a","url":"b"}}]}`, 400, oops("structure", "Bundle.entry[0].request.url", "the body is not JSON as FHIR writes it: duplicate object member name at /entry/0/request/url")},
		"empty":        {" ", 400, oops("required", "", "the body is empty; it must be a Bundle")},
	} {
		w.is(name, w.send(all, http.MethodPost, "", c.body), c.status, c.want)
	}
	w.is("parameter", w.send(all, http.MethodPost, "?x=1", sent("batch")), 400, oops("invalid", "http.x", "search parameter x is no parameter of this interaction"))
	w.is("no token", w.send("", http.MethodPost, "", sent("batch")), 401, oops("login", "", "this server wants an access token: Authorization: Bearer <token>"))
	if w.everything() != before {
		t.Error("something has changed")
	}
}

// An entry that is no request fails alone in a batch, and with its place in the
// Bundle; in a transaction all of them are named at once.
func TestEntryRefused(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	before := w.everything()
	cases := []struct{ entry, called, code, expression, text string }{
		{`1`, "", "structure", "", "an entry is a JSON object, not number"},
		{`{"resource":` + eve + `}`, "", "required", ".request", "the entry has no request; its method and url say what to do"},
		{`{"request":{"url":"Patient"}}`, " (Patient)", "required", ".request.method", "the request of the entry has no method"},
		{`{"request":{"method":"GET"}}`, " (GET)", "required", ".request.url", "the request of the entry has no url"},
		{`{"request":{"method":"GET","url":""}}`, " (GET)", "structure", ".request.url", "url must be a string that is not empty"},
		{`{"request":{"method":1,"url":"Patient"}}`, "", "structure", ".request.method", "method must be a string that is not empty"},
		{asks("OPTIONS", "Patient"), " (OPTIONS Patient)", "code-invalid", ".request.method", "the method must be one of GET, HEAD, POST, PUT, PATCH, DELETE"},
		{asks("get", "Patient"), " (get Patient)", "code-invalid", ".request.method", "the method must be one of GET, HEAD, POST, PUT, PATCH, DELETE"},
		{brings("", "DELETE", "Patient/eve", eve), " (DELETE Patient/eve)", "invalid", ".resource", "a DELETE takes no resource"},
		{`{"resource":[],"request":{"method":"POST","url":"Patient"}}`, " (POST Patient)", "structure", ".resource", "a resource is a JSON object, not array"},
		{asks("GET", "Patient/eve", `"ifMatch":"W/\"1\""`), " (GET Patient/eve)", "not-supported", ".request.ifMatch", "a GET takes no ifMatch; it takes ifNoneMatch and ifModifiedSince"},
		{asks("GET", "Patient/eve", `"ifModifiedSince":"yesterday"`), " (GET Patient/eve)", "value", ".request.ifModifiedSince", "ifModifiedSince must be an instant, such as 2026-03-01T12:00:00Z"},
		{asks("GET", "Patient/%zz"), " (GET Patient/%zz)", "invalid", ".request.url", "the path of the url has a % that is not followed by two hexadecimal digits, or is not in UTF-8"},
		{asks("GET", "Patient/eve#name"), " (GET Patient/eve#name)", "invalid", ".request.url", "the url of a request has no fragment; write %23 for a number sign"},
		{asks("GET", "http://elsewhere/fhir/Patient/eve"), " (GET http://elsewhere/fhir/Patient/eve)", "invalid", ".request.url", "the url is not below the base of this server; write it relative to the base, as in Patient/1"},
		{brings("", "POST", "Patient/_search", eve), " (POST Patient/_search)", "invalid", ".resource", "a search takes no resource; its parameters stand in the url"},
	}
	var entries, answers, issues []string
	for i, c := range cases {
		at := fmt.Sprintf("Bundle.entry[%d]%s", i, c.expression)
		entries = append(entries, c.entry)
		answers = append(answers, `{"response":{"status":"400 Bad Request","outcome":`+oops(c.code, at, c.text)+`}}`)
		issues = append(issues, issueOf(c.code, at, fmt.Sprintf("entry %d%s: %s", i, c.called, c.text)))
	}
	w.is("batch", w.post(w.all(), sent("batch", entries...)), 200, answered("batch", answers...))
	w.is("transaction", w.post(w.all(), sent("transaction", entries...)), 400, outcomeWith(issues...))
	if w.everything() != before {
		t.Error("something has changed")
	}
}

// A Bundle in a Bundle: stored by POST to [base]/Bundle, refused by POST to [base].
func TestNested(t *testing.T) {
	w := newWorld(t)
	inner := sent("batch", asks("DELETE", "Patient/eve"))
	got := w.post(w.all(), sent("batch", brings("", "POST", "?", inner), brings("", "POST", "Bundle", inner), brings("", "POST", base, inner)))
	refused := `{"response":{"status":"400 Bad Request","outcome":` + oops("invalid", "", "batch/transaction cannot be an entry of a batch or transaction: it needs transactions of its own") + `}}`
	w.is("nested", got, 200, answered("batch", refused, w.entries(got)[1], refused))
	if entry := w.entries(got)[1]; !strings.Contains(entry, `"status":"201 Created"`) {
		t.Errorf("stored: %s", entry)
	}
}
