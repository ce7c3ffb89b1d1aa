package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// chartSize is how many resources the chart of a test of streaming has:
// EVERYTHING_SIZE=50000 is the long form.
func chartSize(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("EVERYTHING_SIZE")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// largeChart stores a Patient p with so many resources, and the Practitioners to whom
// these refer.
func (w *world) largeChart(size int) {
	w.Helper()
	all := []string{`{"resourceType":"Patient","id":"p"}`}
	for i := range 20 {
		all = append(all, fmt.Sprintf(`{"resourceType":"Practitioner","id":"d%d"}`, i))
	}
	for i := 1; i < size; i++ {
		typ := words("Condition Procedure Observation Observation Observation Observation Observation Observation")[i%8]
		all = append(all, fmt.Sprintf(`{"resourceType":"%s","id":"r%d","status":"final","subject":{"reference":"Patient/p"},"performer":[{"reference":"Practitioner/d%d"}],"effectiveDateTime":"20%02d-01-01","note":[{"text":"%s"}]}`,
			typ, i, i%20, i%26, strings.Repeat("x", 600)))
		if len(all) == 5000 {
			w.add(all...)
			all = nil
		}
	}
	w.add(all...)
}

// timed is a client that notes when the first byte came, and at some parts what is
// still held.
type timed struct {
	heap
	begin time.Time
	first time.Duration
	parts int
	each  int // of which parts the heap is measured
}

func (c *timed) Write(p []byte) (int, error) {
	if c.first == 0 {
		c.first = time.Since(c.begin)
	}
	return c.heap.Write(p)
}

func (c *timed) Flush() {
	if c.parts++; c.parts%c.each == 0 {
		c.heap.Flush()
	}
}

func (w *world) measured(token, path string, each int) *timed {
	w.Helper()
	r := httptest.NewRequest(http.MethodGet, base+path, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	client := &timed{heap: heap{discard: discard{header: make(http.Header)}}, begin: time.Now(), each: each}
	w.handler.ServeHTTP(client, r)
	w.Logf("%s: first byte after %v, %d bytes in %d parts after %v, heap %d kB", path, client.first, client.bytes, client.parts+1, time.Since(client.begin), client.most>>10)
	return client
}

// However large a chart is, one page of it is in memory, and the first part is sent
// before the second is found.
func TestEverythingStreams(t *testing.T) {
	size := chartSize(t, 2000)
	w := newWorld(t)
	w.largeChart(size)
	token := w.token("patient/*.rs", "Patient/p")
	w.measured(token, "/Patient/p/$everything?_type=Condition", 1) // what the first request leaves behind is not counted
	short := w.measured(token, "/Patient/p/$everything?_type=Condition,Practitioner", 1)
	long := w.measured(token, "/Patient/p/$everything", max(1, size/wholeCount/10))
	if long.bytes < 700*size || long.parts < size/wholeCount-1 {
		t.Errorf("%d bytes in %d parts", long.bytes, long.parts)
	}
	if size <= 2000 { // one page of Conditions, four of all: a page has 0.4 MB
		if short.most != 0 || long.most == 0 {
			t.Errorf("heap of %d kB and %d kB", short.most>>10, long.most>>10)
		}
	}
	if long.most > 24<<20 {
		t.Errorf("%d kB are held", long.most>>10)
	}
}

// Each resource is in the answer once, whatever happens while it is sent: what is
// included once more, and what has moved to another place. What has gone is not.
func TestEverythingUnderChanges(t *testing.T) {
	w := newWorld(t)
	size := 3*wholeCount + 10
	w.largeChart(size)
	token := w.all()
	moved := func(i int) string {
		return fmt.Sprintf(`{"resourceType":"Observation","id":"r%d","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"1990"}`, i)
	}
	out := w.stream(token, "/Patient/p/$everything", func(part int) {
		if part == 2 { // these were of the newest, and come behind all others now
			w.add(moved(77), moved(103))
			if got := w.send(token, http.MethodDelete, "/Procedure/r1", ""); got.status != 204 {
				t.Errorf("%d %s", got.status, got.body)
			}
		}
	})
	ids := out.matches(w)
	if len(ids) != size+20-1 || slices.Contains(ids, "Procedure/r1") || !slices.Contains(ids, "Observation/r77") || !slices.Contains(ids, "include Practitioner/d19") {
		t.Errorf("%d ids", len(ids))
	}
}

// A grant that is revoked, or a client that goes away, ends it.
func TestLeak54EverythingEnds(t *testing.T) {
	w := newWorld(t)
	w.largeChart(2*wholeCount + 10)
	token := w.all()
	caller, err := w.tokens.Authenticate(t.Context(), token)
	w.must(err)
	out := w.stream(token, "/Patient/p/$everything", func(part int) {
		if part == 1 {
			w.must(w.tokens.Revoke(t.Context(), caller.Grant.ID))
		}
	})
	if !out.aborted || strings.Count(out.body, `"mode":"match"`) != wholeCount {
		t.Errorf("aborted %v after %d matches", out.aborted, strings.Count(out.body, `"mode":"match"`))
	}
}
