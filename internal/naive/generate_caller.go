package naive

import (
	"sort"
	"strings"
)

// Caller makes a caller whose scopes have to do with a search and, most times,
// with what it finds without any.
func (g *Generator) Caller(q Query, found map[string]*Resource) *Caller {
	var keys []string
	for key := range found {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	about := pick(g, g.w.Of(g.Type()))
	if len(keys) > 0 && g.chance(80) {
		about = found[pick(g, keys)]
	}
	c := &Caller{Patient: g.patientOf(about)}
	switch g.rng.IntN(4) {
	case 0:
		if len(g.w.Of("Practitioner")) > 0 {
			c.User = pick(g, g.w.Of("Practitioner")).Key()
		}
	case 1:
		c.User = "Patient/" + c.Patient
	}
	for range 1 + g.rng.IntN(3) {
		c.Scopes = append(c.Scopes, g.Scope(q, c, about))
	}
	if !speaksOf(c.Scopes, about.Type) && g.chance(70) { // else most would be forbidden
		c.Scopes[0].Type, c.Scopes[0].Letters, c.Scopes[0].Params = about.Type, "rs", nil
	}
	return c
}

// speaksOf tells whether one of the scopes may let a type be searched.
func speaksOf(scopes []Scope, typ string) bool {
	for _, s := range scopes {
		if (s.Type == typ || s.Type == "*") && strings.Contains(s.Letters, "s") {
			return true
		}
	}
	return false
}

// patientOf is a patient in whose chart the resource is, or else any.
func (g *Generator) patientOf(r *Resource) string {
	for _, patient := range g.w.Of("Patient") {
		if g.w.InChart(r, patient.ID) {
			return patient.ID
		}
	}
	return pick(g, g.w.Of("Patient")).ID
}

// Scope makes one scope; its parameters most likely hold for a resource, if it
// is of the scope's type.
func (g *Generator) Scope(q Query, c *Caller, about *Resource) Scope {
	s := Scope{Level: g.level(c), Letters: pick(g, []string{"rs", "rs", "rs", "rs", "rs", "s", "s", "cruds", "cruds", "r", "cud", "rus"}), Type: "*"}
	switch {
	case g.chance(60):
		s.Type = about.Type
	case g.chance(30) && len(q.Types) > 0:
		s.Type = pick(g, q.Types)
	case g.chance(40):
		s.Type = g.Type()
	}
	if !g.chance(55) {
		return s
	}
	if s.Type != "*" && s.Type != about.Type || g.chance(20) {
		typ := s.Type
		if typ == "*" {
			typ = g.Type()
		}
		about = pick(g, g.w.Of(typ))
	}
	for range 1 + g.rng.IntN(2) {
		if p, ok := g.scopeParam(about); ok && (s.Type != "*" || anywhere(p)) && !repeats(s.Params, p) {
			s.Params = append(s.Params, p)
		}
	}
	return s
}

func (g *Generator) level(c *Caller) string {
	switch n := g.rng.IntN(100); {
	case n < 55:
		return "patient"
	case n < 75 && c.User != "":
		return "user"
	}
	return "system"
}

// scopeParam is any filter whose text can stand in a scope.
func (g *Generator) scopeParam(about *Resource) (Pair, bool) {
	for range 5 {
		p, ok := g.Criterion(about)
		if ok && !strings.Contains(p.Name, "_text") && !strings.Contains(p.Name, "_content") && !strings.Contains(p.Name, "_lastUpdated") {
			return p, true
		}
	}
	return Pair{}, false
}

// anywhere tells whether a filter can be asked of any type that has the
// parameter. A hop or one of the other modifiers may be one that the definition
// rules out for some types: a server refuses it there, or grants nothing.
func anywhere(p Pair) bool {
	_, modifier, _ := strings.Cut(p.Name, ":")
	return depth(p.Name) == 0 && contains([]string{"", "missing", "not", "exact", "contains"}, modifier)
}

// repeats tells whether a scope has the parameter already: code=a&code:not=a
// grants nothing, and a server may know that and refuse.
func repeats(params []Pair, p Pair) bool {
	code := func(name string) string { return name[:strings.IndexAny(name+":", ":.")] }
	for _, other := range params {
		if code(other.Name) == code(p.Name) {
			return true
		}
	}
	return false
}
