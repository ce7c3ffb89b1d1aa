package api

import (
	"net/http"
	"strings"
	"testing"
)

// patchOf is a FHIRPath Patch of one operation with the parts in JSON.
func patchOf(parts ...string) string {
	return `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[` + strings.Join(parts, ",") + `]}]}`
}

func partOf(name, typ, value string) string {
	return `{"name":"` + name + `","value` + typ + `":` + value + `}`
}

// Patches that cannot be applied, or would leave behind what is no resource.
func TestHostilePatch(t *testing.T) {
	const path = "/Patient/eve"
	jsonPatch := func(name, body string, status int, code string) hostile {
		return hostile{name: name, method: http.MethodPatch, path: path, body: body, headers: []string{"Content-Type: application/json-patch+json"}, status: status, code: code, anyAt: true}
	}
	fhirPatch := func(name, body string, status int, code string) hostile {
		return hostile{name: name, method: http.MethodPatch, path: path, body: body, status: status, code: code, anyAt: true}
	}
	op := func(more string) string { return `[{"op":"add","path":"/active","value":true},` + more + `]` }
	replace, where := partOf("type", "Code", `"replace"`), partOf("path", "String", `"Patient.active"`)
	topic(t, []hostile{
		jsonPatch("not JSON", `[{"op":`, 400, "structure"),
		jsonPatch("an object", `{"op":"remove","path":"/name"}`, 400, anyCode),
		jsonPatch("empty", ` `, 400, anyCode),
		jsonPatch("null", `null`, 400, anyCode),
		jsonPatch("an operation is null", `[null]`, 400, anyCode),
		jsonPatch("duplicate names", `[{"op":"add","op":"remove","path":"/name"}]`, 400, "structure"),
		jsonPatch("100,000 deep", nestedJSON("[", "]", 100_000), 400, "structure"),
		jsonPatch("no op", op(`{"path":"/name"}`), 400, anyCode),
		jsonPatch("unknown op", op(`{"op":"eval","path":"/name"}`), 400, anyCode),
		jsonPatch("op is a number", op(`{"op":1,"path":"/name"}`), 400, anyCode),
		jsonPatch("no path", op(`{"op":"remove"}`), 400, anyCode),
		jsonPatch("no value", op(`{"op":"add","path":"/gender"}`), 400, anyCode),
		jsonPatch("path without a slash", op(`{"op":"remove","path":"name"}`), 400, anyCode),
		jsonPatch("path with a wrong escape", op(`{"op":"remove","path":"/na~2me"}`), 400, anyCode),
		jsonPatch("path to nothing", op(`{"op":"remove","path":"/photo"}`), 422, anyCode),
		jsonPatch("index beyond the end", op(`{"op":"remove","path":"/name/7"}`), 422, anyCode),
		jsonPatch("index negative", op(`{"op":"remove","path":"/name/-1"}`), anyStatus, anyCode),
		jsonPatch("index huge", op(`{"op":"add","path":"/name/99999999999999999999","value":{}}`), anyStatus, anyCode),
		jsonPatch("index beyond the end, add", op(`{"op":"add","path":"/name/1000000000","value":{}}`), anyStatus, anyCode),
		jsonPatch("a test that fails", op(`{"op":"test","path":"/active","value":false}`), 422, anyCode),
		jsonPatch("copy into itself", op(`{"op":"copy","from":"","path":"/contained"}`), anyStatus, anyCode),
		jsonPatch("move into itself", op(`{"op":"move","from":"/name","path":"/name/0/x"}`), anyStatus, anyCode),
		jsonPatch("copies that double, 40 times", `[{"op":"add","path":"/x","value":["0123456789"]},`+strings.TrimSuffix(strings.Repeat(`{"op":"copy","from":"/x","path":"/x/-"},`, 40), ",")+`]`, anyStatus, anyCode),
		jsonPatch("the whole resource removed", op(`{"op":"remove","path":""}`), anyStatus, anyCode),
		jsonPatch("the whole resource replaced by a number", op(`{"op":"replace","path":"","value":1}`), anyStatus, anyCode),
		jsonPatch("another type", op(`{"op":"replace","path":"/resourceType","value":"Observation"}`), anyStatus, anyCode),
		jsonPatch("another id", op(`{"op":"replace","path":"/id","value":"adam"}`), anyStatus, anyCode),
		jsonPatch("no type", op(`{"op":"remove","path":"/resourceType"}`), anyStatus, anyCode),
		jsonPatch("too long", `[`+strings.Repeat(" ", maxHostile)+`]`, 413, "too-long"),
		{name: "an absent resource", method: "PATCH", path: "/Patient/adam", body: `[]`, headers: []string{"Content-Type: application/json-patch+json"}, status: 404, code: "not-found"},
		{name: "a deleted resource", method: "PATCH", path: "/Patient/gone", body: `[]`, headers: []string{"Content-Type: application/json-patch+json"}, status: anyStatus, code: anyCode, anyAt: true},
		{name: "JSON merge patch", method: "PATCH", path: path, body: `{"active":null}`, headers: []string{"Content-Type: application/merge-patch+json"}, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "XML patch", method: "PATCH", path: path, body: `<diff/>`, headers: []string{"Content-Type: application/xml-patch+xml"}, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "no media type", method: "PATCH", path: path, body: `[]`, headers: []string{"Content-Type"}, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "a stale version", method: "PATCH", path: path, body: `[]`, headers: []string{"Content-Type: application/json-patch+json", `If-Match: W/"7"`}, status: 412, code: "conflict"},

		fhirPatch("not JSON", `{"resourceType":"Parameters",`, 400, "structure"),
		fhirPatch("a Patient", eve, 400, anyCode),
		fhirPatch("no operation", `{"resourceType":"Parameters","parameter":[{"name":"other"}]}`, 400, anyCode),
		fhirPatch("parameter is a string", `{"resourceType":"Parameters","parameter":"x"}`, 400, anyCode),
		fhirPatch("no type", patchOf(where, partOf("value", "Boolean", "false")), 400, anyCode),
		fhirPatch("unknown type", patchOf(partOf("type", "Code", `"eval"`), where), 400, anyCode),
		fhirPatch("no path", patchOf(replace, partOf("value", "Boolean", "false")), 400, anyCode),
		fhirPatch("no value", patchOf(replace, where), 400, anyCode),
		fhirPatch("two values", patchOf(replace, where, partOf("value", "Boolean", "false"), partOf("value", "Boolean", "true")), 400, anyCode),
		fhirPatch("path is no FHIRPath", patchOf(replace, partOf("path", "String", `"Patient..("`), partOf("value", "Boolean", "false")), 400, anyCode),
		fhirPatch("path of another type", patchOf(replace, partOf("path", "String", `"Observation.status"`), partOf("value", "Code", `"final"`)), anyStatus, anyCode),
		fhirPatch("path to nothing", patchOf(replace, partOf("path", "String", `"Patient.photo[3]"`), partOf("value", "Boolean", "false")), anyStatus, anyCode),
		fhirPatch("path to the resource", patchOf(partOf("type", "Code", `"delete"`), partOf("path", "String", `"Patient"`)), anyStatus, anyCode),
		fhirPatch("path, parentheses 100,000 deep", patchOf(replace, partOf("path", "String", `"`+strings.Repeat("(", 100_000)+`"`), partOf("value", "Boolean", "false")), 400, anyCode),
		fhirPatch("path, 100,000 dots", patchOf(replace, partOf("path", "String", `"Patient`+strings.Repeat(".name", 100_000)+`"`), partOf("value", "Boolean", "false")), anyStatus, anyCode),
		fhirPatch("path with a function", patchOf(replace, partOf("path", "String", `"Patient.name.repeat($this)"`), partOf("value", "Boolean", "false")), anyStatus, anyCode),
		fhirPatch("index negative", patchOf(partOf("type", "Code", `"insert"`), partOf("path", "String", `"Patient.name"`), partOf("index", "Integer", "-1"), partOf("value", "HumanName", `{"family":"x"}`)), anyStatus, anyCode),
		fhirPatch("index huge", patchOf(partOf("type", "Code", `"insert"`), partOf("path", "String", `"Patient.name"`), partOf("index", "Integer", "99999999999999999999"), partOf("value", "HumanName", `{"family":"x"}`)), anyStatus, anyCode),
		fhirPatch("index no number", patchOf(partOf("type", "Code", `"insert"`), partOf("path", "String", `"Patient.name"`), partOf("index", "String", `"0"`), partOf("value", "HumanName", `{"family":"x"}`)), anyStatus, anyCode),
		fhirPatch("move from beyond the end", patchOf(partOf("type", "Code", `"move"`), partOf("path", "String", `"Patient.name"`), partOf("source", "Integer", "9"), partOf("destination", "Integer", "0")), anyStatus, anyCode),
		fhirPatch("another id", patchOf(replace, partOf("path", "String", `"Patient.id"`), partOf("value", "Id", `"adam"`)), anyStatus, anyCode),
		fhirPatch("a half, then a fault", `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[`+strings.Join([]string{replace, where, partOf("value", "Boolean", "false")}, ",")+`]},{"name":"operation","part":[]}]}`, 400, anyCode),
	})
}
