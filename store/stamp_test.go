package store

import (
	"cmp"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

func TestStamp(t *testing.T) {
	version := Resource{Key: Key{"Patient", "p1"}, Version: 3,
		Updated: time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.UTC)}
	const meta = `"meta":{"versionId":"3","lastUpdated":"2026-01-02T03:04:05.060Z"`
	for name, c := range map[string]struct{ in, want string }{
		"nothing there": {
			`{"resourceType":"Patient","active":true}`,
			`{"resourceType":"Patient","id":"p1",` + meta + `},"active":true}`},
		"order and literals stay": {
			`{"active":true,"id":"old","x":1.00,"resourceType":"Patient","meta":{"tag":[{"code":"a"}],"versionId":"9"}}`,
			`{"active":true,"id":"p1","x":1.00,"resourceType":"Patient",` + meta + `,"tag":[{"code":"a"}]}}`},
		"id before type": {
			`{"id":"p1","resourceType":"Patient"}`,
			`{"id":"p1",` + meta + `},"resourceType":"Patient"}`},
	} {
		n, err := fhirjson.Parse([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		draft := Draft{typ: "Patient", resource: n}
		got, err := draft.stamp(version)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v\nwant %s", name, got, err, c.want)
		}
		again, _ := fhirjson.Parse(got)
		if same, err := (Draft{typ: "Patient", resource: again}).is(Resource{Key: version.Key, Version: 3, Updated: version.Updated, Body: got}); !same || err != nil {
			t.Errorf("%s: its own content counts as changed (%v)", name, err)
		}
	}
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		`[]`:                                  "Patient: a resource is a JSON object, not array",
		`{"resourceType":"Device"}`:           `Patient.resourceType: must be "Patient", not "Device"`,
		`{"resourceType":"Patient","meta":3}`: "Patient.meta: must be an object, not number",
	} {
		n, err := fhirjson.Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (Drafter{validation: ValidateOff, registry: registry}).Draft("Patient", n); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// TestEntriesOfAStampedDraft: what is made of the draft is what would be made of
// the version's JSON.
func TestEntriesOfAStampedDraft(t *testing.T) {
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	version := Resource{Version: 3, Updated: time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.UTC)}
	for _, in := range []string{
		`{"resourceType":"Patient","active":true,"name":[{"family":"Old Name"}],"birthDate":"1980-02"}`,
		`{"resourceType":"Patient","id":"other","meta":{"versionId":"9","lastUpdated":"2001-02-03T04:05:06Z","tag":[{"code":"a","display":"Tagged"}]}}`,
		`{"resourceType":"Patient","meta":{"lastUpdated":"no date","profile":["http://example.org/p"]}}`,
		`{"resourceType":"Observation","meta":{"source":"http://example.org/s"},"status":"final","code":{"text":"Height"},"subject":{"reference":"Patient/p"},` +
			`"effectiveDateTime":"2020-01-01","valueQuantity":{"value":1.80,"unit":"m","system":"http://unitsofmeasure.org","code":"m"}}`,
		`{"resourceType":"Basic","code":{"text":"x"},"meta":{}}`,
		`{"resourceType":"Bundle","type":"collection","timestamp":"2020-01-01T00:00:00Z"}`,
	} {
		n, err := fhirjson.Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		version.Key = Key{n.Get("resourceType").Text(), "p1"}
		draft, err := Drafter{validation: ValidateOff, registry: registry}.Draft(version.Type, n)
		if err != nil {
			t.Fatal(err)
		}
		body, err := draft.stamp(version)
		if err != nil {
			t.Fatal(err)
		}
		stamped, err := fhirjson.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		want, err := registry.Extract(version.Type, stamped, "")
		if err != nil {
			t.Fatal(err)
		}
		got := registry.Stamp(version.Type, draft.entries, version.Updated)
		for _, e := range []*search.Entries{&want, &got} {
			slices.SortFunc(e.Dates, func(a, b search.DateEntry) int {
				return cmp.Or(cmp.Compare(a.Param.Code, b.Param.Code), cmp.Compare(a.Low, b.Low))
			})
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", in, got, want)
		}
	}
}
