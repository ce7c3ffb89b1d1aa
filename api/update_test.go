package api

import (
	"net/http"
	"testing"
	"time"
)

func TestUpdate(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	const first = `{"resourceType":"Patient","id":"new","active":true}`
	const second = `{"resourceType":"Patient","id":"new","active":false}`
	const stored = `{"resourceType":"Patient","id":"new",` + stamp + `,"active":true}`
	const updated = `{"resourceType":"Patient","id":"new","meta":{"versionId":"2","lastUpdated":"2026-03-01T12:01:00.000Z"},"active":false}`
	put := func(body string, headers ...string) reply {
		return w.send(all, http.MethodPut, "/Patient/new", body, headers...)
	}
	w.is("create", put(first), 201, stored, `ETag: W/"1"`, "Location: "+base+"/Patient/new/_history/1", "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT")
	w.Advance(time.Minute)
	w.is("the same", put(first), 200, stored, `ETag: W/"1"`, "Location:", "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT")
	w.is("another", put(second), 200, updated, `ETag: W/"2"`, "Location:", "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT")
	w.is("minimal", put(first, "Prefer: return=minimal"), 200, "", `ETag: W/"3"`)
	w.is("outcome", put(second, "Prefer: return=OperationOutcome"), 200,
		`{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"updated Patient/new, version 4"}]}`)

	conflict := oops("conflict", "", "If-Match does not name the current version; read the resource again, and send its ETag as it is")
	w.is("If-Match, stale", put(first, `If-Match: W/"3"`), 412, conflict)
	w.is("If-Match, current", put(first, `If-Match: W/"4"`, "Prefer: return=minimal"), 200, "", `ETag: W/"5"`)
	w.is("If-Match, nonsense", put(second, `If-Match: W/"0"`), 412, conflict)
	w.is("If-Match, absent", w.send(all, http.MethodPut, "/Patient/other", `{"resourceType":"Patient","id":"other"}`, `If-Match: W/"1"`), 412, conflict)
	w.is("no id", put(`{"resourceType":"Patient"}`), 400, oops("required", "Patient.id", "the body has no id; an update must repeat the id of the path"))
	w.is("other id", put(`{"resourceType":"Patient","id":"else"}`), 400, oops("invalid", "Patient.id", "the id in the body is not that in the path"))
	w.is("impossible id", w.send(all, http.MethodPut, "/Patient/a_b", `{"resourceType":"Patient","id":"a_b"}`), 400,
		oops("value", "Patient.id", "Patient.id: an id has 1 to 64 letters, digits, '-' and '.'"))
	w.is("still the fifth", w.get(all, "/Patient/new", "Prefer: return=minimal", `If-None-Match: W/"5"`), 304, "")

	// A deleted resource is brought back by an update (http.html#delete).
	if got := w.send(all, http.MethodDelete, "/Patient/new", ""); got.status != 204 {
		t.Fatal(got)
	}
	w.is("back", put(second, "Prefer: return=minimal"), 201, "", `ETag: W/"7"`, "Location: "+base+"/Patient/new/_history/7")
}

func TestUpdateUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Observation","id":"e","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/adam"}}`)
	observation := func(id, patient string) string {
		return `{"resourceType":"Observation","id":"` + id + `","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
	}
	u := w.token("patient/Observation.u", "Patient/eve")
	put := func(token, id, patient string, headers ...string) reply {
		return w.send(token, http.MethodPut, "/Observation/"+id, observation(id, patient), headers...)
	}
	w.is("own; the body is for r", put(u, "e", "eve"), 200, "", `ETag: W/"2"`)
	w.is("moved away", put(u, "e", "adam"), 403, oops("forbidden", "", "the granted scopes do not allow to update this content of Observation"))
	notCreatable := oops("not-supported", "", "an update with this access token cannot create a resource, and there is none of this id that it may update")
	// leaks row 17
	w.is("hidden", put(u, "a", "eve"), 405, notCreatable, "Allow: DELETE, GET, HEAD, OPTIONS, PATCH")
	w.same("hidden and absent", put(u, "a", "eve"), put(u, "nothing", "eve"))
	ur := w.token("patient/Observation.ru", "Patient/adam")
	if got := put(ur, "a", "adam"); got.status != 200 || got.body == "" {
		t.Errorf("adam's own: %v", got)
	}
}
