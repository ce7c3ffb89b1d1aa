package api

import (
	"net/http"
	"testing"
)

// OPTIONS tells what a path takes, to everybody and about nobody.
func TestOptions(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	own := w.token("patient/Observation.rs", "Patient/adam")
	const patches = "Accept-Patch: application/json-patch+json, application/fhir+json"
	for path, headers := range map[string][]string{
		"":                       {"Allow: GET, HEAD, OPTIONS, POST", "Accept-Patch:"},
		"/":                      {"Allow: GET, HEAD, OPTIONS, POST", "Accept-Patch:"},
		"/metadata":              {"Allow: GET, HEAD, OPTIONS", "Accept-Patch:"},
		"/_search":               {"Allow: OPTIONS, POST", "Accept-Patch:"},
		"/_history":              {"Allow: GET, HEAD, OPTIONS", "Accept-Patch:"},
		"/Patient":               {"Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", patches},
		"/Patient/eve":           {"Allow: DELETE, GET, HEAD, OPTIONS, PATCH, PUT", patches},
		"/Patient/eve/_history":  {"Allow: GET, HEAD, OPTIONS", "Accept-Patch:"},
		"/Patient/$validate":     {"Allow: OPTIONS, POST", "Accept-Patch:"},
		"/Patient/eve/$validate": {"Allow: GET, HEAD, OPTIONS, POST", "Accept-Patch:"},
		// What the request says beside its path makes no difference.
		"/Patient/eve?nonsense=%zz&_format=xml": {"Allow: DELETE, GET, HEAD, OPTIONS, PATCH, PUT", patches},
	} {
		headers = append(headers, "Content-Type:", "ETag:")
		w.is(path, w.send("", http.MethodOptions, path, ""), 204, "", headers...)
		w.is(path, w.send("no token", http.MethodOptions, path, "", "Accept: text/turtle", `If-Match: W/"9"`), 204, "", headers...)
	}
	for _, token := range []string{"", own, w.all()} {
		there := w.send(token, http.MethodOptions, "/Patient/eve", "")
		w.same("absent", there, w.send(token, http.MethodOptions, "/Patient/nobody", ""))
		w.same("another type", there, w.send(token, http.MethodOptions, "/Binary/eve", ""))
		w.same("no token", there, w.send("", http.MethodOptions, "/Patient/eve", ""))
	}
	for path, text := range map[string]string{
		"/Patience/eve":          "the path names a resource type that R4 does not have; types are written as in Patient",
		"/Patient/eve/$nonsense": "this server has no operation of this name",
		"/a/b/c/d/e/f":           "",
	} {
		code := "not-supported"
		if text == "" {
			code, text = "not-found", "there is nothing at this path; the FHIR base of this server is /fhir"
		}
		w.is(path, w.send("", http.MethodOptions, path, ""), 404, oops(code, "", text), "Allow:")
	}
}

// A method that a path does not take is a 405 that says which it takes, one that
// the server does not know a 501.
func TestMethodNotAllowed(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "", "GET, HEAD, OPTIONS, POST"},
		{"POST", "/Patient/eve", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
		{"POST", "/metadata", "GET, HEAD, OPTIONS"},
		{"GET", "/Patient/_search", "OPTIONS, POST"},
		{"GET", "/Patient/$validate", "OPTIONS, POST"},
		{"TRACE", "/Patient", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"},
		{"DELETE", "/Patient/eve/_history/1", "GET, HEAD, OPTIONS"},
	} {
		want := oops("not-supported", "", c.method+" is not possible here; these are: "+c.allow)
		w.is(c.method+" "+c.path, w.send("", c.method, c.path, ""), 405, want, "Allow: "+c.allow)
		w.is(c.method+" "+c.path, w.send(all, c.method, c.path, "<x/>", "Content-Type: text/xml"), 405, want, "Allow: "+c.allow)
	}
	for _, method := range []string{"PROPFIND", "CONNECT", "get", "Options", "QUERY"} {
		for _, path := range []string{"/Patient", "/Patient/eve", "/nothing/at/all/here/it/is"} {
			w.is(method+" "+path, w.send(all, method, path, ""), 501, oops("not-supported", "", "the method is not known to this server"), "Allow:")
		}
	}
}
