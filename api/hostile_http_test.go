package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// endlessBody is a body without end.
type endlessBody struct{}

func (endlessBody) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

// Headers that mean nothing, too much, or the contrary of each other.
func TestHostileHeaders(t *testing.T) {
	ok := `{"resourceType":"Patient"}`
	long := strings.Repeat("x", 60_000)
	media := func(name, contentType string) hostile {
		return hostile{name: "Content-Type " + name, path: "/Patient", body: ok, headers: []string{contentType}, status: 415, code: "not-supported", at: "http.Content-Type"}
	}
	accept := func(value string) hostile {
		return hostile{name: "Accept " + value, path: "/Patient/eve", headers: []string{"Accept: " + value}, status: 406, code: "not-supported", at: "http.Accept"}
	}
	stale := func(tag string) hostile {
		return hostile{name: "If-Match " + tag, method: "PUT", path: "/Patient/eve", body: eve, headers: []string{"If-Match: " + tag}, status: 412, code: "conflict"}
	}
	login := func(name string, header string) hostile {
		return hostile{name: "Authorization " + name, path: "/Patient/eve", headers: []string{header}, status: 401, code: "login"}
	}
	cases := []hostile{
		media("absent", "Content-Type"), media("empty", "Content-Type: "), media("text", "Content-Type: text/plain"), media("XML", "Content-Type: application/fhir+xml"),
		media("a form", "Content-Type: application/x-www-form-urlencoded"), media("multipart", "Content-Type: multipart/form-data; boundary=x"),
		media("anything", "Content-Type: */*"), media("no type", "Content-Type: ;;;"), media("slash", "Content-Type: /"), media("a list", "Content-Type: application/json, application/fhir+json"),
		media("another charset", "Content-Type: application/fhir+json; charset=utf-16"), media("Latin-1", "Content-Type: application/json; charset=iso-8859-1"),
		media("another version", "Content-Type: application/fhir+json; fhirVersion=3.0"), media("parameter twice", "Content-Type: application/json; charset=utf-8; charset=utf-16"),
		media("invalid UTF-8", "Content-Type: application/\xff\xfe"), media("NUL", "Content-Type: application/json\x00"), media("long", "Content-Type: application/"+long),
		media("many parameters", "Content-Type: application/json"+strings.Repeat(";a=b", 10_000)+";a=c"), media("JSON Patch for a create", "Content-Type: application/json-patch+json"),
		{name: "form, Content-Type absent", method: "POST", path: "/Patient/_search", body: "name=x", headers: []string{"Content-Type"}, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "form, as JSON", method: "POST", path: "/Patient/_search", body: `{"name":"x"}`, status: 415, code: "not-supported", at: "http.Content-Type"},
		{name: "Content-Encoding unknown", path: "/Patient", body: ok, headers: []string{"Content-Encoding: br"}, status: 415, code: "not-supported", at: "http.Content-Encoding"},
		{name: "Content-Encoding several", path: "/Patient", body: ok, headers: []string{"Content-Encoding: gzip, gzip, gzip, gzip"}, status: 415, code: "not-supported", at: "http.Content-Encoding"},
		{name: "Content-Encoding nonsense", path: "/Patient", body: ok, headers: []string{"Content-Encoding: \xff" + long}, status: 415, code: "not-supported", at: "http.Content-Encoding"},

		accept("application/fhir+xml"), accept("text/html"), accept("application/json;q=0"), accept("application/json;q=-1"), accept("application/json;q=1e400"),
		accept("application/json;q=NaN"), accept("application/json; charset=utf-16"), accept("application/fhir+json;fhirVersion=5.0"), accept("\xff"), accept("*"), accept(strings.Repeat("text/html,", 6_000)),
		accept(long), accept(strings.Repeat(";", 60_000)), accept("application/json" + strings.Repeat(";q=1", 1000) + ";q=0"),
		{name: "_format XML", path: "/Patient/eve?_format=xml", status: 406, code: "not-supported", at: "http._format"},
		{name: "_format nonsense", path: "/Patient/eve?_format=%00%0d%0aX-Evil:1", status: 406, code: "not-supported", at: "http._format"},
		{name: "_format long", path: "/Patient/eve?_format=" + long, status: 406, code: "not-supported", at: "http._format"},
		{name: "_pretty nonsense", path: "/Patient/eve?_pretty=%00", status: 400, code: "invalid", at: "http._pretty"},

		stale(`W/"0"`), stale(`W/"-1"`), stale(`W/"2"`), stale(`W/"01"`), stale(`W/"+1"`), stale(`W/"1.0"`), stale(`W/"1e0"`), stale(`W/"9223372036854775807"`), stale(`W/"9223372036854775808"`),
		stale(`W/"` + strings.Repeat("9", 400) + `"`), stale(`"`), stale(`W/`), stale(`""`), stale("1"), stale("W/\"1\x00\""), stale("\xff"), stale(`w/"1"`), stale(long), stale("' OR 1=1 --"), stale(`W/"1`),
		{name: "If-Match on an absent resource", method: "PUT", path: "/Patient/adam", body: `{"resourceType":"Patient","id":"adam"}`, headers: []string{`If-Match: W/"1"`}, status: 412, code: "conflict"},
		{name: "delete, If-Match is stale", method: "DELETE", path: "/Patient/eve", headers: []string{`If-Match: W/"7"`}, status: 412, code: "conflict"},

		login("absent", "Authorization"), login("empty", "Authorization: "), login("basic", "Authorization: Basic YTpi"), login("no token", "Authorization: Bearer "),
		login("wrong", "Authorization: Bearer x"), login("invalid UTF-8", "Authorization: Bearer \xff\xfe"), login("NUL", "Authorization: Bearer \x00"), login("long", "Authorization: Bearer "+long),
		login("twice", "Authorization: Bearer a\nBearer b"), login("SQL", "Authorization: Bearer ' OR '1'='1"), login("a list", "Authorization: Bearer a, Bearer b"),
		{name: "token in the query", path: "/Patient/eve?access_token=x", status: 400, code: "security"},
		{name: "token in a form", method: "POST", path: "/Patient/_search", body: "access_token=x", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 400, code: "security"},
	}
	w := hostileWorld(t)
	w.refuses(t, w.all(), cases)
}

// Bodies that are too long, too short or never end.
func TestHostileBodies(t *testing.T) {
	ok := `{"resourceType":"Patient"}`
	broken := io.MultiReader(strings.NewReader(ok[:10]), iotest.ErrReader(io.ErrUnexpectedEOF))
	form := []string{"Content-Type: application/x-www-form-urlencoded"}
	w := hostileWorld(t)
	w.refuses(t, w.all(), []hostile{
		{name: "too long", path: "/Patient", body: `{"resourceType":"Patient","x":"` + strings.Repeat("x", maxHostile) + `"}`, status: 413, code: "too-long"},
		{name: "one byte too long", path: "/Patient", body: ok + strings.Repeat(" ", maxHostile+1-len(ok)), status: 413, code: "too-long"},
		{name: "without end", path: "/Patient", stream: endlessBody{}, status: 413, code: "too-long"},
		{name: "update without end", method: "PUT", path: "/Patient/eve", stream: endlessBody{}, status: 413, code: "too-long"},
		{name: "form without end", method: "POST", path: "/Patient/_search", stream: endlessBody{}, headers: form, status: 413, code: "too-long"},
		{name: "cut off", path: "/Patient", stream: broken, status: 400, code: "incomplete"},
		{name: "form cut off", method: "POST", path: "/Patient/_search", stream: iotest.ErrReader(io.ErrUnexpectedEOF), headers: form, status: 400, code: "incomplete"},
		{name: "form of a million parameters", method: "POST", path: "/Patient/_search", body: strings.Repeat("&a=b", 1_000_000), headers: form, status: 400, code: "too-costly"},
		{name: "form in which a percent sign is not followed by digits", method: "POST", path: "/Patient/_search", body: "name=%zz", headers: form, status: 400, code: "invalid"},
		{name: "form in Latin-1", method: "POST", path: "/Patient/_search", body: "name=M%FCller", headers: form, status: 400, code: "invalid"},
		{name: "form with raw bytes", method: "POST", path: "/Patient/_search", body: "name=\xff\x00\xfe", headers: form, status: 400, code: "invalid"},
		{name: "body of a delete", method: "DELETE", path: "/Patient/eve?x=1", stream: endlessBody{}, status: 400, code: "invalid", at: "http.x"},
	})
}

// slowBody is a body of which nothing more comes in time.
type slowBody struct{}

func (slowBody) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// A body that comes too slowly, and one whose client is gone: in HTTP/2 that is
// an error of the transport's own.
func TestHostileConnections(t *testing.T) {
	w := hostileWorld(t)
	all, before := w.all(), w.everything()
	w.refuses(t, all, []hostile{{name: "slow", path: "/Patient", stream: slowBody{}, status: http.StatusRequestTimeout, code: "timeout"}})
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, body := range map[string]io.Reader{
		"before the body": iotest.ErrReader(errors.New("http2: stream error")), "after it": strings.NewReader(`{"resourceType":"Patient"}`),
	} {
		r := httptest.NewRequestWithContext(gone, http.MethodPost, base+"/Patient", body)
		r.Header.Set("Content-Type", fhirJSON)
		r.Header.Set("Authorization", "Bearer "+all)
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		if recorder.Code != statusClientGone {
			t.Errorf("cancelled %s: %d %s", name, recorder.Code, recorder.Body)
		}
	}
	if strings.Contains(w.logs.String(), "level=ERROR") {
		t.Error(w.logs.String())
	}
	if w.everything() != before {
		t.Error("the store has changed")
	}
}

// The longest body that is taken is taken: the limit is where it is said to be.
func TestTheLongestBody(t *testing.T) {
	w := hostileWorld(t)
	ok := `{"resourceType":"Patient"}`
	got := w.send(w.all(), http.MethodPost, "/Patient", ok+strings.Repeat(" ", maxHostile-len(ok)))
	if got.status != http.StatusCreated {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// Floods of headers, and preferences of every kind, change nothing for the
// request that they come with.
func TestHostileHeadersAreHarmless(t *testing.T) {
	w := hostileWorld(t)
	all, before := w.all(), w.everything()
	flood := make([]string, 10_000)
	for i := range flood {
		flood[i] = "X-" + strconv.Itoa(i) + ": " + strings.Repeat("y", 100)
	}
	for name, headers := range map[string][]string{
		"a flood":               flood,
		"many preferences":      {"Prefer: " + strings.Repeat("return=minimal,", 10_000)},
		"many Prefer headers":   {"Prefer: " + strings.Repeat("handling=strict\n", 10_000)},
		"nonsense in Prefer":    {"Prefer: ;;==\"\"\xff,return,return=,=x, handling = \"\x00\""},
		"unknown preferences":   {"Prefer: respond-async, wait=-1, return=everything"},
		"If-None-Match":         {"If-None-Match: " + strings.Repeat(`W/"7",`, 10_000)},
		"nonsense since":        {"If-Modified-Since: \xff\x00 yesterday"},
		"far future since":      {"If-Modified-Since: Sat, 29 Oct 99999 19:43:31 GMT"},
		"a request id":          {"X-Request-Id: a\r\nb\x00\xff"},
		"a host":                {"X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "Host: evil.example"},
		"another method":        {"X-Http-Method-Override: DELETE"},
		"Accept of everything":  {"Accept: " + strings.Repeat("text/html;q=0.9,", 3000) + "*/*"},
		"Accept without a type": {"Accept: ,"},
		"Accept-Encoding":       {"Accept-Encoding: " + strings.Repeat("gzip;q=\xff,", 3000)},
		"range":                 {"Range: bytes=0-1,5-9999999999999999999"},
		"Expect":                {"Expect: the-unexpected"},
		"length of another one": {"Content-Length: -5"},
	} {
		got := w.hurl(t, all, hostile{path: "/Patient/eve", headers: headers})
		w.is(name, got, http.StatusOK, eve)
		for key, values := range got.header {
			if text := strings.Join(values, " "); strings.ContainsAny(text, "\r\n\x00") || !utf8.ValidString(text) || strings.Contains(text, "evil") {
				t.Errorf("%s: header %s: %q", name, key, text)
			}
		}
	}
	if w.everything() != before {
		t.Error("the store has changed")
	}
}
