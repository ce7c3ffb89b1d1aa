package naive

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
)

// Generator makes searches and callers at random from values that are in the
// data, so that most searches find something.
type Generator struct {
	w    *World
	rng  *rand.Rand
	seen map[string]map[string]bool // type -> codes of the parameters with a value in some resource
}

// NewGenerator makes a generator; the same seed makes the same searches.
func NewGenerator(w *World, seed uint64) *Generator {
	return &Generator{w: w, rng: rand.New(rand.NewPCG(seed, 1)), seen: map[string]map[string]bool{}}
}

func pick[T any](g *Generator, from []T) T { return from[g.rng.IntN(len(from))] }

func (g *Generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// Type is a type of which there are resources; small ones come as often.
func (g *Generator) Type() string { return pick(g, g.w.Types()) }

// used are the parameters of a kind that have a value in some resource of the
// type; of any kind where kind is "".
func (g *Generator) used(typ, kind string) []string {
	if g.seen[typ] == nil {
		g.seen[typ] = map[string]bool{}
		for _, code := range slices.Sorted(maps.Keys(params[typ])) { // each composite draws
			p := params[typ][code]
			for _, r := range g.w.Of(typ) {
				if p.kind == "composite" && g.compositeIn(r, p) != "" || len(g.w.find(r, p)) > 0 {
					g.seen[typ][code] = true
					break
				}
			}
		}
	}
	var codes []string
	for code := range g.seen[typ] {
		if kind == "" || params[typ][code].kind == kind {
			codes = append(codes, code)
		}
	}
	sort.Strings(codes)
	return codes
}

// Query makes a search of one type, now and then of several, of a compartment or
// of everything.
func (g *Generator) Query() Query {
	switch n := g.rng.IntN(100); {
	case n < 8:
		return g.compartmentQuery()
	case n < 14:
		return g.systemQuery()
	}
	typ := g.Type()
	q := Query{Types: []string{typ}}
	r := pick(g, g.w.Of(typ))
	for range 1 + g.rng.IntN(3) {
		if c, ok := g.Criterion(r); ok {
			q.Criteria = append(q.Criteria, c)
		}
	}
	if g.chance(10) {
		q.Criteria = nil
	}
	g.shape(&q, typ)
	return q
}

// shape adds includes and an order.
func (g *Generator) shape(q *Query, typ string) {
	if g.chance(22) {
		q.Includes = g.includes(typ)
	}
	if g.chance(40) {
		q.Sort = g.sort(typ)
	}
}

func (g *Generator) compartmentQuery() Query {
	name := pick(g, []string{"Patient", "Patient", "Encounter", "Practitioner"})
	if len(g.w.Of(name)) == 0 {
		name = "Patient"
	}
	q := Query{Compartment: pick(g, g.w.Of(name)).Key()}
	members := g.members(name)
	if g.chance(20) {
		q.Types = nil // all of them: Patient/1/*
		q.Criteria = g.common()
		return q
	}
	typ := pick(g, members)
	q.Types = []string{typ}
	compartment, id, _ := strings.Cut(q.Compartment, "/")
	for _, r := range g.w.Of(typ) {
		if g.w.in(r, compartment, id) && g.chance(30) {
			if c, ok := g.Criterion(r); ok {
				q.Criteria = []Pair{c}
			}
			break
		}
	}
	g.shape(&q, typ)
	return q
}

func (g *Generator) systemQuery() Query {
	types := append([]string(nil), g.w.Types()...)
	g.rng.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
	types = types[:2+g.rng.IntN(3)]
	q := Query{Types: types, Criteria: g.common()}
	if g.chance(50) {
		if code := g.shared(types); code != "" {
			if c, ok := g.of(pick(g, g.w.Of(types[0])), code); ok && anywhere(c) {
				q.Criteria = append(q.Criteria, c)
			}
		}
	}
	return q
}

// shared is a parameter that all the types have, of one kind; "" if there is none.
func (g *Generator) shared(types []string) string {
	var codes []string
	for _, code := range g.used(types[0], "") {
		all := true
		for _, typ := range types[1:] {
			p := params[typ][code]
			all = all && p != nil && p.kind == params[types[0]][code].kind
		}
		if all {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return ""
	}
	return pick(g, codes)
}

// common are criteria that every type has.
func (g *Generator) common() []Pair {
	r := pick(g, g.w.Of(g.Type()))
	switch g.rng.IntN(5) {
	case 0:
		return []Pair{{"_id", r.ID + "," + pick(g, g.w.Of(g.Type())).ID}}
	case 1:
		if updated, ok := g.of(r, "_lastUpdated"); ok {
			return []Pair{updated}
		}
	case 2:
		if tag, ok := g.of(r, "_tag"); ok {
			return []Pair{tag}
		}
	case 3:
		if lists := g.w.Of("List"); len(lists) > 0 {
			return []Pair{{"_list", pick(g, lists).ID}}
		}
	}
	return nil
}

func (g *Generator) sort(typ string) []string {
	var sortable []string
	for _, code := range g.used(typ, "") {
		if kind := params[typ][code].kind; kind != "composite" {
			sortable = append(sortable, code)
		}
	}
	sortable = append(sortable, "_id", "_lastUpdated")
	var keys []string
	for range 1 + g.rng.IntN(2) {
		code := pick(g, sortable)
		if contains(keys, code) || contains(keys, "-"+code) {
			continue
		}
		keys = append(keys, pick(g, []string{"", "-"})+code)
	}
	return keys
}

func (g *Generator) includes(typ string) []Include {
	var includes []Include
	for range 1 + g.rng.IntN(2) {
		include, ok := g.include(typ)
		if ok {
			includes = append(includes, include)
		}
	}
	if len(includes) > 0 && g.chance(35) { // from what came along
		first := includes[0]
		from := first.Source
		if !first.Reverse {
			from = first.Target
		}
		if from != "" {
			if next, ok := g.include(from); ok {
				next.Iterate = true
				includes = append(includes, next)
			}
		}
	}
	return includes
}

func (g *Generator) include(typ string) (Include, bool) {
	if g.chance(60) {
		codes := g.used(typ, "reference")
		if len(codes) == 0 {
			return Include{}, false
		}
		if g.chance(12) {
			return Include{Source: typ, Param: "*"}, true
		}
		i := Include{Source: typ, Param: pick(g, codes)}
		if g.chance(60) {
			i.Target = g.targetOf(typ, i.Param)
		}
		return i, true
	}
	source, code, ok := g.referring(typ)
	i := Include{Reverse: true, Source: source, Param: code}
	if g.chance(30) {
		i.Target = typ
	}
	return i, ok
}

// targetOf is a type to which the references of a parameter lead.
func (g *Generator) targetOf(typ, code string) string {
	if len(g.w.Of(typ)) == 0 {
		return ""
	}
	for range 20 {
		for _, v := range g.w.find(pick(g, g.w.Of(typ)), params[typ][code]) {
			if g.w.Get(v.ref.typ+"/"+v.ref.id) != nil {
				return v.ref.typ
			}
		}
	}
	return ""
}

// referring is a reference parameter of some type that leads to typ.
func (g *Generator) referring(typ string) (source, code string, ok bool) {
	for range 40 {
		source = g.Type()
		if codes := g.used(source, "reference"); len(codes) > 0 {
			if code = pick(g, codes); g.targetOf(source, code) == typ {
				return source, code, true
			}
		}
	}
	return "", "", false
}

// members are the types of a compartment of which there are resources.
func (g *Generator) members(compartment string) []string {
	var types []string
	for _, typ := range Members(compartment) {
		if len(g.w.Of(typ)) > 0 {
			types = append(types, typ)
		}
	}
	return types
}

// Over goes on with a world that has changed; what values there are it remembers.
func (g *Generator) Over(w *World) { g.w = w }

// QueryOf makes a search of a type of which there are resources.
func (g *Generator) QueryOf(typ string) Query {
	q := Query{Types: []string{typ}}
	r := pick(g, g.w.Of(typ))
	for range g.rng.IntN(3) {
		if c, ok := g.Criterion(r); ok {
			q.Criteria = append(q.Criteria, c)
		}
	}
	g.shape(&q, typ)
	return q
}
