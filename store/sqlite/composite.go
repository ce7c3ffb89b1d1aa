package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// composite is true where the entries of one group satisfy all parts. The groups
// are those of the first part's entries.
func (c *compiler) composite(s subject, e search.Composite) (fragment, error) {
	if len(e.Parts) == 0 || len(e.Parts) != len(e.Param.Components) {
		return never, fmt.Errorf("%s has %d components, not %d", e.Param.Name(), len(e.Param.Components), len(e.Parts))
	}
	first, err := c.presence(e.Param.Components[0])
	if err != nil {
		return never, err
	}
	rest := e.Parts
	if test, ok, err := c.entryTest(e.Parts[0]); err != nil {
		return never, err
	} else if ok {
		first, rest = []entryTest{test}, e.Parts[1:]
	}
	groups := make([]fragment, len(first))
	for i, test := range first {
		alias := c.aliases.next("g")
		others := make([]fragment, len(rest))
		for j, part := range rest {
			if others[j], err = c.inGroup(s, part, alias+".grp"); err != nil {
				return never, err
			}
		}
		groups[i] = s.exists(test, alias, both(others...))
	}
	return anyOf(groups...), nil
}

// inGroup compiles a part: a test of the entries of one group.
func (c *compiler) inGroup(s subject, e search.Expr, group string) (fragment, error) {
	switch e := e.(type) {
	case search.Const:
		return c.condition(s, e)
	case search.Missing:
		tests, err := c.presence(e.Param)
		return negate(s.probeAny(tests, group)), err
	case search.Not:
		of, err := c.inGroup(s, e.Of, group)
		return negate(of), err
	case search.And:
		parts, err := c.allInGroup(s, e, group)
		return both(parts...), err
	case search.Or:
		parts, err := c.allInGroup(s, e, group)
		return anyOf(parts...), err
	}
	test, ok, err := c.entryTest(e)
	if err == nil && !ok {
		err = fmt.Errorf("a %T cannot be a part of a composite", e)
	}
	return s.probe(test, group), err
}

func (c *compiler) allInGroup(s subject, parts []search.Expr, group string) ([]fragment, error) {
	compiled := make([]fragment, len(parts))
	for i, part := range parts {
		var err error
		if compiled[i], err = c.inGroup(s, part, group); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}
