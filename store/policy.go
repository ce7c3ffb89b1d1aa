package store

import "github.com/granary-fhir/granary/search"

// Letter is one interaction of SMART's `cruds`
// (scopes-and-launch-context.html#fhir-resource-scope-syntax).
type Letter byte

// The letters: create; read, vread and instance history; update and patch;
// delete; search and the histories of a type and of the system.
const (
	Create Letter = 'c'
	Read   Letter = 'r'
	Update Letter = 'u'
	Delete Letter = 'd'
	Search Letter = 's'
)

// Letters are all five, in the order in which a scope must write them.
const Letters = "cruds"

// Interaction is the letter's verb.
func (l Letter) Interaction() string {
	switch l {
	case Create:
		return "create"
	case Read:
		return "read"
	case Update:
		return "update"
	case Delete:
		return "delete"
	case Search:
		return "search"
	}
	return "do nothing"
}

// Policy says which resources a caller may reach by which interaction:
// (letter, type) -> predicate. What it does not mention is false; the zero
// Policy sees nothing.
type Policy struct {
	fingerprint  string
	unrestricted bool
	rules        map[Rule]search.Expr
}

// Rule is the left side of a policy.
type Rule struct {
	Letter Letter
	Type   string
}

// NewPolicy makes a policy of its rules. Equal fingerprints must mean equal
// policies: page links are bound to it.
func NewPolicy(fingerprint string, rules map[Rule]search.Expr) Policy {
	simplified := make(map[Rule]search.Expr, len(rules))
	for rule, expr := range rules {
		if expr = search.Simplify(expr); expr != search.False {
			simplified[rule] = expr
		}
	}
	return Policy{fingerprint: fingerprint, rules: simplified}
}

// Unrestricted is the policy of administrative work: seeding, importing,
// reindexing, `--auth=off`. The reason is for whoever greps for this name.
func Unrestricted(reason string) Policy {
	return Policy{fingerprint: "unrestricted: " + reason, unrestricted: true}
}

// Expr is the predicate for a letter and type.
func (p Policy) Expr(letter Letter, typ string) search.Expr {
	if p.unrestricted {
		return search.True
	}
	if expr, ok := p.rules[Rule{letter, typ}]; ok {
		return expr
	}
	return search.False
}

// Allows tells whether the caller may do it to some resource of the type at all.
func (p Policy) Allows(letter Letter, typ string) bool {
	return p.Expr(letter, typ) != search.False
}

// Unbounded tells whether the caller may do it to every resource of the type.
func (p Policy) Unbounded(letter Letter, typ string) bool {
	return p.Expr(letter, typ) == search.True
}

// authorize is nil where the policy allows the letter for the type to some
// resource, and *Forbidden elsewhere.
func (p Policy) authorize(letter Letter, typ string) error {
	if !p.Allows(letter, typ) {
		return &Forbidden{letter, typ}
	}
	return nil
}
