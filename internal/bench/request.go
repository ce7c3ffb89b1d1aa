package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Request is one request that a client makes.
type Request struct {
	Method string
	Path   string // below the base, with its query
	Body   []byte
	Status int // that it should have
	// Length is how long the answer should be, at least; 0 for any.
	Length int64
}

// Answer is what came of a request.
type Answer struct {
	Status   int
	Length   int64
	Location string
	Body     []byte // only if it was asked for
}

// timeout is how long one request may take: longer is an error.
const timeout = time.Minute

// client is one connection that is kept alive. It reads and writes where it
// stands, so that measuring costs little beside what is measured: no goroutines,
// and bodies are thrown away in large pieces.
type client struct {
	server Server
	token  string
	conn   net.Conn
	in     *bufio.Reader
	out    bytes.Buffer
	drain  []byte
}

func newClient(server Server, token string) *client {
	return &client{server: server, token: token, drain: make([]byte, 256<<10)}
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// do makes the request. After an error the connection is a new one.
func (c *client) do(ctx context.Context, r *Request, wantBody bool) (Answer, error) {
	answer, err := c.try(ctx, r, wantBody)
	if err != nil {
		c.close()
	}
	return answer, err
}

func (c *client) try(ctx context.Context, r *Request, wantBody bool) (Answer, error) {
	if c.conn == nil {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", c.server.Address)
		if err != nil {
			return Answer{}, err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	if err := c.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return Answer{}, err
	}
	c.write(r)
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return Answer{}, err
	}
	response, err := http.ReadResponse(c.in, &http.Request{Method: r.Method})
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: response.StatusCode, Location: response.Header.Get("Location")}
	if wantBody {
		answer.Body, err = io.ReadAll(response.Body)
		answer.Length = int64(len(answer.Body))
	} else {
		answer.Length, err = c.discard(response.Body)
	}
	if response.Close {
		c.close()
	}
	return answer, err
}

func (c *client) write(r *Request) {
	c.out.Reset()
	for _, text := range []string{
		r.Method, " ", c.server.Path, r.Path, " HTTP/1.1\r\nHost: ", c.server.Address,
		"\r\nAccept: application/fhir+json\r\nAuthorization: Bearer ", c.token,
	} {
		c.out.WriteString(text)
	}
	if r.Body != nil {
		c.out.WriteString("\r\nContent-Type: application/fhir+json\r\nContent-Length: " + strconv.Itoa(len(r.Body)))
	}
	c.out.WriteString("\r\n\r\n")
	c.out.Write(r.Body)
}

func (c *client) discard(body io.Reader) (int64, error) {
	var length int64
	for {
		n, err := body.Read(c.drain)
		length += int64(n)
		switch {
		case errors.Is(err, io.EOF):
			return length, nil
		case err != nil:
			return length, err
		}
	}
}

// check holds an answer to what its request should get.
func (r *Request) check(answer Answer) error {
	switch {
	case answer.Status != r.Status:
		return fmt.Errorf("%s %s: HTTP %d, not %d", r.Method, r.Path, answer.Status, r.Status)
	case answer.Length < r.Length:
		return fmt.Errorf("%s %s: %d bytes, fewer than %d", r.Method, r.Path, answer.Length, r.Length)
	}
	return nil
}
