package seed

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeServer is a FHIR server that knows PUT and HEAD.
type fakeServer struct {
	mu       sync.Mutex
	bodies   map[string]string
	versions map[string]int
	busy     int // answer this many requests with 503
	headers  []http.Header
}

func (s *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.headers = append(s.headers, r.Header)
	name := strings.TrimPrefix(r.URL.Path, "/fhir/")
	body, _ := io.ReadAll(r.Body)
	_, known := s.bodies[name]
	status := http.StatusOK
	switch {
	case s.busy > 0:
		s.busy--
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case r.Header.Get("Authorization") != "Bearer t":
		w.WriteHeader(http.StatusUnauthorized)
		return
	case strings.HasSuffix(name, "/bad") && r.Method == http.MethodPut:
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"resourceType":"OperationOutcome","issue":[{"diagnostics":"no good"},{"details":{"text":"at all"}}]}`)
		return
	case r.Method == http.MethodHead && !known:
		w.WriteHeader(http.StatusNotFound)
		return
	case r.Method == http.MethodPut:
		if !known {
			status = http.StatusCreated
		}
		if s.bodies[name] != string(body) {
			s.versions[name]++
		}
		s.bodies[name] = string(body)
	}
	w.Header().Set("ETag", fmt.Sprintf(`W/"%d"`, s.versions[name]))
	w.WriteHeader(status)
}

func newFakeServer(t *testing.T) (*fakeServer, *HTTP) {
	s := &fakeServer{bodies: make(map[string]string), versions: make(map[string]int)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	target := NewHTTP(server.URL+"/fhir/", "t")
	t.Cleanup(func() { _ = target.Close() })
	return s, target
}

func TestHTTP(t *testing.T) {
	s, target := newFakeServer(t)
	for _, c := range []struct {
		files []File
		want  Counts
	}{
		{[]File{patients("a", "b", "c", "bad")}, Counts{Created: 3, Refused: 1}},
		{[]File{patients("a", "b", "c", "d")}, Counts{Created: 1, Unchanged: 3}},
		{[]File{memoryFile("a.json", []byte(`{"resourceType":"Patient","id":"a","active":true}`))}, Counts{Updated: 1}},
	} {
		summary, err := Import(t.Context(), c.files, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := summary.Types["Patient"]; got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
		for _, refusal := range summary.Refusals {
			const want = "p.ndjson: line 4 (Patient/bad): HTTP 422 Unprocessable Entity: no good: at all"
			if refusal.Error() != want {
				t.Errorf("refusal %q, want %q", refusal, want)
			}
		}
	}
	if got, want := s.bodies["Patient/a"], `{"resourceType":"Patient","id":"a","active":true}`; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	if got := s.headers[len(s.headers)-1].Get("Content-Type"); got != "application/fhir+json" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestHTTPWaitsForABusyServer(t *testing.T) {
	s, target := newFakeServer(t)
	var pauses []time.Duration
	target.pause = func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return nil
	}
	s.busy = 3
	summary, err := Import(t.Context(), []File{patients("a")}, target, nil)
	if err != nil || summary.Sum() != (Counts{Created: 1}) {
		t.Errorf("%v, %v", summary, err)
	}
	if len(pauses) != 3 || pauses[0] != 7*time.Second {
		t.Errorf("pauses %v", pauses)
	}
	s.busy = 1000
	_, err = Import(t.Context(), []File{patients("a")}, target, nil)
	if want := "the server is too busy: HTTP 503 Service Unavailable, 6 times"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestHTTPStopsWithoutAToken(t *testing.T) {
	_, target := newFakeServer(t)
	target.token = "wrong"
	summary, err := Import(t.Context(), []File{patients("a", "b", "c")}, target, nil)
	if want := "the server does not accept the token: HTTP 401 Unauthorized"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if summary.Sum() != (Counts{}) {
		t.Errorf("summary %v", summary)
	}
	target.token = ""
	_, err = Import(t.Context(), []File{patients("a")}, target, nil)
	if want := "the server wants an access token, and none was given: HTTP 401 Unauthorized"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// What is not FHIR would answer to each resource in the same way: the first one tells.
func TestHTTPStopsWhereThereIsNoFHIR(t *testing.T) {
	for body, want := range map[string]string{
		"404 page not found": "/fhir is not the base of a FHIR server, such as http://127.0.0.1:8080/fhir: PUT Patient/a is answered with HTTP 404 Not Found",
		`{"error":"x"}`:      "/fhir is not the base of a FHIR server, such as http://127.0.0.1:8080/fhir: PUT Patient/a is answered with HTTP 404 Not Found",
		`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-supported","diagnostics":"no Patients"}]}`: "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		}))
		defer server.Close()
		summary, err := Import(t.Context(), []File{patients("a")}, NewHTTP(server.URL+"/fhir", ""), nil)
		switch {
		case want == "" && (err != nil || len(summary.Refusals) != 1 || !strings.Contains(summary.Refusals[0].Reason, "no Patients")):
			t.Errorf("%s: %v, %v", body, summary, err)
		case want != "" && (err == nil || err.Error() != server.URL+want):
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		retry string
		try   int
		want  time.Duration
	}{
		{"", 1, 500 * time.Millisecond}, {"", 2, time.Second}, {"", 5, 8 * time.Second}, {"", 20, maxPause},
		{"0", 1, 0}, {"3", 1, 3 * time.Second}, {"3600", 1, maxPause}, {"-1", 1, 500 * time.Millisecond}, {"soon", 1, 500 * time.Millisecond},
	} {
		if got := (answer{retry: c.retry}).wait(c.try); got != c.want {
			t.Errorf("pause %q, try %d: %v, want %v", c.retry, c.try, got, c.want)
		}
	}
}

var _ Target = Store{}
