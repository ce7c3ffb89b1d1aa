package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// impatient are the limits of a server that does not wait for long: long enough for what
// is sent at once to be read on a busy machine.
var impatient = limits{header: 2 * time.Second, read: 4 * time.Second, write: time.Minute, idle: 2 * time.Second, bytes: 16 << 10}

// hostileServer serves an empty store, without tokens, to whoever connects to the
// address.
func hostileServer(t *testing.T) (address string, logged *output) {
	t.Helper()
	opened := testbackend.OpenStore(t, time.Now, testbackend.StoreOptions{Validation: store.ValidateStructure})
	logged = newOutput()
	logger := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	handler, err := api.New(api.Config{Store: opened, BaseURL: "http://localhost/fhir", AuthOff: true, MaxBody: 64 << 10, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(handler, logger, impatient)
	ended := make(chan error, 1)
	go func() { ended <- listen(server, listener) }()
	t.Cleanup(func() {
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), logged
}

// answers is everything that the server says to text, until it closes the
// connection: that it does is part of what is proved.
func answers(t *testing.T, address, text string) string {
	t.Helper()
	said, err := answersTo(address, text)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func answersTo(address, text string) (string, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return "", err
	}
	_, _ = io.WriteString(conn, text) // the server may close before all is sent
	said, err := io.ReadAll(conn)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		return "", errors.New("the connection stays open")
	}
	return string(said), nil
}

// Requests that net/http takes or refuses before a handler sees them: whatever is
// on the wire, the connection ends, nothing is written and others are served.
func TestHostileConnections(t *testing.T) {
	const (
		post    = "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
		get     = "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		patient = `{"resourceType":"Patient"}`
		closes  = "" // the server closes without a word
	)
	address, logged := hostileServer(t)
	cases := []struct{ name, sent, want string }{
		{"nothing", "", closes},
		{"half a request line", "GET /fhir", "400"},
		{"half of the headers", "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-A: ", closes},
		{"half of the body", post + "Content-Length: 1000\r\n\r\n" + patient[:20], "408"},
		{"no body where one is announced", post + "Content-Length: 1000\r\n\r\n", "408"},
		{"half of a form", "POST /fhir/Patient/_search HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=x", "408"},
		{"half of a chunk", post + "Transfer-Encoding: chunked\r\n\r\nff\r\n{", "408"},
		{"no last chunk", post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "408"},
		{"Content-Length above the limit", post + "Content-Length: 99999999999\r\n\r\n" + strings.Repeat(" ", 70<<10), "413"},
		{"chunks above the limit", post + "Transfer-Encoding: chunked\r\n\r\n11170\r\n" + strings.Repeat(" ", 70000) + "\r\n0\r\n\r\n", "413"},
		{"Content-Length too short", post + "Connection: close\r\nContent-Length: 10\r\n\r\n" + patient, "400"},
		{"Content-Length negative", post + "Content-Length: -1\r\n\r\n" + patient, "400"},
		{"Content-Length not a number", post + "Content-Length: many\r\n\r\n" + patient, "400"},
		{"Content-Length huge", post + "Content-Length: 99999999999999999999\r\n\r\n" + patient, "400"},
		{"Content-Length twice", post + "Content-Length: 26\r\nContent-Length: 27\r\n\r\n" + patient, "400"},
		{"chunk length not a number", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + patient + "\r\n0\r\n\r\n", "400"},
		{"chunk length huge", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + patient, "400"},
		{"chunk without end", post + "Transfer-Encoding: chunked\r\n\r\n1a\r\n" + patient + "x0\r\n\r\n", "400"},
		{"unknown transfer encoding", post + "Transfer-Encoding: gzip\r\n\r\n" + patient, "501"},
		{"no host", "GET /fhir/metadata HTTP/1.1\r\n\r\n", "400"},
		{"two hosts", get + "Host: y\r\n\r\n", "400"},
		{"space before the colon", get + "Accept : x\r\n\r\n", "400"},
		{"a header without a colon", get + "Accept\r\n\r\n", "400"},
		{"NUL in a header", get + "Accept: \x00\r\n\r\n", "400"},
		{"a header with a bare line feed in its name", get + "X\nY: z\r\n\r\n", "400"},
		{"bytes in a header name", get + "\xff\xfe: x\r\n\r\n", "400"},
		{"bytes in a header", get + "X-A: \xff\xfe\r\n\r\n", "200"},
		{"headers that are too long", get + "X-A: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", "431"},
		{"too many headers", get + strings.Repeat("X-A: y\r\n", 10_000) + "\r\n", "431"},
		{"a path that is too long", "GET /fhir/" + strings.Repeat("x", 40<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
		{"NUL in the path", "GET /fhir/\x00 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"a space in the path", "GET /fhir/a b HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"a broken escape in the path", "GET /fhir/Patient/%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"bytes in the path", "GET /fhir/Patient/\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"},
		{"bytes in the query", "GET /fhir/Patient?name=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400"},
		{"no path", "GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"},
		{"another server's URL", "GET http://evil.example/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"},
		{"no method", " /fhir HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"a method of bytes", "\xff\xfe /fhir HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"another protocol", "GET /fhir HTTP/9.9\r\nHost: x\r\n\r\n", "505"},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "501"},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		{"bytes", strings.Repeat("\x00\xff\r\n", 1000), "400"},
		{"an unknown expectation", get + "Expect: miracles\r\n\r\n", "417"},
	}
	type answer struct {
		said string
		err  error
	}
	all := make([]answer, len(cases))
	var clients sync.WaitGroup
	for i, c := range cases { // all at once: several wait for the server to lose its patience
		clients.Go(func() { all[i].said, all[i].err = answersTo(address, c.sent) })
	}
	clients.Wait()
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			said, err := all[i].said, all[i].err
			if err != nil {
				t.Fatal(err)
			}
			status, _, _ := strings.Cut(strings.TrimPrefix(said, "HTTP/1.1 "), " ")
			if status != c.want {
				t.Errorf("status %q, want %q: %.600s", status, c.want, said)
			}
			if strings.Contains(said, "goroutine") || strings.Contains(said, ".go:") {
				t.Errorf("the answer has a stack trace: %s", said)
			}
		})
	}
	if now := answers(t, address, "GET /fhir/Patient?_summary=count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.Contains(now, `"total":0`) {
		t.Errorf("the store has changed, or does not answer: %s", now)
	}
	if text := logged.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "panic") {
		t.Error(text)
	}
}

// Clients that come, say half of what they have to say and wait do not keep others
// from being served; nor do those that leave.
func TestSlowClientsKeepNobodyWaiting(t *testing.T) {
	address, logged := hostileServer(t)
	half := "PUT /fhir/Patient/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nContent-Length: 41\r\n\r\n" + `{"resourceType":"Patient",`
	var waiting []net.Conn
	for range 50 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, half); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, conn)
	}
	body := `{"resourceType":"Patient","id":"quick"}`
	quick := answers(t, address, "PUT /fhir/Patient/quick HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: 39\r\n\r\n"+body)
	if !strings.HasPrefix(quick, "HTTP/1.1 201") {
		t.Errorf("beside slow clients: %s", quick)
	}
	for i, conn := range waiting {
		if i%2 == 0 { // leaves
			_ = conn.Close()
			continue
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusRequestTimeout || !answer.Close {
			t.Errorf("slow client: %d, close %v", answer.StatusCode, answer.Close)
		}
	}
	cut, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cut.Close() }()
	_, _ = io.WriteString(cut, half)
	_ = cut.(*net.TCPConn).CloseWrite()
	_ = cut.SetDeadline(time.Now().Add(30 * time.Second))
	if said, _ := io.ReadAll(cut); !strings.HasPrefix(string(said), "HTTP/1.1 400") || !strings.Contains(string(said), `"incomplete"`) {
		t.Errorf("cut off: %s", said)
	}
	found := answers(t, address, "GET /fhir/Patient?_total=accurate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if ids := regexp.MustCompile(`"id":"[^"]*"`).FindAllString(found, -1); len(ids) != 1 || ids[0] != `"id":"quick"` {
		t.Errorf("stored: %v", ids)
	}
	if text := logged.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "panic") {
		t.Error(text)
	}
}
