package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/naive"
)

// testLaws holds the server against itself: laws of scopes that hold whatever
// the data is.
func (s suite) testLaws(t *testing.T, b *bench) {
	generator := naive.NewGenerator(b.world, s.seed+1)
	for range s.laws {
		q := generator.Query()
		q.Includes, q.Sort = nil, nil
		all, err := naive.NewOracle(b.world, &naive.Caller{Unrestricted: true}, b.now, naive.NoBug).Ask(q)
		if err != nil {
			t.Fatal(err)
		}
		caller := generator.Caller(q, all.Matches)
		caller.Scopes = append(caller.Scopes, generator.Caller(q, all.Matches).Scopes...)
		l := law{b, q, caller}
		if hopFree(q) {
			l.intersection(t)
			l.union(t)
		}
		l.moreScopes(t)
		l.moreParams(t, generator)
		l.spelling(t)
	}
}

// hopFree: a hop sees only what the scopes show, so that less than the
// intersection may be found.
func hopFree(q naive.Query) bool {
	for _, c := range q.Criteria {
		if strings.Contains(c.Name, ".") || strings.HasPrefix(c.Name, "_has") || c.Name == "_list" {
			return false
		}
	}
	return true
}

type law struct {
	*bench
	query  naive.Query
	caller *naive.Caller
}

// found are the keys that a query finds, sorted.
func (l law) found(q naive.Query, who access) []string {
	tr := request(q, l.caller)
	tr.params.Set("_count", "1000")
	keys := l.ask(who, tr.path, tr.params, nil).matches()
	slices.Sort(keys)
	return keys
}

func (l law) under(scopes ...naive.Scope) []string {
	c := *l.caller
	c.Scopes = scopes
	return l.found(l.query, l.holder(&c, spelled(&c)))
}

func (l law) compare(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s\n\t%s: %d and %d resources", request(l.query, l.caller), name, len(got), len(want))
	}
}

// intersection: scoped = unscoped ∩ allowed.
func (l law) intersection(t *testing.T) {
	everything := l.query
	everything.Criteria = nil
	allowed := l.found(everything, l.holder(l.caller, spelled(l.caller)))
	var both []string
	for _, key := range l.found(l.query, l.anybody()) {
		if _, ok := slices.BinarySearch(allowed, key); ok {
			both = append(both, key)
		}
	}
	l.compare(t, "scoped is unscoped and allowed", l.under(l.caller.Scopes...), both)
}

// union: R(s1 ∪ s2) = R(s1) ∪ R(s2).
func (l law) union(t *testing.T) {
	var either []string
	for _, s := range l.caller.Scopes {
		either = append(either, l.under(s)...)
	}
	slices.Sort(either)
	l.compare(t, "scopes together are each on its own", l.under(l.caller.Scopes...), slices.Compact(either))
}

// moreScopes: adding a scope never hides.
func (l law) moreScopes(t *testing.T) {
	l.within(t, "adding a scope hides", l.under(l.caller.Scopes[1:]...), l.under(l.caller.Scopes...))
}

// moreParams: adding a parameter to a scope never reveals.
func (l law) moreParams(t *testing.T, generator *naive.Generator) {
	scopes := slices.Clone(l.caller.Scopes)
	for _, narrower := range generator.Caller(l.query, nil).Scopes {
		scopes[0].Params = append(slices.Clone(scopes[0].Params), narrower.Params...)
	}
	l.within(t, "adding a parameter to a scope reveals", l.under(scopes...), l.under(l.caller.Scopes...))
}

func (l law) within(t *testing.T, name string, less, more []string) {
	t.Helper()
	for _, key := range less {
		if _, ok := slices.BinarySearch(more, key); !ok {
			t.Errorf("%s\n\t%s %s", request(l.query, l.caller), name, key)
			return
		}
	}
}

// spelling: the order of scopes and of their parameters, percent-encoding, and
// v1 or v2 change nothing.
func (l law) spelling(t *testing.T) {
	plain := l.under(l.caller.Scopes...)
	c := *l.caller
	c.Scopes = slices.Clone(l.caller.Scopes)
	slices.Reverse(c.Scopes)
	var texts []string
	for _, s := range c.Scopes {
		s.Params = slices.Clone(s.Params)
		slices.Reverse(s.Params)
		text := s.Loose()
		if v1, ok := s.V1(); ok {
			text = v1
		}
		if strings.ContainsAny(text, `"\`) || !ascii(text) {
			text = s.String()
		}
		texts = append(texts, text)
	}
	l.compare(t, "spelled "+strings.Join(texts, " "), l.found(l.query, l.holder(&c, strings.Join(texts, " "))), plain)
}

func ascii(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x7f }) < 0
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
