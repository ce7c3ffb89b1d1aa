package search

import (
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// MainDate is what Extract would make the resource stand by.
func TestMainDate(t *testing.T) {
	r, err := NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ typ, rest string }{
		{"Observation", `"effectiveDateTime":"2024-02"`},
		{"Observation", `"effectiveInstant":"2024-02-03T04:05:06.789Z"`},
		{"Observation", `"effectivePeriod":{"start":"2024","end":"2025"}`},
		{"Observation", `"effectivePeriod":{"end":"2025"}`},
		{"Observation", `"effectiveTiming":{"event":["2025","2024-01-02"]}`},
		{"Observation", `"issued":"2024-02-03T04:05:06.789Z","effectiveDateTime":"yesterday"`},
		{"Organization", `"name":"x"`},
	} {
		resource, err := fhirjson.Parse([]byte(`{"resourceType":"` + c.typ + `",` + c.rest + `}`))
		if err != nil {
			t.Fatal(err)
		}
		e, err := r.Extract(c.typ, resource, "")
		if got := r.MainDate(c.typ, resource); err != nil || got != e.Sort {
			t.Errorf("%s: %d, want %d, %v", c.rest, got, e.Sort, err)
		}
	}
	if r.MainDate("Nothing", nil) != NoSort {
		t.Error("what is no type has a date")
	}
}
