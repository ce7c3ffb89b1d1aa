package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

var longPages = []string{"/Observation?_count=1000", "/Observation?_count=1000&_pretty=true", "/Patient/p/*?_count=1000", "/Observation/_history?_count=1000", "/_history?_count=1000"}

// A grant that was revoked or changed, or has expired, while an answer is sent: the
// answer ends there, and cannot be taken for a whole one.
func TestStreamEndsWithTheGrant(t *testing.T) {
	w := newWorld(t, chunksOf(2))
	w.add(chartOf(20)...)
	for name, change := range map[string]func(auth.Grant){
		"revoked": func(g auth.Grant) { w.must(w.tokens.Revoke(t.Context(), g.ID)) },
		"narrowed": func(g auth.Grant) {
			g.Scopes = "system/Observation.rs?_id=o1"
			_, err := w.tokens.Issue(t.Context(), g, time.Hour)
			w.must(err)
		},
		"expired": func(auth.Grant) { w.Advance(2 * time.Hour) },
	} {
		for _, path := range longPages {
			token := w.token("system/*.rs")
			caller, err := w.tokens.Authenticate(t.Context(), token)
			w.must(err)
			out := w.stream(token, path, func(part int) {
				if part == 3 {
					change(caller.Grant)
				}
			})
			w.brokenOff(name+" "+path, out, 6) // the part of this time was read before
		}
	}
	if !strings.Contains(w.logs.String(), "answer broken off") || strings.Contains(w.logs.String(), "level=ERROR") {
		t.Error("the log does not say so, or takes it for the server's own fault")
	}
}

// What fails after the first byte breaks the answer off.
func TestStreamBreaksOff(t *testing.T) {
	w := newWorld(t, chunksOf(2))
	w.add(chartOf(20)...)
	view := w.store.View(store.Unrestricted("test"))
	after := func(more more) (cause any, err error) {
		defer func() { cause = recover() }()
		d := &dispatcher{log: quiet(&w.logs)}
		r := &request{id: "q7", context: t.Context(), method: http.MethodGet}
		return nil, d.follow(httptest.NewRecorder(), r, &response{more: more, view: view})
	}
	secret := errors.New("disk I/O error")
	if _, err := after(func(context.Context, *store.Reader) (pieces, bool, error) { return nil, false, secret }); !errors.Is(err, secret) {
		t.Errorf("an error: %v", err)
	}
	if cause, err := after(func(context.Context, *store.Reader) (pieces, bool, error) { panic("secret cause") }); err == nil || cause != nil {
		t.Errorf("a panic: %v, %v", err, cause)
	}
	for _, want := range []string{"request=q7", "disk I/O error", "secret cause"} {
		if !strings.Contains(w.logs.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	// What can be refused is refused before the first byte.
	for _, path := range []string{"/Observation?_count=1000&_cursor=x", "/Observation/_history?_count=1000&_cursor=x"} {
		if got := w.get(w.all(), path); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

// A client over a connection: it gets the whole, or an error. It is never told that
// a part is all.
func TestStreamOverConnection(t *testing.T) {
	w := newWorld(t, chunksOf(50))
	w.add(chartOf(400)...)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	ask := func(token, encoding string, first func()) ([]byte, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/fhir/Observation?_count=400", nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Accept-Encoding", encoding)
		got, err := server.Client().Do(r)
		w.must(err)
		defer got.Body.Close()
		if got.Header.Get("Content-Encoding") != strings.TrimPrefix(encoding, "identity") {
			t.Errorf("%s: %v", encoding, got.Header)
		}
		first()
		return io.ReadAll(got.Body)
	}
	for _, encoding := range []string{"identity", "gzip"} {
		whole, err := ask(w.all(), encoding, func() {})
		if err != nil {
			t.Errorf("%s: %v", encoding, err)
		}
		token := w.token("system/*.rs")
		caller, err := w.tokens.Authenticate(t.Context(), token)
		w.must(err)
		w.once(server, func() { w.must(w.tokens.Revoke(t.Context(), caller.Grant.ID)) })
		part, err := ask(token, encoding, func() {})
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(part) == 0 || len(part) >= len(whole) {
			t.Errorf("%s: %d of %d bytes, %v", encoding, len(part), len(whole), err)
		}
		server.Config.Handler = w.handler
	}
}

// once makes the server call fn when the second part of an answer is sent.
func (w *world) once(server *httptest.Server, fn func()) {
	server.Config.Handler = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.handler.ServeHTTP(&interposed{ResponseWriter: out, second: fn}, r)
	})
}

type interposed struct {
	http.ResponseWriter
	flushes int
	second  func()
}

func (i *interposed) Flush() {
	i.ResponseWriter.(http.Flusher).Flush()
	if i.flushes++; i.flushes == 2 {
		i.second()
	}
}

// counting tells how many states of the data are held, and in how many reads.
type counting struct {
	store.Backend
	open, reads atomic.Int64
	during      func(context.Context) // called within each read; nil for none
}

func (c *counting) Read(ctx context.Context, fn func(store.Snapshot) error) error {
	c.open.Add(1)
	defer c.open.Add(-1)
	return c.Backend.Read(ctx, func(s store.Snapshot) error {
		c.reads.Add(1)
		if c.during != nil {
			c.during(ctx)
		}
		return fn(s)
	})
}

// countingWorld is a world whose backend counts.
func countingWorld(t testing.TB, change ...func(*Config)) (*world, *counting) {
	t.Helper()
	w := newWorld(t, change...)
	backend := testbackend.Open(t, testbackend.Options{Clock: w.Now, Registry: w.store.Registry()})
	c := &counting{Backend: backend}
	other := testbackend.StoreOn(t, c, testbackend.StoreOptions{Base: base})
	tokens := auth.NewTokens(other, auth.PanelAll, w.Now)
	config := Config{Store: other, Tokens: tokens, BaseURL: base, Clock: w.Now, Logger: quiet(&w.logs)}
	for _, fn := range change {
		fn(&config)
	}
	handler, err := New(config)
	w.must(err)
	return &world{TB: t, store: other, tokens: tokens, handler: handler, Clock: w.Clock}, c
}

// Clients that take nothing hold no state of the data and no connection to it:
// while very many of them wait, others read, and write.
func TestStreamHoldsNothing(t *testing.T) {
	w, backend := countingWorld(t, chunksOf(2))
	w.add(chartOf(8)...)
	token := w.token("system/*.cruds")
	slow := 200 // more than the store has connections
	if testbackend.IsMongoDB() {
		slow = 60 // the engine for tests gives each transaction one of 80
	}
	waiting, release := make(chan struct{}, slow), make(chan struct{})
	ended := make(chan streamed, slow)
	for range slow {
		go func() {
			ended <- w.stream(token, "/Observation?_count=8", func(part int) {
				if part == 2 {
					waiting <- struct{}{}
					<-release
				}
			})
		}()
	}
	for range slow {
		<-waiting
	}
	if n := backend.open.Load(); n != 0 {
		t.Errorf("%d states are held while nobody takes anything", n)
	}
	for range 20 {
		if got := w.get(token, "/Observation?_count=8"); got.status != http.StatusOK {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if got := w.send(token, http.MethodPost, "/Patient", `{"resourceType":"Patient"}`); got.status != http.StatusCreated {
		t.Errorf("%d %s", got.status, got.body)
	}
	close(release)
	for range slow {
		if out := <-ended; len(out.matches(w)) != 8 {
			t.Errorf("%d entries", len(out.matches(w)))
		}
	}
}

// What is not changed while a page is sent is in it once; what comes, goes or
// changes meanwhile may be there or not, and never twice.
func TestStreamUnderChanges(t *testing.T) {
	w := newWorld(t, chunksOf(3))
	w.add(chartOf(30)...)
	token := w.all()
	for _, path := range []string{"/Observation?_count=1000", "/Observation?_count=1000&_sort=_id", "/Observation?_count=1000&_sort=date", "/Patient/p/Observation?_count=1000", "/Observation?_count=1000&_include=Observation:subject"} {
		n := 0
		out := w.stream(token, path, func(part int) {
			n++
			w.add(fmt.Sprintf(`{"resourceType":"Observation","id":"new%d","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01T00:00:%02dZ"}`, n, n))
			if got := w.send(token, http.MethodDelete, fmt.Sprintf("/Observation/new%d", max(1, n-2)), ""); got.status >= 300 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
		ids := out.matches(w)
		for i := range 30 {
			if !slices.Contains(ids, fmt.Sprintf("Observation/o%d", i)) {
				t.Errorf("%s: o%d is missing: %v", path, i, ids)
			}
		}
		if strings.Contains(path, "_include") != slices.Contains(ids, "include Patient/p") {
			t.Errorf("%s: %v", path, ids)
		}
		for i := range n {
			w.send(token, http.MethodDelete, fmt.Sprintf("/Observation/new%d", i+1), "")
		}
	}
}

// What was deleted, or does not match any more, before its turn is left out.
func TestStreamedIncludesUnderChanges(t *testing.T) {
	w := newWorld(t, smallChunks)
	w.add(family()...)
	token := w.all()
	out := w.stream(token, "/Observation?_include=Observation:performer&_count=1000", func(part int) {
		if part == 3 {
			if got := w.send(token, http.MethodDelete, "/Practitioner/d4", ""); got.status >= 300 {
				t.Errorf("%d %s", got.status, got.body)
			}
		}
	})
	ids := out.matches(w)
	if len(ids) != 11+10 || slices.Contains(ids, "include Practitioner/d4") || !slices.Contains(ids, "include Practitioner/d5") {
		t.Errorf("%v", ids)
	}
	// What a match refers to is brought along, and becomes a match meanwhile; another
	// match is none any more.
	w.add(`{"resourceType":"Observation","id":"o99","status":"amended"}`,
		`{"resourceType":"Observation","id":"o00","status":"final","derivedFrom":[{"reference":"Observation/o99"}]}`)
	out = w.stream(token, "/Observation?status=final&_include=Observation:derived-from&_sort=_id&_count=1000", func(part int) {
		if part == 2 {
			w.add(`{"resourceType":"Observation","id":"o99","status":"final"}`, `{"resourceType":"Observation","id":"o08","status":"amended"}`)
		}
	})
	ids = out.matches(w)
	if len(ids) != 10+1 || slices.Contains(ids, "Observation/o08") || !slices.Contains(ids, "include Observation/o99") {
		t.Errorf("%v", ids)
	}
}

// heap is a client that measures, whenever a part has come, what is still held.
type heap struct {
	discard
	most uint64
}

func (h *heap) Flush() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc)
}

// However long a page is, one chunk of it is in memory.
func TestStreamMemory(t *testing.T) {
	const size = 100 << 10
	w := newWorld(t, func(c *Config) { c.chunk, c.chunkBytes = 5, 5*size })
	for i := range 100 {
		w.add(fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","note":[{"text":"%s"}]}`, i, strings.Repeat("x", size)))
	}
	token := w.all()
	for _, path := range []string{"/Observation", "/Observation/_history"} {
		measure := func(count int) uint64 {
			r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("%s%s?_count=%d", base, path, count), http.NoBody)
			r.Header.Set("Authorization", "Bearer "+token)
			client := &heap{discard: discard{header: make(http.Header)}}
			w.handler.ServeHTTP(client, r)
			if client.bytes < count*size || client.most == 0 {
				t.Fatalf("%d bytes", client.bytes)
			}
			return client.most
		}
		measure(10) // what the first request leaves behind is not counted
		if short, long := measure(15), measure(100); long > short+10*size {
			t.Errorf("%s: %d kB for 15 resources, %d kB for 100", path, short>>10, long>>10)
		}
	}
}
