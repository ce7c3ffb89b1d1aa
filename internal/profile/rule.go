package profile

import "github.com/granary-fhir/granary/internal/validation"

// rule is a constraint that can be evaluated, or why it cannot.
type rule struct {
	constraint *Constraint
	byType     map[string]Invariant // by the type of the value
	failure    string               // why it could not be compiled
}

// fillRules compiles the constraints of an element for the types of its values.
func (b planner) fillRules(n *node) {
	for _, c := range n.element.Constraints {
		r := &rule{constraint: c}
		n.rules = append(n.rules, r)
		if b.set.invariants == nil {
			b.plan.bare = append(b.plan.bare, c.Key)
			continue
		}
		r.byType = make(map[string]Invariant, len(n.types))
		for _, typ := range n.types {
			invariant, err := b.set.invariants.Compile(c.Expression, typ)
			if err != nil {
				r.failure = shortened(err.Error(), maxWhy)
				continue
			}
			r.byType[typ] = invariant
		}
	}
}

// evaluate checks a value by the constraints of its element.
func (r *run) evaluate(n *node, v *value) {
	for _, rule := range n.rules {
		invariant := rule.byType[v.typ]
		if invariant == nil {
			if rule.failure != "" {
				r.note(v.expression(), "the invariant "+rule.constraint.Key+" is not checked: "+rule.failure)
			}
			continue
		}
		holds, err := r.answers.ask(invariant, rule.constraint.Expression, Focus{Node: v.node, Companion: v.companion, Type: v.typ, Resource: r.resource, Root: r.root})
		switch {
		case err != nil:
			r.note(v.expression(), "the invariant "+rule.constraint.Key+" could not be checked: "+shortened(err.Error(), maxWhy))
		case !holds:
			severity := validation.Error
			if rule.constraint.Severity == "warning" {
				severity = validation.Warning
			}
			r.issue(severity, "invariant", v.expression(), rule.constraint.Key+": "+rule.constraint.Human)
		}
	}
}

// answers are what invariants say of the values of one resource. Its profiles have
// most invariants in common, and some of these look at all that is in the resource.
type answers map[question]answer

type question struct {
	expression string
	at         Focus
}

type answer struct {
	holds bool
	err   error
}

func (a answers) ask(i Invariant, expression string, at Focus) (bool, error) {
	q := question{expression, at}
	known, ok := a[q]
	if !ok {
		known.holds, known.err = i.Holds(at)
		a[q] = known
	}
	return known.holds, known.err
}
