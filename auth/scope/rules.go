package scope

import (
	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// rules collects the alternatives for each letter and type. What needs no other
// type is decided first, then what is linked from that, and so on, so that a
// linked resource is reached only through what the same grant can read.
type rules struct {
	*Compiler
	terms        []term
	alternatives map[store.Rule]search.Or
	contexts     map[Level]contexts
	seen         map[seen]search.Expr    // what visible has answered, of types that are settled
	origins      map[store.Rule][]string // which scopes grant each rule; nil if nobody asks
}

type seen struct {
	level Level
	typ   string
}

// contexts are the resources of each type that a level is about, as the letter r
// sees them.
type contexts map[string]search.Or

func newRules(c *Compiler, terms []term) *rules {
	return &rules{
		Compiler: c, terms: terms,
		alternatives: map[store.Rule]search.Or{}, contexts: map[Level]contexts{}, seen: map[seen]search.Expr{},
	}
}

// finish makes the rules. Each stage needs what the ones before it decided.
func (r *rules) finish() map[store.Rule]search.Expr {
	for _, s := range []stage{r.own, r.referenced, r.ingredients, r.binary, r.provenance} {
		r.add(s)
	}
	done := make(map[store.Rule]search.Expr, len(r.alternatives))
	for rule, either := range r.alternatives {
		done[rule] = either
	}
	return done
}

// stage says which resources of some types a level is about.
type stage func(Level, reach) map[string]predicate

// predicate is the predicate for each letter.
type predicate func(store.Letter) search.Expr

// add runs a stage for each level, and adds what the scopes of the level grant of it.
func (r *rules) add(s stage) {
	byLevel := map[Level]map[string]predicate{}
	for _, t := range r.terms {
		if _, known := byLevel[t.scope.Level]; !known {
			byLevel[t.scope.Level] = s(t.scope.Level, t.reach)
		}
	}
	for _, level := range levels {
		for typ, predicate := range byLevel[level] {
			for i := range len(store.Letters) {
				r.addRule(level, store.Rule{Letter: store.Letter(store.Letters[i]), Type: typ}, predicate)
			}
		}
	}
	for level, byType := range byLevel {
		r.settle(level, byType)
	}
}

// addRule adds what the scopes of a level grant by one letter of one type: of what the
// level is about, which may be a long predicate and is here once, what one of them
// names.
func (r *rules) addRule(level Level, rule store.Rule, predicate predicate) {
	named := r.named(level, rule)
	if len(named) == 0 {
		return
	}
	context := predicate(rule.Letter)
	if context == search.False {
		return
	}
	r.alternatives[rule] = append(r.alternatives[rule], search.And{context, named})
	for _, t := range r.terms {
		if _, ok := t.where[rule.Type]; ok && t.scope.Level == level && t.scope.Has(rule.Letter) {
			r.note(rule, t.by)
		}
	}
}

// named is what the scopes of a level name by one letter of one type.
func (r *rules) named(level Level, rule store.Rule) search.Or {
	var named search.Or
	for _, t := range r.terms {
		where, ok := t.where[rule.Type]
		if ok && t.scope.Level == level && t.scope.Has(rule.Letter) {
			named = append(named, where)
		}
	}
	return named
}

// settle makes what a stage has decided known to the next.
func (r *rules) settle(level Level, byType map[string]predicate) {
	if r.contexts[level] == nil {
		r.contexts[level] = contexts{}
	}
	for typ, predicate := range byType {
		r.contexts[level][typ] = append(r.contexts[level][typ], predicate(store.Read))
		for _, any := range levels {
			delete(r.seen, seen{any, typ})
		}
	}
}

// visible is what a level is about and the grant can read, of one type. Of the level's
// own scopes it has what they name, and not their context a second time: of a type that
// is reached by links that is a long predicate, and each further link would double it.
func (r *rules) visible(level Level, typ string) search.Expr {
	context, about := r.contexts[level][typ]
	if !about {
		return search.False
	}
	key := seen{level, typ}
	if _, known := r.seen[key]; known {
		return r.seen[key]
	}
	rule := store.Rule{Letter: store.Read, Type: typ}
	readable := r.named(level, rule)
	for _, other := range levels {
		if context, about := r.contexts[other][typ]; about && other != level {
			readable = append(readable, search.And{context, r.named(other, rule)})
		}
	}
	r.seen[key] = search.Simplify(search.And{context, readable})
	return r.seen[key]
}

// own is the stage of what needs no other type: everything where there is no
// bound, and else what is by chart or whole.
func (r *rules) own(_ Level, reach reach) map[string]predicate {
	byType := map[string]predicate{}
	for _, typ := range r.registry.Types() {
		verdict := r.compartments.Verdict(typ)
		switch {
		case reach.everything:
			byType[typ] = r.whole(typ, reach)
		case verdict == compartments.ReadOnly:
			byType[typ] = r.admitted(typ, reach.guard)
		case verdict == compartments.ByChart:
			byType[typ] = r.byChart(typ, reach)
		}
	}
	return byType
}

// whole is all of a type, for the letters that are granted where there is no bound.
func (r *rules) whole(typ string, reach reach) predicate {
	return func(letter store.Letter) search.Expr {
		if !r.grants(letter, typ, reach) {
			return search.False
		}
		return search.True
	}
}

// admitted is one Expr for the letters that the table of verdicts admits for the
// type, and false for the others.
func (r *rules) admitted(typ string, expr search.Expr) predicate {
	return func(letter store.Letter) search.Expr {
		if !r.admits(letter, typ) {
			return search.False
		}
		return expr
	}
}

func (r *rules) byChart(typ string, reach reach) predicate {
	read := r.admitted(typ, search.And{reach.guard, reach.chart})
	if typ != "CareTeam" {
		return read
	}
	write := r.admitted(typ, search.And{reach.guard, reach.chart, r.ownTeam(reach)})
	return func(letter store.Letter) search.Expr {
		if letter == store.Read || letter == store.Search {
			return read(letter)
		}
		return write(letter)
	}
}

// ownTeam holds for a CareTeam whose patient is within the reach. A team is in
// the charts of its participants too, and without this a user could write one
// about somebody else's patient, with a patient of their own as a participant,
// and so add to their own panel (leaks.md row 32).
func (r *rules) ownTeam(reach reach) search.Expr {
	param, ok := r.registry.Param("CareTeam", "patient")
	switch {
	case !ok:
		return search.False
	case reach.patient != "":
		return search.Term{Param: param, System: search.Is(""), Code: search.Is("Patient/" + reach.patient)}
	}
	return search.Chain{Param: param, Type: "Patient", Where: reach.chart}
}
