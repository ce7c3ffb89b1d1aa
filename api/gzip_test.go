package api

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func TestGzip(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	token := w.all()
	plain := w.get("", "/metadata")
	got := w.get("", "/metadata", "Accept-Encoding: gzip")
	if got.header.Get("Content-Encoding") != "gzip" || len(got.body) >= len(plain.body)/4 || got.header.Get("Content-Type") != "application/fhir+json; charset=utf-8" {
		t.Fatalf("%v, %d bytes", got.header, len(got.body))
	}
	if !strings.Contains(strings.Join(got.header.Values("Vary"), ", "), "Accept-Encoding") {
		t.Errorf("Vary %v", got.header.Values("Vary"))
	}
	reader, err := gzip.NewReader(strings.NewReader(got.body))
	w.must(err)
	text, err := io.ReadAll(reader)
	w.must(err)
	if string(text) != plain.body {
		t.Error("the text is another")
	}
	if plain.header.Get("Content-Encoding") != "" {
		t.Error("compressed without being asked")
	}
	w.is("small", w.get(token, "/Patient/eve", "Accept-Encoding: gzip"), 200, eve, "Content-Encoding:", `ETag: W/"1"`)
}
