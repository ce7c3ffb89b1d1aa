package scope

import (
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// term is one scope made ready: whose resources, and which of each type.
type term struct {
	scope Scope
	by    Scope // as it was granted: scope, or what scope stands for
	reach reach
	where map[string]search.Expr // type -> the scope's parameters; a type that is not there is false
}

func (c *Compiler) term(s Scope, context Context) (term, error) {
	reach, err := context.reach(s.Level)
	if err != nil {
		return term{}, err
	}
	if !c.everGrants(s, reach) {
		return term{}, fmt.Errorf("%s/ scopes never give %s on %s here", s.Level, s.Letters, s.Type)
	}
	where, err := c.where(s, context)
	return term{s, s, reach, where}, err
}

// everGrants tells whether any letter of the scope is granted for any of its
// types, whatever else is granted.
func (c *Compiler) everGrants(s Scope, reach reach) bool {
	for _, typ := range c.types(s) {
		for i := range len(s.Letters) {
			if c.grants(store.Letter(s.Letters[i]), typ, reach) {
				return true
			}
		}
	}
	return false
}

// grants tells whether a letter is ever granted for a type within a reach.
func (c *Compiler) grants(letter store.Letter, typ string, reach reach) bool {
	switch {
	case !reach.everything:
		return c.admits(letter, typ)
	case c.compartments.Verdict(typ) != compartments.Records:
		return true
	}
	return reach.records && appends(letter)
}

// appends tells whether a letter leaves the records that there are as they are.
func appends(letter store.Letter) bool { return letter != store.Update && letter != store.Delete }

// NeverGranted are the rules that no scope of any level gives: records of what was
// done are neither changed nor deleted by anyone.
func NeverGranted(c *compartments.Compartments) []store.Rule {
	var never []store.Rule
	for _, typ := range c.Types(compartments.Records) {
		for i := range len(store.Letters) {
			if letter := store.Letter(store.Letters[i]); !appends(letter) {
				never = append(never, store.Rule{Letter: letter, Type: typ})
			}
		}
	}
	return never
}

// admits tells whether a letter is ever granted for a type within a chart or
// panel: the table of verdicts, as letters.
func (c *Compiler) admits(letter store.Letter, typ string) bool {
	verdict := c.compartments.Verdict(typ)
	shown := verdict != compartments.Never && verdict != compartments.Records
	switch letter {
	case store.Read:
		return shown
	case store.Search:
		// A Binary cannot be searched for (leaks.md row 35).
		return shown && typ != "Binary"
	case store.Create:
		// A new Patient is in nobody's panel yet.
		return c.writable(typ) && typ != "Patient"
	default:
		return c.writable(typ)
	}
}

// writable tells whether a type can be written within a chart: members of R4's
// Patient compartment by their chart can, and nothing else (leaks.md,
// Decisions), so that Device and Task can be read there and not written.
func (c *Compiler) writable(typ string) bool {
	return c.compartments.Verdict(typ) == compartments.ByChart && c.compartments.Has("Patient", typ)
}

func (c *Compiler) types(s Scope) []string {
	if s.Type == Any {
		return c.registry.Types()
	}
	return []string{s.Type}
}

// where compiles the scope's parameters for each of its types, by the parser of
// searches. A wildcard scope leaves out the types that lack a parameter.
func (c *Compiler) where(s Scope, context Context) (map[string]search.Expr, error) {
	opts := search.Options{Base: c.base, Now: context.Now}
	byType := map[string]search.Expr{}
	var reason error
	for _, typ := range c.types(s) {
		if len(s.Params) == 0 {
			byType[typ] = search.True
			continue
		}
		expr, err := c.registry.ParseWhere(typ, s.Params, opts)
		if err != nil {
			reason = moreTelling(reason, err)
			continue
		}
		byType[typ] = expr
	}
	if len(byType) == 0 && s.Type == Any {
		return nil, fmt.Errorf("it fits no resource type: %w", reason)
	}
	if len(byType) == 0 {
		return nil, reason
	}
	return byType, nil
}

// moreTelling prefers an error about a value, which some type's parameter has
// read, to one about a parameter that a type lacks.
func moreTelling(a, b error) error {
	var param *search.ParamError
	if a == nil || errors.As(b, &param) && param.Value != "" {
		return b
	}
	return a
}
