package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/patch"
	"github.com/granary-fhir/granary/store"
)

// The two formats of patch, each replacing one element.
type patchFormat struct {
	name, media string
	// replace is the patch that replaces an element of a type.
	replace func(typ, element, valueType, value string) string
}

var formatsOfPatch = []patchFormat{
	{"JSON Patch", patch.JSONType, func(_, element, _, value string) string {
		return `[{"op":"replace","path":"/` + strings.ReplaceAll(element, ".", "/") + `","value":` + value + `}]`
	}},
	{"FHIRPath Patch", fhirJSON, func(typ, element, valueType, value string) string {
		return `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},` +
			`{"name":"path","valueString":"` + typ + `.` + element + `"},{"name":"value","value` + valueType + `":` + value + `}]}]}`
	}},
}

func (w *world) patch(token, path, media, body string, headers ...string) reply {
	w.Helper()
	return w.send(token, http.MethodPatch, path, body, append(headers, "Content-Type: "+media)...)
}

func TestPatch(t *testing.T) {
	for _, f := range formatsOfPatch {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			all := w.all()
			w.add(`{"resourceType":"Patient","id":"p","birthDate":"1970","gender":"male","name":[{"family":"\u00e9<"}]}`)
			version := func(n int, at, birthDate string) string {
				return fmt.Sprintf(`{"resourceType":"Patient","id":"p","meta":{"versionId":"%d","lastUpdated":"2026-03-01T%sZ"},"birthDate":"%s","gender":"male","name":[{"family":"\u00e9<"}]}`, n, at, birthDate)
			}
			birth := func(date string, headers ...string) reply {
				return w.patch(all, "/Patient/p", f.media+"; charset=utf-8", f.replace("Patient", "birthDate", "Date", `"`+date+`"`), headers...)
			}
			w.Advance(time.Minute)
			w.is("patched", birth("1971"), 200, version(2, "12:01:00.000", "1971"), `ETag: W/"2"`, "Location:", "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT")
			w.Advance(time.Minute)
			w.is("no change, no version", birth("1971"), 200, version(2, "12:01:00.000", "1971"), `ETag: W/"2"`, "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT")
			w.is("stale", birth("1972", `If-Match: W/"1"`), 412, oops("conflict", "", "If-Match does not name the current version; read the resource again, and send its ETag as it is"))
			w.is("current", birth("1972", `If-Match: W/"2"`, "Prefer: return=minimal"), 200, "", `ETag: W/"3"`)
			w.is("outcome", birth("1973", "Prefer: return=OperationOutcome"), 200,
				`{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"updated Patient/p, version 4"}]}`)
			w.is("unknown parameter", w.patch(all, "/Patient/p?x=1", f.media, f.replace("Patient", "birthDate", "Date", `"1974"`)), 400,
				oops("invalid", "http.x", "search parameter x is no parameter of this interaction"))
			w.is("another id", w.patch(all, "/Patient/p", f.media, f.replace("Patient", "id", "Id", `"q"`)), 400,
				oops("invalid", "Patient.id", "a patch must leave the id as it is"))
			w.is("meta is the server's", w.patch(all, "/Patient/p", f.media, f.replace("Patient", "meta.versionId", "Id", `"9"`), "Prefer: return=minimal"), 200, "", `ETag: W/"4"`)
			w.is("not there", w.patch(all, "/Patient/p", f.media, f.replace("Patient", "maritalStatus.text", "String", `"x"`), "Prefer: return=minimal").as(422), 422, "")
			w.is("stored", w.get(all, "/Patient/p"), 200, version(4, "12:02:00.000", "1973"))
		})
	}
}

// as leaves the status only, if it is the one that is expected.
func (r reply) as(status int) reply {
	if r.status != status {
		return r
	}
	return reply{status: status}
}

// What the caller may patch is decided on the resource as it was and as it will be
// (leaks.md row 15).
func TestPatchUnderScopes(t *testing.T) {
	for _, f := range formatsOfPatch {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			observation := func(id, patient, status string) string {
				return `{"resourceType":"Observation","id":"` + id + `","status":"` + status + `","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
			}
			w.add(eve, adam, observation("e", "eve", "final"), observation("a", "adam", "final"), observation("gone", "eve", "final"), observation("hers", "adam", "final"))
			all := w.all()
			w.send(all, http.MethodDelete, "/Observation/gone", "")
			w.send(all, http.MethodDelete, "/Observation/hers", "")
			ru := w.token("patient/Observation.ru", "Patient/eve")
			subject := func(patient string) string {
				return f.replace("Observation", "subject.reference", "String", `"Patient/`+patient+`"`)
			}
			send := func(token, id, body string, headers ...string) reply {
				return w.patch(token, "/Observation/"+id, f.media, body, headers...)
			}
			absent := oops("not-found", "", "there is no such resource, or the access token does not reach it")
			notAdmitted := oops("forbidden", "", "the granted scopes do not allow to update this content of Observation")
			amended := f.replace("Observation", "status", "Code", `"amended"`)

			w.is("in, in", send(ru, "e", amended, "Prefer: return=minimal"), 200, "", `ETag: W/"2"`)
			w.is("in, out", send(ru, "e", subject("adam")), 403, notAdmitted)
			w.is("out, in", send(ru, "a", subject("eve")), 404, absent)
			w.is("out, out", send(ru, "a", amended), 404, absent)
			for _, header := range []string{"X: ", `If-Match: W/"1"`, `If-Match: W/"9"`} {
				w.same("hidden and absent, "+header, send(ru, "a", amended, header), send(ru, "nothing", amended, header))
				w.same("hidden and absent, deleted, "+header, send(ru, "hers", amended, header), send(ru, "nothing", amended, header))
			}
			w.is("deleted", send(ru, "gone", amended), 410, oops("deleted", "", "the resource has been deleted"))
			w.is("nothing happened", w.get(all, "/Observation/a"), 200, strings.Replace(observation("a", "adam", "final"), `"status"`, stamp+`,"status"`, 1))
			w.is("adam's own", send(w.token("patient/Observation.ru", "Patient/adam"), "a", amended, "Prefer: return=minimal"), 200, "", `ETag: W/"2"`)

			// Whether a patch applies tells of the content, so it needs r.
			forbidden := func(text string) string { return oops("forbidden", "", text) }
			w.is("u alone", send(w.token("patient/Observation.u", "Patient/eve"), "e", amended), 403, forbidden("no granted scope allows read on Observation"))
			w.is("r alone", send(w.token("patient/Observation.rs", "Patient/eve"), "e", amended), 403, forbidden("no granted scope allows update on Observation"))
			final := w.token("user/Observation.u user/Observation.r?status=final", "Practitioner/x")
			w.is("u, but no r on this one", send(final, "e", f.replace("Observation", "status", "Code", `"final"`)), 404, absent)
			w.same("not readable and absent", send(final, "e", amended), send(final, "nothing", amended))
			w.add(observation("f", "eve", "final"))
			w.is("r before and not after", send(final, "f", amended), 200, "", `ETag: W/"2"`)
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	w.add(`{"resourceType":"Patient","id":"p","active":true}`)
	const formats = "a patch is a JSON Patch (application/json-patch+json) or a FHIRPath Patch (a Parameters resource as application/fhir+json), in UTF-8"
	for _, c := range []struct {
		name, media, body        string
		status                   int
		code, expression, reason string
	}{
		{"XML Patch", "application/xml-patch+xml", "<diff/>", 415, "not-supported", "http.Content-Type", formats},
		{"FHIR's XML", "application/fhir+xml", "<Parameters/>", 415, "not-supported", "http.Content-Type", formats},
		{"merge patch", "application/merge-patch+json", "{}", 415, "not-supported", "http.Content-Type", formats},
		{"no type", "json", "{}", 415, "not-supported", "http.Content-Type", formats},
		{"Latin 1", "application/json-patch+json; charset=latin1", "[]", 415, "not-supported", "http.Content-Type", formats},
		{"no body", patch.JSONType, " ", 400, "required", "", "the patch is empty; a JSON Patch that changes nothing is []"},
		{"broken", patch.JSONType, `[{"op":"remove"`, 400, "structure", "$this[0]", "the patch is not JSON as FHIR writes it: unexpected EOF at /0"},
		{"a name twice", patch.JSONType, `[{"op":"remove","op":"add"}]`, 400, "structure", "$this[0].op", "the patch is not JSON as FHIR writes it: duplicate object member name at /0/op"},
		{"an object", patch.JSONType, `{}`, 400, "structure", "$this", "a JSON Patch is an array of operations, not of kind object"},
		{"no value", patch.JSONType, `[{"op":"add","path":"/x"}]`, 400, "required", "$this[0].value", `the operation "add" needs a value`},
		{"an array as FHIR", fhirJSON, `[]`, 400, "invalid", "resourceType", "a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as application/json-patch+json"},
		{"a resource", fhirJSON, `{"resourceType":"Patient"}`, 400, "invalid", "resourceType", "a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as application/json-patch+json"},
		{"test", patch.JSONType, `[{"op":"test","path":"/active","value":false}]`, 422, "processing", "$this[0].value", `the test fails: the value at "/active" is another`},
		{"nothing there", patch.JSONType, `[{"op":"remove","path":"/name/0"}]`, 422, "processing", "$this[0].path", `the resource has nothing at "/name/0"`},
		{"another type", patch.JSONType, `[{"op":"replace","path":"/resourceType","value":"Device"}]`, 400, "invalid", "Patient.resourceType", "a patch must leave the resourceType as it is"},
		{"no object", patch.JSONType, `[{"op":"replace","path":"","value":[]}]`, 400, "invalid", "Patient.resourceType", "a patch must leave the resourceType as it is"},
		{"no id", patch.JSONType, `[{"op":"remove","path":"/id"}]`, 400, "invalid", "Patient.id", "a patch must leave the id as it is"},
		{"not storable", patch.JSONType, `[{"op":"add","path":"/meta","value":3}]`, 400, "structure", "Patient.meta", "Patient.meta: must be an object, not number"},
		{"too many", patch.JSONType, "[" + strings.Repeat(`{},`, 1000) + "{}]", 422, "too-costly", "$this", "the patch has 1001 operations; 1000 are allowed"},
		{"a bomb", patch.JSONType, `[{"op":"add","path":"/a","value":["` + strings.Repeat("x", 1<<18) + `"]}` + strings.Repeat(`,{"op":"copy","from":"/a","path":"/a/-"}`, 40) + "]",
			422, "too-costly", "$this[5]", "the copies of the patch are longer than 4194304 bytes"},
	} {
		got := w.patch(all, "/Patient/p", c.media, c.body)
		w.is(c.name, got, c.status, oops(c.code, c.expression, c.reason))
		if c.status == 415 && strings.HasPrefix(c.reason, "a patch") {
			w.is(c.name, got, c.status, got.body, "Accept-Patch: application/json-patch+json, application/fhir+json")
		}
	}
	w.is("unchanged", w.get(all, "/Patient/p"), 200, `{"resourceType":"Patient","id":"p",`+stamp+`,"active":true}`)
}

// In a Bundle a patch is a resource (http.html#transaction).
func TestPatchInAnEntry(t *testing.T) {
	w := newWorld(t)
	const body = `{"resourceType":"Patient","id":"p","birthDate":"1970"}`
	binary := func(media, patch string) string {
		return `{"resourceType":"Binary","contentType":"` + media + `","data":"` + base64.StdEncoding.EncodeToString([]byte(patch)) + `"}`
	}
	s := &server{drafter: w.store.Drafter()}
	for _, c := range []struct{ name, content, want string }{
		{"JSON Patch", binary(patch.JSONType, formatsOfPatch[0].replace("Patient", "birthDate", "", `"1971"`)), ""},
		{"FHIRPath Patch", formatsOfPatch[1].replace("Patient", "birthDate", "Date", `"1971"`), ""},
		{"FHIRPath Patch in a Binary", binary(fhirJSON, formatsOfPatch[1].replace("Patient", "birthDate", "Date", `"1971"`)), ""},
		{"XML", binary("application/xml-patch+xml", ""), "Binary.contentType a patch is a JSON Patch (application/json-patch+json) or a FHIRPath Patch (a Parameters resource as application/fhir+json), in UTF-8"},
		{"no base64", `{"resourceType":"Binary","contentType":"application/json-patch+json","data":"?"}`, "Binary.data the data of the Binary is not in base64"},
		{"another resource", `{"resourceType":"Patient"}`, "resourceType a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as application/json-patch+json"},
	} {
		content, err := fhirjson.Parse([]byte(c.content))
		w.must(err)
		change, err := s.readPatch(&request{typ: "Patient", content: content})
		if err != nil {
			problem, _ := new(request).explain(err)
			if got := problem.issues[0].expression + " " + problem.issues[0].text; got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			continue
		}
		draft, err := change(store.Resource{Key: store.Key{Type: "Patient", ID: "p"}, Body: []byte(body)})
		if err != nil || string(draft.Resource().Raw()) != strings.Replace(body, "1970", "1971", 1) {
			t.Errorf("%s: %v %s", c.name, err, draft.Resource().Raw())
		}
	}
}

// Patches that arrive together all count.
func TestPatchConcurrently(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	w.add(`{"resourceType":"Patient","id":"p","name":[]}`)
	var patches sync.WaitGroup
	for i := range 8 {
		patches.Go(func() {
			got := w.patch(all, "/Patient/p", patch.JSONType, fmt.Sprintf(`[{"op":"add","path":"/name/-","value":{"family":"f%d"}}]`, i))
			if got.status != 200 {
				t.Error(got)
			}
		})
	}
	patches.Wait()
	got := w.get(all, "/Patient/p")
	for i := range 8 {
		if want := fmt.Sprintf(`{"family":"f%d"}`, i); strings.Count(got.body, want) != 1 {
			t.Errorf("%s is not there once: %s", want, got.body)
		}
	}
	w.is("versions", got, 200, got.body, `ETag: W/"9"`)
}
