package search

import "testing"

// The examples of search.html#string.
func TestString(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", "given=eve", `given^"eve"`},
		{"Patient", "given=ÈVÉ", `given^"eve"`},
		{"Patient", "given:contains=eve", `given~"eve"`},
		{"Patient", "given:exact=Eve", `given=="Eve"`},
		{"Patient", `given:exact=a\,b`, `given=="a,b"`},
		{"Patient", "given=a,B", `(given^"a" | given^"b")`},
		{"Patient", "given:missing=true", "no given"},
	})
	checkRejected(t, []rejected{
		{"Patient", "given= ", "no letter"},
		{"Patient", "given:contains= ", "no letter"},
		{"Patient", "given:text=eve", ":text, which is not supported"},
		{"Patient", "given:not=eve", "right are :exact, :contains or :missing"},
	})
}
