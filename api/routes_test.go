package api

import (
	"slices"
	"testing"
)

// Each line of the table is one of three things, and no line stands twice.
func TestTableIsConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, rt := range new(server).routes() {
		kinds := 0
		for _, is := range []bool{rt.handle != nil, rt.public != nil, rt.refusal != ""} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%s %s: is %d of handled, public and refused", rt.method, rt.pattern, kinds)
		}
		if key := rt.method + " " + rt.pattern; seen[key] {
			t.Errorf("%s stands twice", key)
		} else {
			seen[key] = true
		}
		if rt.level == operation && (len(rt.anyOf) == 0 || rt.operation.Definition == "") { // leaks row 25
			t.Errorf("%s %s: an operation declares its letters and its definition", rt.method, rt.pattern)
		}
		if !rt.served() && rt.level != unlisted {
			t.Errorf("%s is advertised and not served", rt.interaction)
		}
	}
}

func TestMethods(t *testing.T) {
	routes := new(server).routes()
	for pattern, want := range map[string][]string{
		system:                  {"GET", "HEAD", "OPTIONS", "POST"},
		"/metadata":             {"GET", "HEAD", "OPTIONS"},
		ofType:                  {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
		instance:                {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"},
		version:                 {"GET", "HEAD", "OPTIONS"},
		versions:                {"GET", "HEAD", "OPTIONS"},
		searchURL:               {"OPTIONS", "POST"},
		ofType + searchURL:      {"OPTIONS", "POST"},
		instance + searchURL:    {"OPTIONS", "POST"},
		inChart:                 {"GET", "HEAD", "OPTIONS"},
		inChart + searchURL:     {"OPTIONS", "POST"},
		ofType + history:        {"GET", "HEAD", "OPTIONS"},
		history:                 {"GET", "HEAD", "OPTIONS"},
		ofType + "/$validate":   {"OPTIONS", "POST"},
		instance + "/$validate": {"GET", "HEAD", "OPTIONS", "POST"},
		"/nothing/of/the/sort":  nil,
	} {
		if got := methods(routes, pattern); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}
