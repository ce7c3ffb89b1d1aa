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
	read         map[string]search.Expr // the grant's predicates of the letter r, as far as they are decided
}

// contexts are the resources of each type that a level is about, as the letter r
// sees them.
type contexts map[string]search.Or

func newRules(c *Compiler, terms []term) *rules {
	return &rules{c, terms, map[store.Rule]search.Or{}, map[Level]contexts{}, map[string]search.Expr{}}
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

// add runs a stage for the level of each term.
func (r *rules) add(s stage) {
	byLevel := map[Level]map[string]predicate{}
	for _, t := range r.terms {
		byType, ok := byLevel[t.scope.Level]
		if !ok {
			byType = s(t.scope.Level, t.reach)
			byLevel[t.scope.Level] = byType
		}
		for typ, predicate := range byType {
			r.addTerm(t, typ, predicate)
		}
	}
	for level, byType := range byLevel {
		r.settle(level, byType)
	}
}

// addTerm adds what one scope grants of one type.
func (r *rules) addTerm(t term, typ string, predicate predicate) {
	where, ok := t.where[typ]
	if !ok {
		return
	}
	for i := range len(t.scope.Letters) {
		letter := store.Letter(t.scope.Letters[i])
		if context := predicate(letter); context != search.False {
			rule := store.Rule{Letter: letter, Type: typ}
			r.alternatives[rule] = append(r.alternatives[rule], search.And{context, where})
		}
	}
}

// settle makes what a stage has decided known to the next.
func (r *rules) settle(level Level, byType map[string]predicate) {
	if r.contexts[level] == nil {
		r.contexts[level] = contexts{}
	}
	for typ, predicate := range byType {
		r.contexts[level][typ] = append(r.contexts[level][typ], predicate(store.Read))
		r.read[typ] = search.Simplify(r.alternatives[store.Rule{Letter: store.Read, Type: typ}])
	}
}

// visible is what a level is about and the grant can read, of one type.
func (r *rules) visible(level Level, typ string) search.Expr {
	context, about := r.contexts[level][typ]
	read, readable := r.read[typ]
	if !about || !readable {
		return search.False
	}
	return search.Simplify(search.And{context, read})
}

// own is the stage of what needs no other type: everything where there is no
// bound, and else what is by chart or whole.
func (r *rules) own(_ Level, reach reach) map[string]predicate {
	byType := map[string]predicate{}
	for _, typ := range r.registry.Types() {
		verdict := r.compartments.Verdict(typ)
		switch {
		case reach.everything:
			byType[typ] = func(store.Letter) search.Expr { return search.True }
		case verdict == compartments.ReadOnly:
			byType[typ] = r.admitted(typ, reach.guard)
		case verdict == compartments.ByChart:
			byType[typ] = r.byChart(typ, reach)
		}
	}
	return byType
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
