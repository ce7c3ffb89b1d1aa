package api

import (
	"net/http"
	"testing"
	"time"
)

func TestConditionalPatch(t *testing.T) {
	w := newWorld(t)
	w.add(numbered("one", "1"), numbered("two-a", "2"), numbered("two-b", "2"))
	w.Advance(time.Minute)
	all := w.all()
	patch := func(token, identifier string, headers ...string) reply {
		return w.send(token, http.MethodPatch, "/Patient?identifier=mrn|"+identifier, `[{"op":"add","path":"/active","value":true}]`,
			append(headers, "Content-Type: application/json-patch+json")...)
	}
	const patched = `{"resourceType":"Patient","id":"one","meta":{"versionId":"2","lastUpdated":"2026-03-01T12:01:00.000Z"},"identifier":[{"system":"mrn","value":"1"}],"active":true}`
	at := []string{`ETag: W/"2"`, "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT", "Location: " + base + "/Patient/one/_history/2"}
	const noMatch = "the criteria match no resource, or none that the access token reaches"
	w.is("none", patch(all, "0"), 404, oops("not-found", "", noMatch), "ETag:", "Location:")
	w.is("many", patch(all, "2"), 412, oops("multiple-matches", "", manyMatches))
	w.is("of another version", patch(all, "1", `If-Match: W/"7"`), 412, conflict(stale))
	w.is("one", patch(all, "1", `If-Match: W/"1"`), 200, patched, at...)
	w.is("again", patch(all, "1"), 200, patched, at...)
	w.is("minimal", patch(all, "1", "Prefer: return=minimal"), 200, "", at...)
	w.is("outcome", patch(all, "1", "Prefer: return=OperationOutcome"), 200, informing("unchanged Patient/one, version 2"), at...)

	w.is("no s", patch(w.token("system/Patient.u"), "1"), 403, oops("forbidden", "", "no granted scope allows search on Patient"))
	w.is("no u", patch(w.token("system/Patient.s"), "1"), 403, oops("forbidden", "", "no granted scope allows update on Patient"))
	w.is("no r", patch(w.token("system/Patient.us"), "1"), 403, oops("forbidden", "", "no granted scope allows read on Patient"))
	w.is("no r, and no match", patch(w.token("system/Patient.us"), "0"), 403, oops("forbidden", "", "no granted scope allows read on Patient"))
	w.is("found and not updatable", patch(w.token("system/Patient.rs system/Patient.u?active=false"), "1"), 404, oops("not-found", "", noSee))
	w.is("hidden", patch(w.token("patient/Patient.rus", "Patient/one"), "2"), 404, oops("not-found", "", noMatch))
}
