package api

import (
	"slices"
	"testing"
)

// A target in `_revinclude` says what is referred to (search.html#revinclude): what
// refers to another type is not brought along, whether or not it is iterated.
func TestRevincludeTarget(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"p"}`,
		`{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"}}`,
		`{"resourceType":"Provenance","id":"of-o","target":[{"reference":"Observation/o"}]}`,
		`{"resourceType":"Provenance","id":"of-p","target":[{"reference":"Patient/p"}]}`,
		`{"resourceType":"Provenance","id":"of-of-p","target":[{"reference":"Provenance/of-p"}]}`)
	all := w.all()
	for query, want := range map[string][]string{
		"/Observation?_revinclude=Provenance:target":                                                      {"Observation/o", "include Provenance/of-o"},
		"/?_type=Observation,Patient&_revinclude=Provenance:target:Patient":                               {"Observation/o", "Patient/p", "include Provenance/of-p"},
		"/?_type=Observation,Patient&_revinclude=Provenance:target:Observation":                           {"Observation/o", "Patient/p", "include Provenance/of-o"},
		"/Observation?_revinclude:iterate=Provenance:target:Provenance":                                   {"Observation/o"},
		"/Patient?_revinclude=Provenance:target:Patient&_revinclude:iterate=Provenance:target:Provenance": {"Patient/p", "include Provenance/of-of-p", "include Provenance/of-p"},
		"/Observation?_include=Observation:subject&_revinclude:iterate=Provenance:target:Patient":         {"Observation/o", "include Patient/p", "include Provenance/of-p"},
	} {
		if got := slices.Sorted(slices.Values(w.bundle(w.get(all, query)).ids())); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}
