package api

import (
	"cmp"
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// ranking groups Observations by their code, and keeps the newest of each group. It
// takes them newest first, and remembers no more than what it keeps: what an older one
// makes one group of were two until then, and the newest of both are the newest of
// each.
type ranking struct {
	most   int
	count  int
	groups map[observed]*group
}

// observed is what Observations are grouped by: a coding's system and code, or of a
// code without codings its text (observation-operation-lastn.html).
type observed struct {
	text         bool
	system, code string
}

// group are the Observations of a code and of those that are the same. A group that
// has been added to another leads there.
type group struct {
	into *group
	kept []rank
}

// rank is an Observation's place among all, and the beginning of its effective time.
type rank struct {
	key   store.Key
	place int
	time  int64
}

func newRanking(most int) *ranking { return &ranking{most: most, groups: make(map[observed]*group)} }

// add adds an Observation that is not newer than those before it.
func (r *ranking) add(key store.Key, time int64, code *fhirjson.Node) {
	r.count++
	var g *group
	for _, o := range codesOf(code) {
		if g == nil {
			g = r.group(o)
		} else {
			r.join(g, r.group(o))
		}
	}
	g.kept = r.newest(append(g.kept, rank{key, r.count, time}))
}

// codesOf are the codings of a code. They are taken to mean the same. Of one without
// codings it is the text, and of one with nothing at all no text.
func codesOf(code *fhirjson.Node) []observed {
	var codes []observed
	for _, coding := range code.Get("coding").Items() {
		if c := coding.Get("code").Text(); c != "" {
			codes = append(codes, observed{system: coding.Get("system").Text(), code: c})
		}
	}
	if len(codes) == 0 {
		codes = []observed{{text: true, code: code.Get("text").Text()}}
	}
	return codes
}

// group is that of a code.
func (r *ranking) group(o observed) *group {
	g := r.groups[o]
	if g == nil {
		g = new(group)
		r.groups[o] = g
	}
	g = g.top()
	r.groups[o] = g // the way is short next time
	return g
}

func (g *group) top() *group {
	for g.into != nil {
		g = g.into
	}
	return g
}

// join makes one group of two.
func (r *ranking) join(g, other *group) {
	if g == other {
		return
	}
	all := slices.Concat(g.kept, other.kept)
	slices.SortFunc(all, func(a, b rank) int { return cmp.Compare(a.place, b.place) })
	g.kept = r.newest(all)
	other.into, other.kept = g, nil
}

// newest are the first so many, and those behind them of the same time as the last.
func (r *ranking) newest(all []rank) []rank {
	end := r.most
	if len(all) <= end {
		return all
	}
	for last := all[end-1].time; end < len(all) && all[end].time == last && last != search.NoSort; end++ {
	}
	return all[:end]
}

// keys are what is kept: group by group, the one with the newest first.
func (r *ranking) keys() []store.Key {
	seen := make(map[*group]bool)
	var groups []*group
	for _, g := range r.groups {
		if g = g.top(); !seen[g] {
			seen[g] = true
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *group) int { return cmp.Compare(a.kept[0].place, b.kept[0].place) })
	var keys []store.Key
	for _, g := range groups {
		for _, one := range g.kept {
			keys = append(keys, one.key)
		}
	}
	return keys
}
