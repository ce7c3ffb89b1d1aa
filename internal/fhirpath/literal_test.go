package fhirpath

import (
	"strings"
	"testing"
)

func TestSplitLiteral(t *testing.T) {
	for _, c := range []struct{ reference, prefix, typ, id string }{
		{"Patient/1", "", "Patient", "1"},
		{"Patient/1/_history/2", "", "Patient", "1"},
		{"http://a/b/Patient/1", "http://a/b/", "Patient", "1"},
		{"http://a/b/Patient/1/_history/2", "http://a/b/", "Patient", "1"},
		{"/Patient/1", "/", "Patient", "1"},
	} {
		prefix, typ, id, ok := SplitLiteral(c.reference)
		if !ok || prefix != c.prefix || typ != c.typ || id != c.id {
			t.Errorf("SplitLiteral(%q) = %q, %q, %q, %v", c.reference, prefix, typ, id, ok)
		}
	}
	for _, none := range []string{
		"", "/", "Patient", "Patient/", "/1", "Nothing/1", "patient/1", "Resource/1", "Patient/1/", "Patient/a b", "Patient/1#a",
		"Patient/1/_history", "Patient/1/_history/", "Patient/1/_history/a/b", "Patient/1/_history/1/_history/2", "urn:uuid:1", "#p",
		"Patient/" + strings.Repeat("x", 65), "Patient/_", "Patient/é",
	} {
		if prefix, typ, id, ok := SplitLiteral(none); ok {
			t.Errorf("SplitLiteral(%q) = %q, %q, %q", none, prefix, typ, id)
		}
	}
}

func TestIsAbsolute(t *testing.T) {
	for _, uri := range []string{"http://a/b", "urn:uuid:1", "a:", "Z+1-2.3:x"} {
		if !IsAbsolute(uri) {
			t.Errorf("%q is absolute", uri)
		}
	}
	for _, uri := range []string{"", ":", ":a", "1a:b", "Patient/1", "Patient/a:b", "#a:b", "?a:b", "é:b", "a"} {
		if IsAbsolute(uri) {
			t.Errorf("%q is not absolute", uri)
		}
	}
}
