package api

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
)

func TestLink(t *testing.T) {
	s := &server{base: "https://ehr.example.org/fhir"}
	for _, c := range []struct {
		request request
		pairs   []search.Pair
		want    string
	}{
		{request{route: &route{pattern: system}}, nil, "https://ehr.example.org/fhir"},
		{request{route: &route{pattern: ofType + searchURL}, typ: "Patient"}, []search.Pair{{Name: "name:exact", Value: "Ève & Co"}},
			"https://ehr.example.org/fhir/Patient?name:exact=%C3%88ve%20%26%20Co"},
		{request{route: &route{pattern: inChart}, typ: "Patient", key: "1", member: "Observation"},
			[]search.Pair{{Name: "code", Value: "http://loinc.org|1-8,http://loinc.org|2"}},
			"https://ehr.example.org/fhir/Patient/1/Observation?code=http://loinc.org%7C1-8,http://loinc.org%7C2"},
		{request{route: &route{pattern: instance + searchURL}, typ: "Patient", key: "1"}, nil, "https://ehr.example.org/fhir/Patient/1/*"},
		{request{route: &route{pattern: versions}, typ: "Patient", key: "1"}, []search.Pair{{Name: "_count", Value: "2"}},
			"https://ehr.example.org/fhir/Patient/1/_history?_count=2"},
		{request{route: &route{pattern: ofType}, typ: "Patient", format: format{explicit: "json", pretty: true}}, []search.Pair{{Name: "a", Value: "1"}},
			"https://ehr.example.org/fhir/Patient?a=1&_format=json&_pretty=true"},
	} {
		if got := s.link(&c.request, c.pairs); got != c.want {
			t.Errorf("link %s\nwant %s", got, c.want)
		}
	}
}

// Every byte is written as url.QueryEscape does, but for those that stay legible.
func TestEscapedBytes(t *testing.T) {
	legible := strings.NewReplacer("+", "%20", "%3A", ":", "%2F", "/", "%2C", ",")
	for c := range 256 {
		text := string([]byte{byte(c)})
		if got, want := string(appendEscaped(nil, text)), legible.Replace(url.QueryEscape(text)); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

// A link must bring back what it was made of, whatever the client sent.
func TestLinkRoundTrip(t *testing.T) {
	s := &server{base: "https://ehr.example.org/fhir"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 10, -1).Draw(t, "name")
		value := rapid.String().Draw(t, "value")
		link := s.link(&request{route: &route{pattern: ofType}, typ: "Patient"}, []search.Pair{{Name: name, Value: value}})
		u, err := url.Parse(link)
		if err != nil {
			t.Fatalf("%s: %v", link, err)
		}
		pairs, err := parsePairs(u.RawQuery)
		if err != nil || len(pairs) != 1 || pairs[0].Name != name || pairs[0].Value != value {
			t.Fatalf("%s: %q, %v", link, pairs, err)
		}
	})
}
