package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
	"github.com/granary-fhir/granary/store/testbackend"
)

// until waits for something that must become so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	late := time.After(time.Minute)
	for !is() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("after a minute it is still not so: %s", what)
		}
	}
}

func TestLine(t *testing.T) {
	l := newLine(1, 1, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	if err := l.enter(ctx); err != nil {
		t.Fatal(err)
	}
	entered := make(chan error)
	go func() { entered <- l.enter(ctx) }()
	until(t, "one waits", func() bool { return l.stats() == LineStats{Working: 1, Waiting: 1} })
	err := l.enter(ctx)
	if !errors.Is(err, store.ErrUnavailable) || err.Error() != "the store is unavailable: all 1 places are taken, and 1 requests wait for one" {
		t.Errorf("with a full line: %v", err)
	}
	l.leave()
	if err := <-entered; err != nil {
		t.Errorf("with a place that became free: %v", err)
	}
	go func() { entered <- l.enter(ctx) }()
	until(t, "one waits", func() bool { return l.waiting.Load() == 1 })
	cancel()
	if err := <-entered; err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	l.patience = time.Millisecond
	if err := l.enter(t.Context()); !errors.Is(err, store.ErrUnavailable) || err.Error() != "the store is unavailable: none of 1 places became free within 1ms" {
		t.Errorf("after its patience: %v", err)
	}
	if got := l.stats(); got != (LineStats{Working: 1, Refused: 2}) {
		t.Errorf("%+v", got)
	}
	l.leave()
	if got := l.stats(); got != (LineStats{Refused: 2}) {
		t.Errorf("at the end: %+v", got)
	}
}

// narrow is a world with one place to read and one to write.
func narrow(t *testing.T, change ...func(*Config)) (*world, *Admission) {
	admission := NewAdmission(1, 1, time.Minute)
	change = append(change, func(c *Config) { c.Admission = admission })
	return worldOn(t, testbackend.New(t), store.ValidateOff, withOneWriter, change...), admission
}

// oneWriter is a backend whose Writes wait for each other, as SQLite's do.
type oneWriter struct {
	store.Backend
	writes chan struct{}
}

func withOneWriter(b store.Backend) store.Backend {
	if _, is := b.(*sqlite.Backend); is {
		return b
	}
	return &oneWriter{b, make(chan struct{}, 1)}
}

func (b *oneWriter) Write(ctx context.Context, fn func(store.Writer) error) error {
	select {
	case b.writes <- struct{}{}:
		defer func() { <-b.writes }()
		return b.Backend.Write(ctx, fn)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// holdWriter keeps everyone from writing until release is called.
func (w *world) holdWriter() (release func()) {
	w.Helper()
	held, free, ended := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		ended <- w.store.View(store.Unrestricted("a test")).Transact(context.Background(), func(*store.Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() {
		close(free)
		w.must(<-ended)
	}
}

var busy = oops("transient", "", "the server is busy or shutting down; try again later")

// Who finds no place is told so at once, those who read are served while those who
// write wait, and so is what needs no data.
func TestOverload(t *testing.T) {
	w, admission := narrow(t)
	w.add(eve)
	all := w.all()
	release := w.holdWriter()
	written := make(chan reply)
	for range 2 {
		go func() { written <- w.send(all, http.MethodDelete, "/Patient/eve", "") }()
	}
	until(t, "one writes and one waits", func() bool { return admission.Stats().Writing == LineStats{Working: 1, Waiting: 1} })
	for name, got := range map[string]reply{
		"create": w.send(all, http.MethodPost, "/Patient", `{"resourceType":"Patient"}`),
		"batch":  w.send(all, http.MethodPost, "", `{"resourceType":"Bundle","type":"batch"}`),
	} {
		w.is(name, got, 503, busy, "Retry-After: 2")
	}
	for path, got := range map[string]reply{
		"read": w.get(all, "/Patient/eve"), "search": w.send(all, http.MethodPost, "/Patient/_search", "", "Content-Type: application/x-www-form-urlencoded"),
		"metadata": w.get("", "/metadata"), "history": w.get(all, "/_history"),
	} {
		if got.status != http.StatusOK {
			t.Errorf("%s: %v", path, got)
		}
	}
	release()
	for range 2 {
		if got := <-written; got.status != http.StatusNoContent {
			t.Errorf("%v", got)
		}
	}
	want := AdmissionStats{Writing: LineStats{Refused: 2}}
	if got := admission.Stats(); got != want {
		t.Errorf("at the end: %+v", got)
	}
	if !strings.Contains(w.logs.String(), `cause="the store is unavailable: all 1 places are taken, and 1 requests wait for one"`) {
		t.Errorf("the log does not tell the cause")
	}
}

// A client that sends its body slowly holds no place and not the writer, whatever
// the body is of.
func TestSlowBodiesHoldNothing(t *testing.T) {
	w, admission := narrow(t, func(c *Config) { c.Timeout = time.Minute })
	w.add(eve)
	all := w.all()
	for _, c := range []struct{ method, path, body, kind string }{
		{http.MethodPost, "/Patient", `{"resourceType":"Patient"}`, fhirJSON},
		{http.MethodPut, "/Patient/new", `{"resourceType":"Patient","id":"new"}`, fhirJSON},
		{http.MethodPatch, "/Patient/eve", `[{"op":"add","path":"/active","value":true}]`, "application/json-patch+json"},
		{http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}`, fhirJSON},
		{http.MethodPost, "/Patient/_search", "family=x", "application/x-www-form-urlencoded"},
		{http.MethodPost, "/Patient/$validate", `{"resourceType":"Patient"}`, fhirJSON},
	} {
		name := c.method + " " + c.path
		body, client := io.Pipe()
		answered := make(chan int)
		go func() {
			r := httptest.NewRequest(c.method, base+c.path, body)
			r.Header.Set("Authorization", "Bearer "+all)
			r.Header.Set("Content-Type", c.kind)
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, r)
			answered <- recorder.Code
		}()
		_, err := io.WriteString(client, c.body[:3]) // returns once the server reads it
		w.must(err)
		if got := w.send(all, http.MethodPost, "/Patient", `{"resourceType":"Patient"}`); got.status != http.StatusCreated {
			t.Errorf("a create beside %s: %v", name, got)
		}
		if got := w.get(all, "/Patient?_id=eve"); got.status != http.StatusOK {
			t.Errorf("a search beside %s: %v", name, got)
		}
		if got := admission.Stats(); got != (AdmissionStats{}) {
			t.Errorf("%s holds a place: %+v", name, got)
		}
		_, err = io.WriteString(client, c.body[3:])
		w.must(err)
		w.must(client.Close())
		if status := <-answered; status >= 300 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// takesAll is a ResponseWriter that is asked when an answer arrives.
type takesAll struct {
	*httptest.ResponseRecorder
	ask func()
}

func (t takesAll) Write(p []byte) (int, error) {
	t.ask()
	return t.ResponseRecorder.Write(p)
}

// An answer is sent when its request has neither place nor connection any more.
func TestSlowReadersHoldNothing(t *testing.T) {
	w, admission := narrow(t)
	w.add(eve)
	r := httptest.NewRequest(http.MethodGet, base+"/Patient", nil)
	r.Header.Set("Authorization", "Bearer "+w.all())
	asked := false
	w.handler.ServeHTTP(takesAll{httptest.NewRecorder(), func() {
		asked = true
		if got := admission.Stats(); got != (AdmissionStats{}) {
			t.Errorf("while the answer is sent: %+v", got)
		}
	}}, r)
	if !asked {
		t.Error("nothing was sent")
	}
}

// A request that takes too long ends, and says so; what it wanted to write is not
// written.
func TestRequestTimeout(t *testing.T) {
	w, admission := narrow(t, func(c *Config) { c.Timeout = time.Second })
	all := w.all()
	release := w.holdWriter()
	got := w.send(all, http.MethodPut, "/Patient/late", `{"resourceType":"Patient","id":"late"}`)
	w.is("update", got, 503, oops("timeout", "", "the request took too long; ask for less, or try again later"), "Retry-After: 2")
	release()
	until(t, "the update is not there", func() bool { return w.get(all, "/Patient/late").status == http.StatusNotFound })
	if got := admission.Stats(); got != (AdmissionStats{}) {
		t.Errorf("at the end: %+v", got)
	}
}

// An answer that is cut off gives the place back too.
func TestAbortedRequestsLeave(t *testing.T) {
	w, admission := narrow(t)
	w.add(eve)
	all := w.all()
	func() {
		defer func() {
			if cause := recover(); cause != http.ErrAbortHandler {
				t.Errorf("%v", cause)
			}
		}()
		r := httptest.NewRequest(http.MethodPost, base+"/Patient", aborting{})
		r.Header.Set("Authorization", "Bearer "+all)
		r.Header.Set("Content-Type", fhirJSON)
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}()
	if got := admission.Stats(); got != (AdmissionStats{}) {
		t.Errorf("%+v", got)
	}
}

// aborting is a body that ends its request as net/http lets handlers end theirs.
type aborting struct{}

func (aborting) Read([]byte) (int, error) { panic(http.ErrAbortHandler) }
