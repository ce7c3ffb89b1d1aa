package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// FuzzRequest: whatever is asked, the answer is no 5xx, and is FHIR. Of the
// headers each line is one.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/Patient/eve", "", ""}, {"GET", "/Patient/eve", "If-None-Match: W/\"1\"\nAccept: application/json", ""}, {"HEAD", "/Patient/eve/_history/1", "", ""},
		{"GET", "/Patient?name=eve&_sort=-birthdate&_include=*&_count=1", "Prefer: handling=lenient", ""},
		{"GET", "/Observation?subject:Patient.name=x&_has:Provenance:target:agent=1&_filter=code%20eq%20a", "", ""},
		{"GET", "/Patient/eve/*?_type=Observation", "", ""}, {"GET", "?_type=Patient,Observation&_lastUpdated=gt2020", "", ""},
		{"GET", "/Patient/eve/_history?_since=2020&_count=1", "", ""}, {"GET", "/_history?_at=2026", "", ""}, {"GET", "/Patient/_history?_count=0", "", ""},
		{"POST", "/Patient", "Prefer: return=minimal", `{"resourceType":"Patient","active":true,"birthDate":"1970-01-01"}`},
		{"POST", "/Patient", "If-None-Exist: identifier=urn:s|twin", `{"resourceType":"Patient"}`}, {"PUT", "/Patient?identifier=urn:s|1", "", `{"resourceType":"Patient"}`},
		{"PUT", "/Patient/eve", "If-Match: W/\"1\"", `{"resourceType":"Patient","id":"eve","name":[{"family":"A","_family":{"extension":[]}}]}`},
		{"DELETE", "/Patient/eve", "", ""}, {"DELETE", "/Patient?identifier=urn:s|1", "", ""},
		{"PATCH", "/Patient/eve", "Content-Type: application/json-patch+json", `[{"op":"replace","path":"/active","value":false},{"op":"test","path":"/id","value":"eve"}]`},
		{"PATCH", "/Patient/eve", "", `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.name[0]"}]}]}`},
		{"POST", "/Patient/_search", "Content-Type: application/x-www-form-urlencoded", "name=eve&_summary=count"},
		{"POST", "", "", `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},` +
			`{"resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}},"request":{"method":"PUT","url":"Observation?identifier=1","ifMatch":"W/\"1\""}},{"request":{"method":"GET","url":"Patient?name=x"}}]}`},
		{"POST", "", "", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"DELETE","url":"Patient/eve"}},{"request":{"method":"GET","url":"metadata"}}]}`},
		{"POST", "/Patient/$validate", "", `{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"},{"name":"resource","resource":{"resourceType":"Patient","birthDate":"1"}}]}`},
		{"OPTIONS", "", "", ""}, {"GET", "/metadata?_format=json&_pretty=true", "", ""}, {"POST", "/Patient", "Content-Encoding: gzip", "\x1f\x8b\x08\x00"}, {"GET", "//%2F/%00?%ff", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	w := newWorld(f, func(c *Config) { c.AuthOff = true; c.MaxBody = 1 << 20 })
	quietly := slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelError}))
	handler, err := New(Config{Store: w.store, BaseURL: base, AuthOff: true, MaxBody: 1 << 20, Clock: w.Now, Logger: quietly})
	if err != nil {
		f.Fatal(err)
	}
	w.add(eve)
	f.Fuzz(func(t *testing.T, method, path, headers, body string) {
		target, err := url.ParseRequestURI(BasePath + path)
		if err != nil {
			t.Skip() // net/http refuses it
		}
		r := httptest.NewRequest(http.MethodGet, base, strings.NewReader(body))
		r.Method, r.URL, r.RequestURI = method, target, BasePath+path
		r.Header.Set("Content-Type", fhirJSON)
		for header := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(header, ": "); ok {
				r.Header.Set(name, value)
			}
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		if w.logs.Len() > 0 {
			t.Fatalf("%s %q, %q, %q: %s", method, path, headers, body, w.logs.String())
		}
		if recorder.Code >= 500 && recorder.Code != http.StatusNotImplemented {
			t.Fatalf("%s %q, %q, %q: %d %s", method, path, headers, body, recorder.Code, recorder.Body)
		}
		if recorder.Body.Len() == 0 || recorder.Header().Get("Content-Encoding") != "" {
			return
		}
		answer, err := fhirjson.Parse(recorder.Body.Bytes())
		if err != nil || recorder.Code >= 400 && answer.Get("resourceType").Text() != "OperationOutcome" {
			t.Fatalf("%s %q, %q, %q: %d %s: %v", method, path, headers, body, recorder.Code, recorder.Body, err)
		}
	})
}

// FuzzHeaders: nothing panics, and what is read from a header is something that
// can be meant.
func FuzzHeaders(f *testing.F) {
	for _, seed := range []string{
		`W/"3"`, `"3"`, `W/"0"`, `W/"1", W/"2"`, "*", `W/"9223372036854775807"`, `"`, "return=minimal", "return=representation; x=y, handling=lenient", `return="OperationOutcome"`, "RETURN = minimal", ";;=,,",
		"application/fhir+json; fhirVersion=4.0", "application/json;q=0.5, */*;q=0.1", "text/html", "application/json; charset=utf-8", "application/json;q=NaN", "gzip, identity",
		"Sat, 29 Oct 1994 19:43:31 GMT", "Bearer abc", "bearer", "identifier=urn:s|1&_count=1", "\xff\x00",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		header := http.Header{}
		for _, name := range []string{"Accept", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match", "If-Modified-Since", "If-None-Exist", "Prefer", "Authorization", "X-Request-Id"} {
			header[name] = []string{one, other}[:1+len(other)%2]
		}
		r := &request{header: header, format: format{mime: fhirJSON}, context: t.Context()}
		if version := tagVersion(one); version < 1 || version != noVersion && tagVersion(etag(version)) != version {
			t.Fatalf("%q is version %d", one, version)
		}
		if shown := r.returns(); !slices.Contains([]string{returnMinimal, returnRepresentation, returnOutcome}, shown) {
			t.Fatalf("%q returns %q", one, shown)
		}
		if err := r.negotiate(); err == nil && !slices.Contains(mediaTypes, r.format.mime) {
			t.Fatalf("%q is answered in %q", one, r.format.mime)
		}
		if q := quality(map[string]string{"q": one}); q < 0 || q > 1 { // NaN is never the best
			t.Fatalf("%q has quality %v", one, q)
		}
		if token, err := bearer(header); err == nil && (token == "" || strings.TrimSpace(token) != token) {
			t.Fatalf("%q is the token %q", one, token)
		}
		if id := requestID(header); !requestIDPattern.MatchString(id) {
			t.Fatalf("%q is the request %q", one, id)
		}
		_ = r.lenient()
		_ = r.bodyType([]string{fhirJSON})
	})
}
