package store

import (
	"slices"
	"sync"

	"github.com/granary-fhir/granary/search"
)

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
	without      []Rule // of an unrestricted policy: what it lacks nonetheless
	operations   map[Operation]Policy
	origins      func() map[Rule][]string // see From; nil if nothing is known
}

// Operation names an operation on resources of a type: $everything on Patient.
type Operation struct{ Type, Name string }

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

// From is the policy with what it was made of: for each rule the scopes that grant it.
// Origins is called when that is asked for, once at most.
func (p Policy) From(origins func() map[Rule][]string) Policy {
	p.origins = sync.OnceValue(origins)
	return p
}

// Scopes are the scopes that grant a rule, in canonical form, as far as it is known.
func (p Policy) Scopes(rule Rule) []string {
	if p.origins == nil {
		return nil
	}
	return p.origins()[rule]
}

// Unrestricted is the policy of administrative work: seeding, importing,
// reindexing, `--auth=off`. The reason is for whoever greps for this name.
func Unrestricted(reason string) Policy {
	return Policy{fingerprint: "unrestricted: " + reason, unrestricted: true}
}

// Without is an unrestricted policy that lacks some rules.
func (p Policy) Without(rules ...Rule) Policy {
	p.without = slices.Concat(p.without, rules)
	return p
}

// Expr is the predicate for a letter and type.
func (p Policy) Expr(letter Letter, typ string) search.Expr {
	if p.unrestricted && !slices.Contains(p.without, Rule{letter, typ}) {
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

// With is the policy with what each operation shows to its caller: a policy of its
// own, which counts inside the operation and nowhere else.
func (p Policy) With(operations map[Operation]Policy) Policy {
	p.operations = operations
	return p
}

// Within is the policy that counts inside an operation. Entitled tells whether the
// caller may ask for the operation by its name, whatever else they may do. Page links
// that are made inside are of use inside alone.
func (p Policy) Within(operation Operation) (inside Policy, entitled bool) {
	inside, entitled = p.operations[operation]
	if !entitled {
		inside = p
	}
	inside.operations = p.operations
	inside.fingerprint += " in " + operation.Name + " on " + operation.Type
	return inside, entitled
}
