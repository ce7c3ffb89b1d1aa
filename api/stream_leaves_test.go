package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/granary-fhir/granary/store/testbackend"
)

// A client that goes away in the middle of a long answer ends the work on it: the
// state of the data, the place and the goroutines are given back, and nothing more is
// read. In a bubble nobody guesses how long that takes: Wait returns when each
// goroutine has ended or waits for another.
func TestStreamEndsWithTheClient(t *testing.T) {
	testbackend.New(t).Folder("a bubble does not wait for a network")
	synctest.Test(t, func(t *testing.T) {
		w, backend := countingWorld(t, chunksOf(2), onePlace)
		w.add(chartOf(20)...)
		p := serve(w, backend)
		p.stays("/Patient/p") // the store makes a connection, which it keeps
		before := p.goroutines()
		for _, path := range []string{
			"/Patient/p/$everything", "/Patient/$everything", "/Observation?_count=1000",
			"/Observation?_count=1000&_include=Observation:subject", "/Observation/_history?_count=1000",
		} {
			for when, leave := range map[string]func(*pipedClient) error{
				"while the first part is sent": func(c *pipedClient) error { return c.leaveAfter(1) },
				"while a later part is sent":   func(c *pipedClient) error { return c.leaveAfter(6000) },
				"while a part is read":         (*pipedClient).leaveDuringRead,
			} {
				if err := leave(p.ask(path)); err != nil {
					t.Errorf("%s of %s: %v", when, path, err)
				}
				if entries := strings.Count(p.stays(path).body, `"fullUrl"`); entries < 20 {
					t.Errorf("%s: whoever stays gets %d entries", path, entries)
				}
				if now := p.goroutines(); now != before {
					t.Errorf("%s of %s: there are %d goroutines, and were %d", when, path, now, before)
				}
			}
		}
	})
}

// onePlace lets in nobody else as long as a request is worked on.
func onePlace(c *Config) { c.Admission = NewAdmission(1, 0, time.Minute) }

// piped is a server whose connections are pipes: what the one side writes, the other
// has to take.
type piped struct {
	*world
	backend     *counting
	connections chan net.Conn
}

func serve(w *world, backend *counting) *piped {
	p := &piped{w, backend, make(chan net.Conn)}
	server := &http.Server{Handler: w.handler}
	ended := make(chan error)
	go func() { ended <- server.Serve(p) }()
	w.Cleanup(func() {
		w.must(server.Close())
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			w.Error(err)
		}
	})
	return p
}

// Accept implements net.Listener.
func (p *piped) Accept() (net.Conn, error) {
	if connection, ok := <-p.connections; ok {
		return connection, nil
	}
	return nil, net.ErrClosed
}

// Close implements net.Listener.
func (p *piped) Close() error { close(p.connections); return nil }

// Addr implements net.Listener.
func (p *piped) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// goroutines counts those of the bubble.
func (p *piped) goroutines() int {
	p.Helper()
	var stacks strings.Builder
	p.must(pprof.Lookup("goroutine").WriteTo(&stacks, 2))
	return strings.Count(stacks.String(), ", synctest bubble ")
}

// pipedClient has sent a request, and took nothing of the answer yet.
type pipedClient struct {
	*piped
	conn net.Conn
}

func (p *piped) ask(path string) *pipedClient {
	p.Helper()
	client, server := net.Pipe()
	p.connections <- server
	_, err := fmt.Fprintf(client, "GET /fhir%s HTTP/1.1\r\nHost: granary.test\r\nAuthorization: Bearer %s\r\n\r\n", path, p.all())
	p.must(err)
	return &pipedClient{p, client}
}

// stays takes a whole answer.
func (p *piped) stays(path string) reply {
	p.Helper()
	c := p.ask(path)
	got, err := http.ReadResponse(bufio.NewReader(c.conn), nil)
	p.must(err)
	body, err := io.ReadAll(got.Body)
	p.must(err)
	c.leave()
	return reply{got.StatusCode, got.Header, string(body)}
}

// leave goes, and comes back when the server has nothing more to do.
func (c *pipedClient) leave() {
	c.Helper()
	c.must(c.conn.Close())
	synctest.Wait()
}

// leaveAfter takes n bytes, waits, and goes.
func (c *pipedClient) leaveAfter(n int64) error {
	_, err := io.CopyN(io.Discard, c.conn, n)
	synctest.Wait()
	open, reads := c.backend.open.Load(), c.backend.reads.Load()
	c.leave()
	if err != nil || open != 0 || c.backend.open.Load() != 0 || c.backend.reads.Load() != reads {
		return fmt.Errorf("%d states were held and %d are; %d more parts are read; %v", open, c.backend.open.Load(), c.backend.reads.Load()-reads, err)
	}
	return nil
}

// leaveDuringRead takes the first part, and goes when the second is read.
func (c *pipedClient) leaveDuringRead() error {
	_, err := io.CopyN(io.Discard, c.conn, 1)
	synctest.Wait() // for who has not taken all of the first part the second is not read
	open, reads := int64(0), c.backend.reads.Load()
	c.backend.during = func(ctx context.Context) {
		open = c.backend.open.Load()
		err = errors.Join(err, c.conn.Close())
		<-ctx.Done()
	}
	_, _ = io.Copy(io.Discard, c.conn)
	synctest.Wait()
	c.backend.during = nil
	if err != nil || open != 1 || c.backend.open.Load() != 0 || c.backend.reads.Load() != reads+1 {
		return fmt.Errorf("%d states were held and %d are; %d more parts are read; %v", open, c.backend.open.Load(), c.backend.reads.Load()-reads, err)
	}
	return nil
}
