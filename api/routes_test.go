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
		if !rt.served() && rt.level != unlisted {
			t.Errorf("%s is advertised and not served", rt.interaction)
		}
	}
}

func TestMethods(t *testing.T) {
	routes := new(server).routes()
	for pattern, want := range map[string][]string{
		system:                 {"GET", "HEAD"},
		"/metadata":            {"GET", "HEAD"},
		ofType:                 {"GET", "HEAD", "POST"},
		instance:               {"DELETE", "GET", "HEAD", "PUT"},
		version:                {"GET", "HEAD"},
		versions:               {"GET", "HEAD"},
		searchURL:              {"POST"},
		ofType + searchURL:     {"POST"},
		instance + searchURL:   {"POST"},
		inChart:                {"GET", "HEAD"},
		inChart + searchURL:    {"POST"},
		ofType + history:       nil,
		history:                nil,
		"/nothing/of/the/sort": nil,
	} {
		if got := methods(routes, pattern); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}
