package api

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// Bodies in gzip that are no gzip, end early, or are far longer inside than
// outside.
func TestHostileGzip(t *testing.T) {
	zipped := func(text string) string { return string(gzipped(t, text)) }
	ok := zipped(`{"resourceType":"Patient"}`)
	bomb := zipped(`{"resourceType":"Patient","x":"` + strings.Repeat("x", 8*maxHostile) + `"}`)
	if len(bomb) > maxHostile/4 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	corrupt := []byte(ok)
	corrupt[len(corrupt)-6] ^= 0xff // its checksum
	post := func(name, body string, status int, code string, headers ...string) hostile {
		return hostile{name: name, path: "/Patient", body: body, headers: append([]string{"Content-Encoding: gzip"}, headers...), status: status, code: code, anyAt: true}
	}
	topic(t, []hostile{
		post("no gzip", `{"resourceType":"Patient"}`, 400, anyCode), post("only the header", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00", 400, anyCode), post("cut off", ok[:len(ok)-10], 400, anyCode),
		post("a wrong checksum", string(corrupt), 400, anyCode), post("bytes", strings.Repeat("\x00\xff", 1000), 400, anyCode), post("text after it", ok+"x", 400, anyCode),
		post("not JSON inside", zipped("hello"), 400, "structure"), post("empty inside", zipped(""), 400, "required"), post("gzip within gzip", zipped(ok), 400, "structure"),
		post("a bomb", bomb, 413, "too-long"), post("a bomb in a bomb", zipped(bomb), anyStatus, anyCode), post("two bombs", bomb+bomb, 413, "too-long"), post("a bomb of white space", zipped(strings.Repeat(" ", 4*maxHostile)), 413, "too-long"),
		post("a thousand members", strings.Repeat(zipped(strings.Repeat(" ", 100_000)), 1000), 413, "too-long"),
		post("100,000 levels inside", zipped(strings.Repeat("[", 100_000)), 400, "structure"), post("another encoding as well", ok, 415, "not-supported", "Content-Encoding: gzip, gzip"),
		{name: "a form that is a bomb", method: http.MethodPost, path: "/Patient/_search", body: bomb, headers: []string{"Content-Type: application/x-www-form-urlencoded", "Content-Encoding: gzip"}, status: 413, code: "too-long", anyAt: true},
		{name: "without end", path: "/Patient", stream: io.MultiReader(strings.NewReader(ok[:10]), endlessBody{}), headers: []string{"Content-Encoding: gzip"}, status: anyStatus, code: anyCode, anyAt: true},
		{name: "broken off", path: "/Patient", stream: io.MultiReader(strings.NewReader(ok[:12]), iotest.ErrReader(io.ErrUnexpectedEOF)), headers: []string{"Content-Encoding: gzip"}, status: 400, code: "incomplete", anyAt: true},
		{name: "slow", path: "/Patient", stream: io.MultiReader(strings.NewReader(ok[:12]), slowBody{}), headers: []string{"Content-Encoding: gzip"}, status: 408, code: "timeout", anyAt: true},
	})
}
