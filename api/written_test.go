package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// leaks row 57: what every write answers with, by what the client prefers and
// whether r admits what was written. Minimal is headers only.
func TestLeak57Prefer(t *testing.T) {
	w := newWorld(t)
	n := 0
	for _, c := range []struct {
		name, method, path, header string
		found                      bool // Patient/pN is there before
		status                     int
		outcome                    string
		location                   string // "" for none
	}{
		// N is a number for each request.
		{"create", http.MethodPost, "/Patient", "", false, 201, "created Patient/ID, version 1", "ID/_history/1"},
		{"conditional create, made", http.MethodPost, "/Patient", "If-None-Exist: identifier=N", false, 201, "created Patient/ID, version 1", "ID/_history/1"},
		{"conditional create, found", http.MethodPost, "/Patient", "If-None-Exist: identifier=N", true, 200, "existing Patient/pN, version 1", "pN/_history/1"},
		{"update, created", http.MethodPut, "/Patient/pN", "", false, 201, "created Patient/pN, version 1", "pN/_history/1"},
		{"update", http.MethodPut, "/Patient/pN", "", true, 200, "updated Patient/pN, version 2", ""},
		{"conditional update, created", http.MethodPut, "/Patient?identifier=N", "", false, 201, "created Patient/pN, version 1", "pN/_history/1"},
		{"conditional update", http.MethodPut, "/Patient?identifier=N", "", true, 200, "updated Patient/pN, version 2", "pN/_history/2"},
	} {
		for _, readable := range []bool{true, false} {
			scopes := map[bool]string{true: "system/*.cruds", false: "system/*.cuds system/Patient.r?active=false"}[readable]
			for prefer, kind := range map[string]string{"": "resource", "return=representation": "resource", "return=minimal": "", "return=OperationOutcome": "outcome"} {
				n++
				own := func(text string) string { return strings.ReplaceAll(text, "N", strconv.Itoa(n)) }
				if c.found {
					w.add(own(`{"resourceType":"Patient","id":"pN","identifier":[{"value":"N"}]}`))
				}
				sent := own(`{"resourceType":"Patient","id":"pN","identifier":[{"value":"N"}],"active":true}`)
				got := unnumbered(w.send(w.token(scopes), c.method, own(c.path), sent, strings.Replace(c.header, "=N", "="+strconv.Itoa(n), 1), "Prefer: "+prefer))
				name := c.name + ", " + scopes + ", " + prefer
				switch {
				case kind == "outcome":
					w.is(name, got, c.status, informing(own(c.outcome)))
				case kind == "" || !readable:
					w.is(name, got, c.status, "", "Content-Type:")
				case got.status != c.status || !strings.HasPrefix(got.body, `{"resourceType":"Patient","id":"`):
					t.Errorf("%s: %v", name, got)
				}
				location := ""
				if c.location != "" {
					location = base + "/Patient/" + own(c.location)
				}
				version := c.outcome[len(c.outcome)-1:]
				w.is(name, got, got.status, got.body, "Location: "+location, `ETag: W/"`+version+`"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT")
			}
		}
	}
}

// An update that changes nothing makes no version, and answers as one that does; but for
// who may not read what is there, and could try out so what it is.
func TestUnchanged(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	for prefer, want := range map[string]string{"": eve, "return=minimal": "", "return=OperationOutcome": informing("unchanged Patient/eve, version 1")} {
		w.is(prefer, w.send(w.all(), http.MethodPut, "/Patient/eve", eve, "Prefer: "+prefer), 200, want, `ETag: W/"1"`, "Location:")
	}
	w.is("no r", w.send(w.token("system/Patient.u"), http.MethodPut, "/Patient/eve", eve), 200, "", `ETag: W/"2"`)
}
