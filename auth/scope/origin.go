package scope

import (
	"slices"

	"github.com/granary-fhir/granary/store"
)

// origin is what a term was made of.
type origin struct{ scope, by Scope }

func originsOf(terms []term) []origin {
	all := make([]origin, len(terms))
	for i, t := range terms {
		all[i] = origin{t.scope, t.by}
	}
	return all
}

// origins are the scopes that grant each rule of what is made of these terms. They are
// found when they are asked for: a policy is kept for every token that is used, and an
// explanation is wanted for few.
func (c *Compiler) origins(of []origin, context Context) map[store.Rule][]string {
	var terms []term
	for _, o := range of {
		if t, err := c.term(o.scope, context); err == nil { // it was a term before
			t.by = o.by
			terms = append(terms, t)
		}
	}
	rules := newRules(c, terms)
	rules.origins = map[store.Rule][]string{}
	rules.finish()
	for rule, scopes := range rules.origins { // the same may grant it at several stages
		slices.Sort(scopes)
		rules.origins[rule] = slices.Compact(scopes)
	}
	return rules.origins
}

// note keeps which scope grants a rule, if that is wanted.
func (r *rules) note(rule store.Rule, by Scope) {
	if r.origins != nil {
		r.origins[rule] = append(r.origins[rule], by.String())
	}
}
