package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

const (
	eve   = `{"resourceType":"Patient","id":"eve",` + stamp + `,"active":true,"name":[{"family":"Everywoman"}],"multipleBirthInteger":1}`
	adam  = `{"resourceType":"Patient","id":"adam",` + stamp + `,"name":[{"family":"Everyman"}]}`
	noSee = "there is no such resource, or the access token does not reach it"
)

func TestRead(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	w.Advance(time.Minute)
	all := w.all()
	w.is("read", w.get(all, "/Patient/eve"), 200, eve,
		"Content-Type: application/fhir+json; charset=utf-8",
		`ETag: W/"1"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT",
		"Cache-Control: private, no-store", "X-Content-Type-Options: nosniff", "Location:")
	w.is("trailing slash", w.get(all, "/Patient/eve/"), 200, eve)
	w.is("absent", w.get(all, "/Patient/nobody"), 404, oops("not-found", "", noSee), "ETag:")
	w.is("impossible id", w.get(all, "/Patient/a_b"), 404, oops("not-found", "", noSee))
	w.is("unknown type", w.get(all, "/Patience/eve"), 404,
		oops("not-supported", "", "the path names a resource type that R4 does not have; types are written as in Patient"))
	w.is("as application/json", w.get(all, "/Patient/eve", "Accept: application/json"), 200, eve, "Content-Type: application/json; charset=utf-8")
	w.is("xml", w.get(all, "/Patient/eve?_format=xml"), 406,
		oops("not-supported", "http._format", "this server writes FHIR R4 as JSON only: ask for application/fhir+json, or with _format=json"))
	w.is("pretty", w.get(all, "/Patient/adam?_pretty=true"), 200,
		"{\n  \"resourceType\": \"Patient\",\n  \"id\": \"adam\",\n  \"meta\": {\n    \"versionId\": \"1\",\n    \"lastUpdated\": \"2026-03-01T12:00:00.000Z\"\n  },\n  \"name\": [\n    {\n      \"family\": \"Everyman\"\n    }\n  ]\n}\n")
	w.is("elements", w.get(all, "/Patient/eve?_elements=multipleBirth"), 200,
		`{"resourceType":"Patient","id":"eve","meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"active":true,"multipleBirthInteger":1}`)
	w.is("unknown element", w.get(all, "/Patient/eve?_elements=nam"), 400,
		oops("invalid", "http._elements", "search parameter _elements=nam: Patient has no element of this name at its top level"))
	w.is("summary=count", w.get(all, "/Patient/eve?_summary=count"), 400,
		oops("invalid", "http._summary", "_summary=count is for searches; a read takes true, text, data or false"))
	w.is("unknown parameter", w.get(all, "/Patient/eve?_element=name"), 400,
		oops("invalid", "http._element", "search parameter _element is no parameter of this interaction"))
	w.is("unknown parameter, lenient", w.get(all, "/Patient/eve?_element=name", "Prefer: handling=lenient"), 200, eve)
	w.is("bad escape", w.get(all, "/Patient/eve?_elements=%zz"), 400,
		oops("invalid", "", "the query string has a % that is not followed by two hexadecimal digits; write %25 for a percent sign"))
}

func TestReadUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	w.add(`{"resourceType":"Patient","id":"gone"}`)
	own := w.token("patient/*.r", "Patient/eve")
	w.is("own", w.get(own, "/Patient/eve"), 200, eve)
	w.is("another's", w.get(own, "/Patient/adam"), 404, oops("not-found", "", noSee))
	w.same("hidden and absent", w.get(own, "/Patient/adam"), w.get(own, "/Patient/nobody"))
	w.is("the other one is there", w.get(w.token("patient/Patient.r", "Patient/adam"), "/Patient/adam"), 200, adam)

	all := w.all()
	if got := w.send(all, http.MethodDelete, "/Patient/gone", ""); got.status != 204 {
		t.Fatal(got)
	}
	w.is("deleted", w.get(all, "/Patient/gone"), 410, oops("deleted", "", "the resource has been deleted"))
	w.same("hidden deletion and absent", w.get(own, "/Patient/gone"), w.get(own, "/Patient/nobody")) // leaks row 12
	w.is("own deletion", w.get(w.token("patient/*.r", "Patient/gone"), "/Patient/gone"), 410, oops("deleted", "", "the resource has been deleted"))

	w.is("search only", w.get(w.token("user/Patient.s", "Practitioner/1"), "/Patient/eve"), 403,
		oops("forbidden", "", "no granted scope allows read on Patient"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="user/Patient.r"`)
	w.same("403 before any look-up", w.get(w.token("patient/Observation.r", "Patient/eve"), "/Patient/eve"),
		w.get(w.token("patient/Observation.r", "Patient/eve"), "/Patient/nobody"))
}

// HEAD is answered as GET is, without the body (http.html#head).
func TestHead(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	token := w.all()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	send := func(method, path, encoding string) *http.Response {
		r, err := http.NewRequest(method, server.URL+BasePath+path, nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("X-Request-Id", "same")
		response, err := client.Do(r)
		w.must(err)
		w.must(response.Body.Close())
		response.Header.Del("Date")
		return response
	}
	for _, path := range []string{"/Patient/eve", "/Patient/eve/_history/1", "/Patient/eve/_history", "/Patient", "", "/Patient/eve/Patient", "/Patient/nobody", "/nothing/at/all/here/it/is", "/metadata",
		"/_history", "/Patient/_history", "/Patient/eve/$validate", "/Patient/$validate", "/Patient/_search", "/Patient/eve?nonsense=1", "/Patient/eve?_format=xml", "/Patience/eve", "/Patient/$nothing"} {
		for _, encoding := range []string{"identity", "gzip"} {
			get, head := send(http.MethodGet, path, encoding), send(http.MethodHead, path, encoding)
			get.Header.Del("Content-Encoding") // HEAD may leave it out (RFC 9110, section 9.3.2)
			if get.StatusCode != head.StatusCode || len(get.Header) != len(head.Header) {
				t.Errorf("%s %s: GET %d %v\nHEAD %d %v", path, encoding, get.StatusCode, get.Header, head.StatusCode, head.Header)
			}
			for key := range get.Header {
				if !slices.Equal(get.Header[key], head.Header[key]) {
					t.Errorf("%s %s: %s is %q for GET, %q for HEAD", path, encoding, key, get.Header[key], head.Header[key])
				}
			}
		}
	}
}
