package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store/testbackend"
)

// chunksOf makes long pages be sent in chunks of n.
// Observations of chartOf.
func chunksOf(n int) func(*Config) {
	return func(c *Config) { c.chunk, c.chunkBytes = n, n*1000 }
}

// smallChunks are of about three resources of family.
func smallChunks(c *Config) { c.chunk, c.chunkBytes = 3, 700 }

// streamWorld is two servers on one store: w sends long pages in small chunks, and
// whole sends all of them in one.
func streamWorld(t testing.TB) (w, whole *world) {
	t.Helper()
	database := testbackend.New(t)
	w = worldAt(t, database, smallChunks)
	return w, worldAt(t, database)
}

// family are patients p0 and p1 with Observations, whose performer is one of them
// and Practitioners; the versions of one differ.
func family() []string {
	all := []string{
		`{"resourceType":"Patient","id":"p0"}`, `{"resourceType":"Patient","id":"p1"}`,
		`{"resourceType":"Organization","id":"org"}`,
	}
	for i := range 11 {
		all = append(all,
			fmt.Sprintf(`{"resourceType":"Practitioner","id":"d%d","name":[{"family":"D"}]}`, i),
			fmt.Sprintf(`{"resourceType":"Observation","id":"o%02d","status":"final","subject":{"reference":"Patient/p%d"},"performer":[{"reference":"Practitioner/d%d"}],"valueString":"a \"<%d>\" \u00e4"}`, i, i%2, i, i),
			fmt.Sprintf(`{"resourceType":"Patient","id":"p1","multipleBirthInteger":%d}`, i))
	}
	return append(all, `{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d3"},"organization":{"reference":"Organization/org"}}`)
}

// A page that is sent in chunks is the page that would be sent in one: only its
// links stand at the end.
func TestStreamedPages(t *testing.T) {
	w, whole := streamWorld(t)
	w.add(family()...)
	tokens := map[string]string{"all": w.all(), "chart": w.token("patient/*.rs", "Patient/p1"), "few": w.token("system/Observation.rs?_id=o01,o02,o03,o04,o05")}
	for _, path := range []string{
		"/Observation", "/Observation?_count=2", "/Observation?_count=3", "/Observation?_count=4", "/Observation?_count=6", "/Observation?_count=10",
		"/Observation?_count=11", "/Observation?_count=12", "/Observation?_total=none", "/Observation?_total=accurate&_count=5", "/Observation?_sort=-_id&_count=7",
		"/Observation?subject=Patient/p0", "/Observation?_summary=count", "/Observation?_summary=true", "/Observation?_elements=status", "/Observation?_count=0",
		"/Observation?_pretty=true", "/Observation?_pretty=true&_count=6&_include=*", "/Observation?_id=nobody", "/Observation?_id=nobody&_pretty=true",
		"/Observation?_include=Observation:subject&_include=Observation:performer", "/Observation?_include=Observation:performer&_count=5",
		"/Practitioner?_revinclude=Observation:performer&_include:iterate=Observation:subject&_revinclude=PractitionerRole:practitioner&_include:iterate=PractitionerRole:organization",
		"?_type=Observation,Patient,Practitioner&_include=Observation:subject", "?_type=Observation,Practitioner&_count=20", "/Patient/p1/*", "/Patient/p1/Observation?_count=5",
		"/Patient/p1/_history", "/Patient/p1/_history?_count=3", "/Patient/p1/_history?_count=4", "/Patient/p1/_history?_count=12", "/Patient/p1/_history?_summary=count",
		"/Patient/_history?_count=7", "/Observation/_history", "/Observation/_history?_pretty=true", "/_history", "/_history?_count=20&_elements=status", "/Patient/p1/_history?_since=2020",
		"/Observation?nonsense=1&status=final", "/Observation?nonsense=1&_format=json&_pretty=true",
	} {
		for name, token := range tokens {
			t.Run(name+path, func(t *testing.T) {
				samePages(t, w, whole, token, path)
			})
		}
	}
}

// samePages follows the pages of both servers.
func samePages(t *testing.T, w, whole *world, token, path string) {
	t.Helper()
	for path != "" {
		got := w.get(token, path, "Prefer: handling=lenient")
		want := whole.get(token, path, "Prefer: handling=lenient")
		if got.status != want.status {
			t.Fatalf("%s: status %d, want %d: %s", path, got.status, want.status, got.body)
		}
		if got.status != http.StatusOK {
			return
		}
		if a, b := linkless(t, got.body), linkless(t, want.body); !reflect.DeepEqual(a, b) {
			t.Errorf("%s:\n got %s\nwant %s", path, compact(t, got.body), compact(t, want.body))
		}
		if strings.Contains(path, "_pretty") && got.body != string(indented(bytes.TrimSpace([]byte(compact(t, got.body))))) {
			t.Errorf("%s is not pretty: %s", path, got.body)
		}
		next := w.bundle(got).link("next")
		if w.bundle(got).link("self") != whole.bundle(want).link("self") || (next == "") != (whole.bundle(want).link("next") == "") {
			t.Errorf("%s: links %v, want %v", path, w.bundle(got).Link, whole.bundle(want).Link)
		}
		path = next
	}
}

// linkless is a Bundle without its links, of which each next one is sealed anew, and
// with its includes, which stand behind the matches in no order, in one.
func linkless(t *testing.T, body string) map[string]any {
	t.Helper()
	if _, err := fhirjson.Parse([]byte(body)); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	var b map[string]any
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	delete(b, "link")
	entries, _ := b["entry"].([]any)
	slices.SortStableFunc(entries, func(a, b any) int { return cmp.Compare(includedURL(a), includedURL(b)) })
	return b
}

// includedURL is the fullUrl of an include, and "" of other entries.
func includedURL(entry any) string {
	e := entry.(map[string]any)
	if search, ok := e["search"].(map[string]any); !ok || search["mode"] != "include" {
		return ""
	}
	return e["fullUrl"].(string)
}

// The parts of a page as they are sent: the beginning, chunks, and the links.
func TestStreamParts(t *testing.T) {
	w := newWorld(t, chunksOf(2))
	w.add(chartOf(5)...)
	var parts []int
	out := w.stream(w.all(), "/Observation?_count=5", func(int) { parts = append(parts, 1) })
	if out.aborted || len(parts) != 3 {
		t.Errorf("%d parts, aborted %v", len(parts), out.aborted)
	}
	head := w.send(w.all(), http.MethodHead, "/Observation?_count=5", "")
	got := w.get(w.all(), "/Observation?_count=5")
	if got.header.Get("Content-Length") != "" || head.header.Get("Content-Length") != "" || head.body != "" || head.status != 200 {
		t.Errorf("GET %v, HEAD %d %v %s", got.header, head.status, head.header, head.body)
	}
	if short := w.get(w.all(), "/Observation?_count=2"); short.header.Get("Content-Length") != fmt.Sprint(len(short.body)) {
		t.Errorf("what fits into a chunk: %v", short.header)
	}
}

// An entry of a Bundle is not streamed: it is part of a longer answer.
func TestStreamNotInBatch(t *testing.T) {
	w := newWorld(t, chunksOf(2))
	w.add(chartOf(9)...)
	for _, typ := range []string{"batch", "transaction"} {
		got := w.send(w.all(), http.MethodPost, "", `{"resourceType":"Bundle","type":"`+typ+`","entry":[{"request":{"method":"GET","url":"Observation?_count=8"}},{"request":{"method":"GET","url":"Observation/_history"}}]}`)
		var b struct{ Entry []struct{ Resource found } }
		w.must(json.Unmarshal([]byte(got.body), &b))
		if len(b.Entry) != 2 || len(b.Entry[0].Resource.Entry) != 8 || len(b.Entry[1].Resource.Entry) != 9 {
			t.Errorf("%s: %s", typ, got.body)
		}
	}
}

// streamed is what came of a request whose client watches each part.
type streamed struct {
	reply
	aborted bool // the handler broke the transfer off
}

// watched calls before each write that brings something.
type watched struct {
	*httptest.ResponseRecorder
	writes int
	before func(write int)
}

func (w *watched) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w.writes++
		w.before(w.writes)
	}
	return w.ResponseRecorder.Write(p)
}

// stream sends a request, and calls before each part of the answer; the first is 1.
func (w *world) stream(token, path string, before func(part int), headers ...string) (out streamed) {
	w.Helper()
	r := httptest.NewRequest(http.MethodGet, base+path, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	client := &watched{ResponseRecorder: httptest.NewRecorder(), before: before}
	defer func() {
		cause := recover()
		if cause != nil && cause != http.ErrAbortHandler {
			panic(cause)
		}
		out = streamed{reply{client.Code, client.Result().Header, client.Body.String()}, cause != nil}
	}()
	w.handler.ServeHTTP(client, r)
	return out
}

// brokenOff wants an answer that began well and was broken off after n entries.
func (w *world) brokenOff(name string, out streamed, entries int) {
	w.Helper()
	if !out.aborted || out.status != http.StatusOK || json.Valid([]byte(out.body)) || strings.Count(out.body, `"fullUrl"`) != entries {
		w.Errorf("%s: aborted %v, status %d, %d entries, want %d: %s", name, out.aborted, out.status, strings.Count(out.body, `"fullUrl"`), entries, out.body)
	}
}

// matches are the ids in a page.
func (out streamed) matches(w *world) []string {
	w.Helper()
	ids := w.bundle(out.reply).ids()
	if out.aborted || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		w.Errorf("aborted %v, or an entry twice: %v", out.aborted, ids)
	}
	return ids
}
