package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
)

func TestNegotiate(t *testing.T) {
	const (
		json     = "application/json"
		textJSON = "text/json"
		refused  = ""
	)
	for _, c := range []struct {
		format, accept string
		want           string
	}{
		{"", "", fhirJSON},
		{"", "*/*", fhirJSON},
		{"", "application/*", fhirJSON},
		{"", "application/fhir+json", fhirJSON},
		{"", "application/fhir+json; fhirVersion=4.0", fhirJSON},
		{"", "application/fhir+json; fhirVersion=3.0", refused},
		{"", "application/fhir+json; charset=UTF-8", fhirJSON},
		{"", "application/fhir+json; charset=latin1", refused},
		{"", "application/json", json},
		{"", "text/json", textJSON},
		{"", "application/fhir+xml", refused},
		{"", "application/fhir+xml, application/json;q=0.5", json},
		{"", "application/json;q=0.1, application/fhir+json", fhirJSON},
		{"", "application/json, application/fhir+json;q=0.1", json},
		{"", "application/json, application/fhir+json", json}, // liked equally: the first
		{"", "application/fhir+json, application/json", fhirJSON},
		{"", "application/fhir+json;q=0", refused},
		{"", "text/turtle", refused},
		{"", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", fhirJSON}, // a browser
		{"", "nonsense", refused},
		{"", "text/*", textJSON},
		{"", "text/*;q=0.5, application/*;q=0.4", textJSON},
		{"", "image/*", refused},
		{"", "Application/FHIR+JSON", fhirJSON},
		{"", "application/json; charset=\"utf-8\"", json},
		{"", "application/fhir+json;fhirVersion=4.0;q=0.3, application/json;q=0.2", fhirJSON},
		{"", "application/fhir+json;fhirVersion=3.0, application/json", json},
		{"", "application/fhir+json;fhirVersion=4.0.1", refused}, // http.html#version-parameter: major and minor
		// The most specific range decides (RFC 9110, section 12.5.1).
		{"", "*/*, application/fhir+json;q=0", json},
		{"", "application/*;q=0, */*", textJSON},
		{"", "application/fhir+json;q=0.1, application/json;q=0.2, */*;q=1", textJSON},
		{"", "application/fhir+json;q=0, application/json;q=0, text/json;q=0, */*", refused},
		{"", "*/*;q=0", refused},
		{"", "application/fhir+xml, */*;q=0.1", fhirJSON},
		{"", "application/json, */*", json},
		{"", "*/*, application/json", fhirJSON},
		// What is no weight is none.
		{"", "application/fhir+json;q=2", refused},
		{"", "application/fhir+json;q=-1", refused},
		{"", "application/fhir+json;q=NaN", refused},
		{"", "application/fhir+json;q=x, application/json;q=0.001", json},
		{"", "application/fhir+json;q=1.000", fhirJSON},
		{"", "application/fhir+json;Q=0.5, application/json;q=.7", json},
		// Lists, and what is no list.
		{"", " , ,", fhirJSON},
		{"", " application/json ,,application/fhir+json;q=0.1", json},
		{"", "text/turtle;x=\"a, application/json\"", refused},
		{"", "text/turtle;x=\"a\\\", application/fhir+json, \", application/json", json},
		{"", "application/json;x=\"", refused},
		{"", "*, application/json;q=0.2", json},
		{"json", "application/fhir+xml", fhirJSON}, // _format wins
		{"application/json", "application/fhir+xml", json},
		{"application/fhir+json", "", fhirJSON},
		{"application/fhir json", "", fhirJSON}, // "+" that was not escaped
		{"text/json", "", textJSON},
		{"xml", "", refused},
		{"ttl", "application/json", refused},
		{"application/fhir+xml", "", refused},
		{"html", "", refused},
		{"JSON", "", fhirJSON},
		{" json", "", fhirJSON},
		{"json; fhirVersion=4.0", "", fhirJSON},
		{"json; fhirVersion=3.0", "application/json", refused},
		{"application/fhir+json;charset=utf-8", "", fhirJSON},
		{"application/fhir+json;charset=utf-16", "", refused},
		{"application/fhir json; fhirVersion=4.0", "", fhirJSON},
		{"application/xml", "", refused},
		{"text/xml", "", refused},
		{"text/turtle", "", refused},
		{"application/json+fhir", "", refused}, // DSTU2
		{"*/*", "", refused},
		{"application/json, application/xml", "", refused},
	} {
		r := &request{header: http.Header{}, format: format{mime: fhirJSON}}
		if c.format != "" {
			r.params = []search.Pair{{Name: "_format", Value: c.format}}
		}
		if c.accept != "" {
			r.header.Set("Accept", c.accept)
		}
		err := r.negotiate()
		if c.want == refused {
			if err == nil {
				t.Errorf("_format=%q Accept: %q is accepted as %q", c.format, c.accept, r.format.mime)
			} else if p, ok := r.explain(err); !ok || p.status != http.StatusNotAcceptable {
				t.Errorf("_format=%q Accept: %q: status %d, want 406", c.format, c.accept, p.status)
			}
			continue
		}
		if err != nil || r.format.mime != c.want {
			t.Errorf("_format=%q Accept: %q: %q %v, want %q", c.format, c.accept, r.format.mime, err, c.want)
		}
	}
}

func TestBodyType(t *testing.T) {
	for _, c := range []struct {
		contentType string
		ok          bool
	}{
		{"application/fhir+json", true},
		{"application/fhir+json; charset=utf-8; fhirVersion=4.0", true},
		{"application/fhir+json;charset=UTF-8", true},
		{"application/fhir+json; charset=\"utf-8\"", true},
		{"Application/FHIR+JSON", true},
		{"application/json", true},
		{"text/json", true},
		{"application/fhir+json; charset=iso-8859-1", false},
		{"application/fhir+json; fhirVersion=5.0", false},
		{"application/fhir+json; charset=utf-8; charset=utf-16", false},
		{"application/fhir+xml", false},
		{"text/turtle", false},
		{"application/x-www-form-urlencoded", false},
		{"application/*", false},
		{"nonsense", false},
		{"", false},
	} {
		r := &request{header: http.Header{"Content-Type": {c.contentType}}}
		err := r.bodyType(mediaTypes)
		if (err == nil) != c.ok {
			t.Errorf("Content-Type: %q: %v", c.contentType, err)
		}
		if err == nil {
			continue
		}
		const accepted = "application/fhir+json, application/json, text/json"
		if p, _ := r.explain(err); p.status != http.StatusUnsupportedMediaType || p.header.Get("Accept") != accepted {
			t.Errorf("Content-Type: %q: status %d, %v, want 415", c.contentType, p.status, p.header)
		}
	}
}

// What a client says of formats is heeded before anything is done, by every verb,
// and says nothing about the body that it sends.
func TestNegotiationOfWrites(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	const (
		xml  = "this server writes FHIR R4 as JSON only: ask for application/fhir+json, or with _format=json"
		body = `{"resourceType":"Patient","id":"x"}`
		kept = `{"resourceType":"Patient","id":"x",` + stamp + `}`
	)
	unsupported := oops("not-supported", "http.Content-Type", "the Content-Type must be application/fhir+json, in UTF-8")
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
		want               string
	}{
		{"_format", "PUT", "/Patient/x?_format=xml", nil, 406, oops("not-supported", "http._format", xml)},
		{"Accept", "PUT", "/Patient/x", []string{"Accept: application/fhir+xml"}, 406, oops("not-supported", "http.Accept", xml)},
		{"Accept", "POST", "/Patient", []string{"Accept: application/fhir+xml, text/turtle"}, 406, oops("not-supported", "http.Accept", xml)},
		{"Accept", "DELETE", "/Patient/x", []string{"Accept: application/fhir+xml"}, 406, oops("not-supported", "http.Accept", xml)},
		{"both", "PUT", "/Patient/x?_format=xml", []string{"Accept: application/fhir+json"}, 406, oops("not-supported", "http._format", xml)},
		{"XML", "PUT", "/Patient/x", []string{"Content-Type: application/fhir+xml"}, 415, unsupported},
		{"Turtle", "PUT", "/Patient/x?_format=json", []string{"Content-Type: text/turtle"}, 415, unsupported},
		{"charset", "PUT", "/Patient/x", []string{"Content-Type: application/fhir+json; charset=iso-8859-1"}, 415, unsupported},
		{"version", "PUT", "/Patient/x", []string{"Content-Type: application/fhir+json; fhirVersion=3.0"}, 415, unsupported},
		{"absent still", "GET", "/Patient/x", nil, 404, oops("not-found", "", noSee)},
		{"unknown preferences", "PUT", "/Patient/x", []string{"Prefer: return=everything, respond-async, x=y; z"}, 201, kept},
		{"Accept-Charset", "PUT", "/Patient/x", []string{"Accept-Charset: iso-8859-1", "Accept-Language: de"}, 200, kept},
		{"UTF-8", "PUT", "/Patient/x", []string{"Content-Type: application/json;charset=UTF-8"}, 200, kept},
	} {
		sent := body
		if c.method == http.MethodGet || c.method == http.MethodDelete {
			sent = ""
		}
		w.is(c.method+" "+c.name, w.send(all, c.method, c.path, sent, c.headers...), c.status, c.want)
	}
	// A body that does not say what it is.
	r := httptest.NewRequest(http.MethodPut, base+"/Patient/x", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+all)
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	w.is("no Content-Type", reply{recorder.Code, recorder.Result().Header, recorder.Body.String()}, 415, unsupported, "Accept: application/fhir+json, application/json, text/json")
	w.is("it is there", w.get(all, "/Patient/x?_format=text/json", "Accept: text/turtle"), 200, kept, "Content-Type: text/json; charset=utf-8")
	w.is("pluses", w.get(all, "/Patient/x?_format=application/fhir+json"), 200, kept, "Content-Type: application/fhir+json; charset=utf-8")
	w.is("escaped pluses", w.get(all, "/Patient/x?_format=application%2Ffhir%2Bjson%3BfhirVersion%3D4.0"), 200, kept, "Content-Type: application/fhir+json; charset=utf-8")
}
