package api

import (
	"net/http"
	"testing"
	"time"
)

// Conditional read (http.html#cread): the tags are compared weakly, If-None-Match
// wins over If-Modified-Since, and what is no date is as if it were not there
// (RFC 9110, sections 13.1.2 and 13.1.3).
func TestConditionalRead(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	w.Advance(time.Minute)
	const second = `{"resourceType":"Patient","id":"eve","meta":{"versionId":"2","lastUpdated":"2026-03-01T12:01:00.000Z"}}`
	w.add(second)
	all := w.all()
	const (
		before   = "Sun, 01 Mar 2026 12:00:59 GMT"
		modified = "Sun, 01 Mar 2026 12:01:00 GMT"
		later    = "Mon, 02 Mar 2026 00:00:00 GMT"
	)
	for _, c := range []struct {
		headers []string
		have    bool
	}{
		{nil, false},
		{[]string{`If-None-Match: W/"2"`}, true},
		{[]string{`If-None-Match: "2"`}, true},
		{[]string{`If-None-Match: W/"1"`}, false},
		{[]string{`If-None-Match: W/"3"`}, false},
		{[]string{`If-None-Match: *`}, true},
		{[]string{`If-None-Match:  * `}, true},
		{[]string{`If-None-Match: W/"1", W/"2"`}, true},
		{[]string{`If-None-Match: "1","3" , "2"`}, true},
		{[]string{`If-None-Match: W/"1", "3"`}, false},
		{[]string{`If-None-Match: W/"1"`, `If-None-Match: W/"2"`}, true},
		{[]string{`If-None-Match: ,, W/"2",`}, true},
		{[]string{`If-None-Match: ,`}, false},
		// What cannot be a tag of ours is none.
		{[]string{`If-None-Match: 2`}, false},
		{[]string{`If-None-Match: w/"2"`}, false}, // case matters
		{[]string{`If-None-Match: W/2`}, false},
		{[]string{`If-None-Match: W/"02"`}, false},
		{[]string{`If-None-Match: "9223372036854775807"`}, false},
		{[]string{`If-None-Match: "`}, false},

		{[]string{"If-Modified-Since: " + before}, false},
		{[]string{"If-Modified-Since: " + modified}, true},
		{[]string{"If-Modified-Since: " + later}, true},
		{[]string{"If-Modified-Since: Sunday, 01-Mar-26 12:01:00 GMT"}, true},   // RFC 850
		{[]string{"If-Modified-Since: Sun Mar  1 12:01:00 2026"}, true},         // asctime
		{[]string{"If-Modified-Since: 2026-03-01T12:01:00Z"}, false},            // malformed
		{[]string{"If-Modified-Since: Sun, 01 Mar 2026 12:01:00 +0000"}, false}, // malformed
		{[]string{"If-Modified-Since: yesterday"}, false},
		{[]string{"If-Modified-Since: " + later, "If-Modified-Since: " + later}, false}, // not one date
		{[]string{"If-Modified-Since: " + later + ", " + later}, false},

		{[]string{`If-None-Match: W/"1"`, "If-Modified-Since: " + later}, false},
		{[]string{`If-None-Match: W/"2"`, "If-Modified-Since: " + before}, true},
		{[]string{`If-None-Match: W/"2"`, "If-Modified-Since: yesterday"}, true},
		{[]string{`If-None-Match: nonsense`, "If-Modified-Since: " + later}, false},
	} {
		for _, path := range []string{"/Patient/eve", "/Patient/eve/_history/2"} {
			status, body, contentType := 200, second, "application/fhir+json; charset=utf-8"
			if c.have {
				status, body, contentType = 304, "", ""
			}
			headers := []string{`ETag: W/"2"`, "Last-Modified: " + modified, "Content-Type: " + contentType, "Cache-Control: private, no-store"}
			got := w.get(all, path, c.headers...)
			w.is("GET "+path, got, status, body, headers...)
			head := w.send(all, http.MethodHead, path, "", c.headers...)
			w.is("HEAD "+path, head, status, "", headers...)
			head.body = got.body
			w.same("GET and HEAD", got, head)
			if t.Failed() {
				t.Fatalf("%v", c.headers)
			}
		}
	}
	// A version is compared with itself.
	w.is("the first", w.get(all, "/Patient/eve/_history/1", `If-None-Match: W/"1"`), 304, "", `ETag: W/"1"`)
	w.is("the first", w.get(all, "/Patient/eve/_history/1", `If-None-Match: W/"2"`), 200, eve, `ETag: W/"1"`)
	w.is("a part", w.get(all, "/Patient/eve?_elements=name", `If-None-Match: W/"2"`), 304, "", `ETag: W/"2"`)
	// What is wrong with the request comes first.
	w.is("parameter", w.get(all, "/Patient/eve?nonsense=1", `If-None-Match: *`), 400, oops("invalid", "http.nonsense", "search parameter nonsense is no parameter of this interaction"))
	w.is("format", w.get(all, "/Patient/eve?_format=xml", `If-None-Match: *`), 406, oops("not-supported", "http._format", "this server writes FHIR R4 as JSON only: ask for application/fhir+json, or with _format=json"))
	w.is("token", w.get("", "/Patient/eve", `If-None-Match: *`), 401, oops("login", "", "this server wants an access token: Authorization: Bearer <token>"))
}

// No header tells a hidden resource from an absent one, nor what is deleted.
func TestLeak18ConditionalRead(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, `{"resourceType":"Patient","id":"gone"}`)
	own := w.token("patient/Patient.r", "Patient/adam")
	if got := w.send(w.all(), http.MethodDelete, "/Patient/gone", ""); got.status != 204 {
		t.Fatal(got)
	}
	for _, header := range []string{`If-None-Match: W/"1"`, `If-None-Match: W/"2"`, "If-None-Match: *", "If-Modified-Since: Sun, 01 Mar 2026 12:00:00 GMT"} {
		for _, version := range []string{"", "/_history/1", "/_history/2"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				absent := w.send(own, method, "/Patient/nobody"+version, "", header)
				w.same(header, w.send(own, method, "/Patient/eve"+version, "", header), absent)
				w.same(header, w.send(own, method, "/Patient/gone"+version, "", header), absent)
			}
		}
		w.is(header, w.get(w.all(), "/Patient/gone", header), 410, oops("deleted", "", "the resource has been deleted"))
	}
	w.is("own", w.get(own, "/Patient/adam", `If-None-Match: W/"1"`), 304, "")
}
