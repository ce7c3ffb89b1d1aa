package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/patch"
)

// What a patch leaves behind is checked as any resource that is written: all that
// is wrong is told, and nothing is stored.
func TestPatchIsValidated(t *testing.T) {
	w := strictWorld(t)
	all := w.all()
	const stored = `{"resourceType":"Observation","id":"o",` + stamp + `,"status":"final","code":{"text":"x"},"component":[{"code":{"text":"y"},"valueBoolean":true}]}`
	w.is("stored", w.send(all, http.MethodPut, "/Observation/o", stored), 201, stored)
	fp := func(parts ...string) string {
		operations := ""
		for i, part := range parts {
			if i > 0 {
				operations += ","
			}
			operations += `{"name":"operation","part":[` + part + `]}`
		}
		return `{"resourceType":"Parameters","parameter":[` + operations + `]}`
	}
	remove := func(path string) string {
		return `{"name":"type","valueCode":"delete"},{"name":"path","valueString":"` + path + `"}`
	}
	required := func(path string) string {
		return `{"severity":"error","code":"required","diagnostics":"` + path + `: is required","expression":["` + path + `"]}`
	}
	outcome := func(issues ...string) string {
		return `{"resourceType":"OperationOutcome","issue":[` + strings.Join(issues, ",") + `]}`
	}
	for name, c := range map[string]struct{ media, body, want string }{
		"JSON Patch, one":         {patch.JSONType, `[{"op":"remove","path":"/code"}]`, outcome(required("Observation.code"))},
		"JSON Patch, several":     {patch.JSONType, `[{"op":"remove","path":"/status"},{"op":"remove","path":"/code"},{"op":"remove","path":"/component/0/code"}]`, outcome(required("Observation.component[0].code"), required("Observation.status"), required("Observation.code"))},
		"FHIRPath Patch, one":     {fhirJSON, fp(remove("Observation.status")), outcome(required("Observation.status"))},
		"FHIRPath Patch, several": {fhirJSON, fp(remove("Observation.component[0].code"), remove("Observation.code")), outcome(required("Observation.component[0].code"), required("Observation.code"))},
	} {
		w.is(name, w.patch(all, "/Observation/o", c.media, c.body), 400, c.want)
		w.is(name+", by criteria", w.patch(all, "/Observation?_id=o", c.media, c.body), 400, c.want)
		w.is(name+", stored", w.get(all, "/Observation/o"), 200, stored, `ETag: W/"1"`)
	}
	w.is("what may go", w.patch(all, "/Observation/o", fhirJSON, fp(remove("Observation.component"))), 200,
		`{"resourceType":"Observation","id":"o","meta":{"versionId":"2","lastUpdated":"2026-03-01T12:00:00.000Z"},"status":"final","code":{"text":"x"}}`)
}
