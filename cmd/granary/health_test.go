package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// asked is what a handler says at a path.
func asked(handler http.Handler, method, path string) string {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	return fmt.Sprint(recorder.Code, " ", strings.TrimSpace(recorder.Body.String()))
}

func TestHealth(t *testing.T) {
	stopping, stop := context.WithCancel(t.Context())
	logged := newOutput()
	var readErr, writeErr error
	probes := 0
	h := &health{
		stopping: stopping,
		logger:   slog.New(slog.NewTextHandler(logged, nil)),
		patience: time.Minute,
		note:     func() string { return "" },
		read:     func(context.Context) error { probes++; return readErr },
		write:    func(context.Context) error { return writeErr },
	}
	handler := h.around(http.NotFoundHandler())
	is := func(method, path, want string) {
		t.Helper()
		if got := asked(handler, method, path); got != want {
			t.Errorf("%s %s: %s, want %s", method, path, got, want)
		}
	}
	is("GET", "/healthz", "200 ok")
	is("GET", "/readyz", "200 ok")
	is("POST", "/readyz", "405 GET and HEAD are possible here")
	is("GET", "/readyz/", "404 404 page not found")
	writeErr = errors.New("disk full at /secret")
	is("GET", "/readyz", "503 the store's writer takes no work")
	readErr = errors.New("disk gone")
	is("GET", "/readyz", "503 the store cannot be read")
	is("GET", "/healthz", "200 ok")
	for _, want := range []string{`error="disk full at /secret"`, `error="disk gone"`} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log lacks %s: %s", want, logged)
		}
	}
	h.age = time.Hour // from here on the answer is remembered
	is("GET", "/readyz", "503 the store cannot be read")
	readErr, writeErr = nil, nil
	is("GET", "/readyz", "503 the store cannot be read")
	if probes != 3 {
		t.Errorf("%d probes of the store, want 3", probes)
	}
	h.age = 0
	is("GET", "/readyz", "200 ok")
	if !strings.Contains(logged.String(), "ready again") {
		t.Error("the log does not tell that the server is ready again")
	}
	stop()
	is("GET", "/readyz", "503 stopping: requests in flight are answered, new ones are not taken")
	is("GET", "/healthz", "200 ok")
}

// A writer that is held for too long is not ready, and is ready once it is free.
func TestReadinessAsksTheWriter(t *testing.T) {
	opened, err := dataFlags{Data: t.TempDir(), Store: "sqlite"}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	h := newHealth(t.Context(), opened, slog.New(slog.DiscardHandler))
	h.age, h.patience = 0, time.Second // in which it also has to read
	held, free, ended := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		ended <- opened.View(store.Unrestricted("a test")).Transact(t.Context(), func(*store.Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	if got := h.unready(); got != "the store's writer takes no work" {
		t.Errorf("with the writer held: %q", got)
	}
	close(free)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	h.patience = time.Minute
	if got := h.unready(); got != "" {
		t.Errorf("with the writer free: %q", got)
	}
}

// While the server stops, its second address still tells so.
func TestReadinessWhileStopping(t *testing.T) {
	s := serveTest(t, "--data", t.TempDir(), "--no-sandbox", "--auth=off", "--metrics-addr", "127.0.0.1:0")
	watching := strings.TrimSuffix(s.out.find(t, regexpMetrics), "/metrics")
	address := strings.TrimSuffix(strings.TrimPrefix(s.base, "http://"), "/fhir")
	for _, url := range []string{watching + "/readyz", watching + "/healthz", "http://" + address + "/readyz", "http://" + address + "/healthz"} {
		if got := scrape(t, url); got != "ok\n" {
			t.Errorf("%s: %q", url, got)
		}
	}
	slow := slowRequest(t, address)
	ended := make(chan int, 1)
	go func() { code, _ := s.stop(); ended <- code }()
	until(t, "readyz tells that the server stops", func() bool {
		response, err := http.Get(watching + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode == http.StatusServiceUnavailable && strings.HasPrefix(string(body), "stopping")
	})
	_, _ = io.WriteString(slow, slowBody)
	if said, err := io.ReadAll(slow); err != nil || !strings.Contains(string(said), "201 Created") {
		t.Errorf("the request in flight got %v %s", err, said)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

const slowBody = `{"resourceType":"Patient","id":"slow"}`

// slowRequest is a connection on which an update has begun: the server waits for
// slowBody.
func slowRequest(t *testing.T, address string) net.Conn {
	t.Helper()
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slow.Close() })
	// The server asks for the body with 100 Continue once a handler reads it.
	_, err = fmt.Fprintf(slow, "PUT /fhir/Patient/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(slowBody))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(slow, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))); err != nil {
		t.Fatal(err)
	}
	return slow
}

// until waits for something that must become so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
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
