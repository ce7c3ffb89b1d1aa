package api

import (
	"net/http"
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
		{"", "", fhirJSON},
		{"json", "application/fhir+xml", fhirJSON}, // _format wins
		{"application/json", "application/fhir+xml", json},
		{"application/fhir+json", "", fhirJSON},
		{"application/fhir json", "", fhirJSON}, // "+" that was not escaped
		{"text/json", "", textJSON},
		{"xml", "", refused},
		{"ttl", "application/json", refused},
		{"application/fhir+xml", "", refused},
		{"html", "", refused},
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
		contentType, encoding string
		ok                    bool
	}{
		{"application/fhir+json", "", true},
		{"application/fhir+json; charset=utf-8; fhirVersion=4.0", "identity", true},
		{"application/json", "", true},
		{"text/json", "", true},
		{"application/fhir+json; charset=iso-8859-1", "", false},
		{"application/fhir+json; fhirVersion=5.0", "", false},
		{"application/fhir+xml", "", false},
		{"application/x-www-form-urlencoded", "", false},
		{"", "", false},
		{"application/fhir+json", "gzip", false},
	} {
		r := &request{header: http.Header{"Content-Type": {c.contentType}}}
		if c.encoding != "" {
			r.header.Set("Content-Encoding", c.encoding)
		}
		err := r.bodyType(mediaTypes)
		if (err == nil) != c.ok {
			t.Errorf("Content-Type: %q, Content-Encoding: %q: %v", c.contentType, c.encoding, err)
		}
		if err == nil {
			continue
		}
		if p, _ := r.explain(err); p.status != http.StatusUnsupportedMediaType {
			t.Errorf("Content-Type: %q: status %d, want 415", c.contentType, p.status)
		}
	}
}
