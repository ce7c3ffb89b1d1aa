package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func gzipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts { // each a member of its own
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestGzipBody(t *testing.T) {
	const limit = 2000
	w := newWorld(t, func(c *Config) { c.MaxBody = limit })
	all := w.all()
	const resource = `{"resourceType":"Patient","id":"x"}`
	const stored = `{"resourceType":"Patient","id":"x",` + stamp + `}`
	whole := gzipped(t, resource)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // of the checksum
	garbled := bytes.Clone(whole)
	garbled[10] |= 7 // a kind of block that there is none
	padded := func(n int) string { return resource + strings.Repeat(" ", n-len(resource)) }
	broken := oops("structure", "http.Content-Encoding", "the body is not the gzip that its Content-Encoding says")
	ended := oops("incomplete", "", "the body ended before its length was reached")
	tooLong := oops("too-long", "", fmt.Sprintf("the body is longer than the %d bytes that this server takes", limit))
	encoding := oops("not-supported", "http.Content-Encoding", "send the body with Content-Encoding: gzip, or without one")
	for _, c := range []struct {
		name, encoding string
		body           []byte
		status         int
		want           string
	}{
		{"broken header", "gzip", []byte("gzip it is not"), 400, broken},
		{"plain", "gzip", []byte(resource), 400, broken},
		{"checksum", "gzip", flipped, 400, broken},
		{"garbled", "gzip", garbled, 400, broken},
		{"garbage behind", "gzip", append(bytes.Clone(whole), "garbage after the end"...), 400, broken},
		{"cut", "gzip", whole[:len(whole)-9], 400, ended},
		{"cut in the header", "gzip", whole[:5], 400, ended},
		{"empty", "gzip", []byte{}, 400, ended},
		{"nothing inside", "gzip", gzipped(t, ""), 400, oops("required", "", "the body is empty; it must be a Patient")},
		{"no JSON inside", "gzip", gzipped(t, "{"), 400, oops("structure", "Patient", "the body is not JSON as FHIR writes it: unexpected EOF")},
		{"too long inside", "gzip", gzipped(t, padded(limit+1)), 413, tooLong},
		{"too long in all", "gzip", gzipped(t, padded(limit), " "), 413, tooLong},
		{"two encodings", "gzip, gzip", gzipped(t, string(whole)), 415, encoding},
		{"identity and gzip", "identity, gzip", whole, 415, encoding},
		{"deflate", "deflate", whole, 415, encoding},
		{"br", "br", whole, 415, encoding},
		{"compress", "compress", whole, 415, encoding},
		{"the plain body", "identity", []byte(resource), 201, stored},
		{"gzip", "gzip", whole, 200, stored},
		{"x-gzip", "X-GZIP", whole, 200, stored},
		{"two members", "gzip", gzipped(t, resource[:9], "", resource[9:]), 200, stored},
		{"just short enough", "gzip", gzipped(t, padded(limit)), 200, stored},
	} {
		got := w.send(all, http.MethodPut, "/Patient/x", string(c.body), "Content-Encoding: "+c.encoding, "Content-Type: application/fhir+json")
		want := ""
		if c.status == 415 {
			want = "gzip"
		}
		w.is(c.name, got, c.status, c.want, "Accept-Encoding: "+want)
	}
	form := w.send(all, http.MethodPost, "/Patient/_search", string(gzipped(t, "_id=x")), "Content-Encoding: gzip", "Content-Type: application/x-www-form-urlencoded")
	if ids := w.bundle(form).ids(); len(ids) != 1 || ids[0] != "Patient/x" {
		t.Errorf("a form: %v", form)
	}
}

// bomb is a gzip stream of ten thousand megabytes of zeros, made as it is read.
type bomb struct {
	block, rest []byte
	blocks      int
	given       int64
}

const megabyte = 1 << 20

func newBomb(t *testing.T) *bomb {
	return &bomb{block: gzipped(t, strings.Repeat("\x00", megabyte)), blocks: 10_000}
}

func (b *bomb) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.blocks == 0 {
			return 0, io.EOF
		}
		b.blocks--
		b.rest = b.block
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.given += int64(n)
	return n, nil
}

// A bomb is put out when it has filled what one body may fill, having been read
// no further.
func TestGzipBomb(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxBody = megabyte })
	body := newBomb(t)
	r := httptest.NewRequest(http.MethodPut, base+"/Patient/x", body)
	r.Header = http.Header{"Authorization": {"Bearer " + w.all()}, "Content-Type": {fhirJSON}, "Content-Encoding": {"gzip"}}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	w.is("bomb", reply{recorder.Code, recorder.Result().Header, recorder.Body.String()}, 413, oops("too-long", "", "the body is longer than the 1048576 bytes that this server takes"))
	if body.given > 64<<10 {
		t.Errorf("%d bytes of the bomb were read", body.given)
	}
	w.is("nothing", w.get(w.all(), "/Patient/x"), 404, oops("not-found", "", noSee))

	// Members with nothing inside are limited by what is sent.
	empty := &bomb{block: gzipped(t, ""), blocks: 1 << 30}
	r.Body, recorder = io.NopCloser(empty), httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	if recorder.Code != 413 || empty.given > 2*megabyte {
		t.Errorf("%d after %d bytes", recorder.Code, empty.given)
	}
}

// failing is a body whose connection breaks.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }

func TestBrokenConnection(t *testing.T) {
	w := newWorld(t)
	for _, encoding := range []string{"", "gzip"} {
		r := httptest.NewRequest(http.MethodPut, base+"/Patient/x", failing{})
		r.Header = http.Header{"Authorization": {"Bearer " + w.all()}, "Content-Type": {fhirJSON}, "Content-Encoding": {encoding}}
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		w.is("broken "+encoding, reply{recorder.Code, recorder.Result().Header, recorder.Body.String()}, 400, oops("incomplete", "", "the body ended before its length was reached"))
	}
}

// What a client accepts decides whether HEAD tells the length.
func TestCompressible(t *testing.T) {
	body := make([]byte, minGzip)
	for accept, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "gzip;q=0": false, "br, gzip;q=0.1": true, "br": false, "gzip, deflate": true, "xgzip": false,
	} {
		r := &request{header: http.Header{"Accept-Encoding": {accept}}}
		if r.compressible(len(body)) != want || r.compressible(len(body)-1) {
			t.Errorf("Accept-Encoding: %q: %v", accept, !want)
		}
	}
}
