package store

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
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
		draft := Draft{"Patient", n}
		got, err := draft.stamp(version)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v\nwant %s", name, got, err, c.want)
		}
		again, _ := fhirjson.Parse(got)
		if same, err := (Draft{"Patient", again}).is(Resource{Key: version.Key, Version: 3, Updated: version.Updated, Body: got}); !same || err != nil {
			t.Errorf("%s: its own content counts as changed (%v)", name, err)
		}
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
		if _, err := (Drafter{ValidateOff}).Draft("Patient", n); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
