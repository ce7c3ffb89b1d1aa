package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// example is a path of a pattern.
var example = strings.NewReplacer(":type", "Patient", ":id", "eve", ":member", "Observation", ":version", "1")

// The table is walked: what it serves wants a token and is served, what it
// refuses is refused, and everything else is a 405 that says what would do.
func TestEveryRoute(t *testing.T) {
	w := newWorld(t)
	w.add(eve, `{"resourceType":"Encounter","id":"eve"}`)
	all := w.all()
	table := new(server).routes()
	for _, rt := range table {
		for _, method := range knownMethods {
			path := example.Replace(rt.pattern)
			name := method + " " + path
			line := (&dispatcher{routes: table}).find(rt.pattern, method)
			allow := strings.Join(methods(table, rt.pattern), ", ")
			unauthorized, got := w.send("", method, path, ""), w.send(all, method, path, "")
			if method == http.MethodHead { // the body of what GET answers
				get := w.send("", http.MethodGet, path, "")
				unauthorized.body = get.body
				got.body = w.send(all, http.MethodGet, path, "").body
			}
			switch {
			case method == http.MethodOptions && allow != "":
				w.is(name, unauthorized, 204, "", "Allow: "+allow)
				w.is(name, got, 204, "", "Allow: "+allow)
			case line != nil && line.public != nil:
				if unauthorized.status != 200 {
					t.Errorf("%s without token: %v", name, unauthorized)
				}
			case line != nil && line.served():
				w.is(name, unauthorized, 401, oops("login", "", "this server wants an access token: Authorization: Bearer <token>"), `WWW-Authenticate: Bearer realm="granary"`)
				if rt.pattern == explanationURL { // and none is kept
					w.is(name, got, 404, oops("not-found", "", "there is no such resource, or the access token does not reach it"))
				} else if got.status == 401 || got.status == 404 || got.status == 405 || got.status >= 500 {
					t.Errorf("%s: %v", name, got)
				}
			case allow == "":
				w.is(name, got, 404, oops("not-supported", "", refusal(line, method)), "Allow:")
			default:
				w.is(name, got, 405, oops("not-supported", "", refusal(line, method)+"; these are: "+allow), "Allow: "+allow)
			}
		}
	}
}

func refusal(line *route, method string) string {
	if line != nil {
		return line.refusal
	}
	return notPossible("", method).refusal
}

// Odd paths and methods end in an OperationOutcome, and never in a panic.
func TestOddRequests(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	for _, path := range []string{"", "/", "//", "*", "/fhir//", "/fhir//Patient", "/fhir/Patient//", "/fhir/Patient/%00", "/fhir/%2e%2e/", "/fhir/Patient/a%2Fb",
		"/fhirx", "/FHIR/Patient", "/fhir/Patient/eve/_history/1/", "/fhir/Patient/" + strings.Repeat("x", 5000), "/fhir/Patient/eve/x/y/z/_search",
		"/fhir/_search/", "/fhir/metadata/x", "/fhir/metadata/x/_history", "/fhir/:type/:id", "/fhir/Patient/$x/_history/$y", "/fhir/Patient;x=1", "/fhir/\xff\xfe"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"} {
			r := httptest.NewRequest(http.MethodGet, base, strings.NewReader("{}"))
			r.Method = method
			unescaped, err := url.PathUnescape(path)
			if err != nil {
				unescaped = path
			}
			r.URL.Path, r.URL.RawPath = unescaped, path
			r.Header.Set("Authorization", "Bearer "+all)
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, r)
			if recorder.Code >= 500 && recorder.Code != 501 {
				t.Errorf("%s %q: %d", method, path, recorder.Code)
			}
			if recorder.Code >= 400 && method != "HEAD" && !strings.HasPrefix(recorder.Body.String(), `{"resourceType":"OperationOutcome"`) {
				t.Errorf("%s %q: %d %s", method, path, recorder.Code, recorder.Body)
			}
		}
	}
	if strings.Contains(w.logs.String(), "panic") {
		t.Error(w.logs.String())
	}
	w.is("unknown method", w.send(all, "PROPFIND", "/Patient", ""), 501, oops("not-supported", "", "the method is not known to this server"))
}

// What is the server's own fault is told to the log and not to the client.
func TestInternalErrors(t *testing.T) {
	w := newWorld(t)
	d := &dispatcher{log: quiet(&w.logs), routes: new(server).routes()}
	r := &request{id: "q1", route: &route{}}
	text := oops("exception", "", "the server made a mistake; its log knows more under the request id q1")
	if got := d.outcome(r, errors.New("secret path /data")); got.status != 500 || string(got.body) != text {
		t.Errorf("%d %s", got.status, got.body)
	}
	r.route = &route{public: func(*request) (*response, error) { panic("secret cause") }}
	if got := d.answer(r, d.run); got.status != 500 || string(got.body) != text {
		t.Errorf("%d %s", got.status, got.body)
	}
	for _, want := range []string{"request=q1", "secret path /data", "secret cause", "dispatch_test.go"} {
		if !strings.Contains(w.logs.String(), want) {
			t.Errorf("the log lacks %q: %s", want, w.logs.String())
		}
	}
	got := d.outcome(r, store.ErrUnavailable)
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "2" {
		t.Errorf("%d %v", got.status, got.header)
	}
	w.logs.Reset()
	d.access(r, d.outcome(r, fmt.Errorf("%w: the cause", store.ErrUnavailable)), 0)
	if !strings.Contains(w.logs.String(), `status=503 took=0s cause="the store is unavailable: the cause"`) {
		t.Errorf("the log does not tell what the store was busy with: %s", w.logs.String())
	}
}

// Odd values end in a status below 500 too.
func TestOddValues(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	for _, value := range []string{"", "%00", "%ff", "%F0%9F%98%80", "'", "%22", "\\", "|", ",", ",,", "$", "*", "%25", "-", strings.Repeat("x", 5000), "9999999999999999999999", "1e999", "NaN", "a%0Ab"} {
		for _, name := range []string{"name", "name:exact", "birthdate", "_id", "identifier", "general-practitioner", "_lastUpdated", "_sort", "_count", "_include", "_elements", "_summary", "_total", "_type",
			"_has:Observation:subject:code", "organization.name", "_filter", "_text", "_content", "_list", "_cursor", "_format", "_pretty", value} {
			for _, path := range []string{"/Patient", "", "/Patient/eve/*", "/Patient/eve", "/Patient/eve/_history"} {
				if got := w.get(all, path+"?"+name+"="+value); got.status >= 500 {
					t.Errorf("%s?%.60s=%.60s: %d", path, name, value, got.status)
				}
			}
		}
	}
	if log := w.logs.String(); strings.Contains(log, "ERROR") {
		t.Error("there are errors in the log")
	}
}
