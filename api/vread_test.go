package api

import (
	"net/http"
	"testing"
	"time"
)

func TestVersionRead(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Patient","id":"eve","active":false}`)
	w.Advance(time.Hour)
	all, own := w.all(), w.token("patient/Patient.r", "Patient/eve")
	const second = `{"resourceType":"Patient","id":"eve","meta":{"versionId":"2","lastUpdated":"2026-03-01T13:00:00.000Z"},"active":false}`
	w.is("first", w.get(all, "/Patient/eve/_history/1"), 200, eve, `ETag: W/"1"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT")
	w.is("second", w.get(own, "/Patient/eve/_history/2"), 200, second, `ETag: W/"2"`, "Last-Modified: Sun, 01 Mar 2026 13:00:00 GMT")
	w.is("elements", w.get(all, "/Patient/eve/_history/2?_summary=text"), 200,
		`{"resourceType":"Patient","id":"eve","meta":{"versionId":"2","lastUpdated":"2026-03-01T13:00:00.000Z","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}}`)
	for _, path := range []string{"/Patient/eve/_history/3", "/Patient/eve/_history/0", "/Patient/eve/_history/01", "/Patient/eve/_history/x", "/Patient/eve/_history/-1", "/Patient/nobody/_history/1"} {
		w.is(path, w.get(all, path), 404, oops("not-found", "", noSee))
	}
	w.same("hidden and absent", w.get(own, "/Patient/adam/_history/1"), w.get(own, "/Patient/nobody/_history/1"))
	w.is("the other one is there", w.get(all, "/Patient/adam/_history/1"), 200, adam)

	if got := w.send(all, http.MethodDelete, "/Patient/eve", ""); got.status != 204 {
		t.Fatal(got)
	}
	w.is("deletion", w.get(all, "/Patient/eve/_history/3"), 410, oops("deleted", "", "the resource has been deleted"))
	w.is("before the deletion", w.get(all, "/Patient/eve/_history/2"), 200, second)
}
