package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// composite holds where the entries of one group satisfy all parts. The groups
// are those of the first part's entries.
func (c *compiler) composite(e search.Composite) (test, error) {
	if len(e.Parts) == 0 || len(e.Parts) != len(e.Param.Components) {
		return nil, fmt.Errorf("%s has %d components, not %d", e.Param.Name(), len(e.Param.Components), len(e.Parts))
	}
	var t compositeTest
	var err error
	rest := e.Parts
	switch e.Parts[0].(type) {
	case search.Term, search.String, search.Date, search.Quantity:
		first, err := c.entryTest(e.Parts[0])
		if err != nil || first == nil {
			return constant(false), err
		}
		t.first, rest = []*entryTest{first}, e.Parts[1:]
	default:
		if t.first, err = c.presence(e.Param.Components[0]); err != nil {
			return nil, err
		}
	}
	t.parts, err = c.inGroup(rest)
	return &t, err
}

// inGroup compiles parts: tests of the entries of one group.
func (c *compiler) inGroup(parts []search.Expr) ([]groupTest, error) {
	compiled := make([]groupTest, len(parts))
	for i, part := range parts {
		var err error
		if compiled[i], err = c.partInGroup(part); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

func (c *compiler) partInGroup(e search.Expr) (groupTest, error) {
	switch e := e.(type) {
	case search.Const:
		return constant(e), nil
	case search.Missing:
		tests, err := c.presence(e.Param)
		some := make(someInGroup, len(tests))
		for i, t := range tests {
			some[i] = t
		}
		return notInGroup{some}, err
	case search.Not:
		part, err := c.partInGroup(e.Of)
		return notInGroup{part}, err
	case search.And:
		parts, err := c.inGroup(e)
		return allInGroup(parts), err
	case search.Or:
		parts, err := c.inGroup(e)
		return someInGroup(parts), err
	case search.Term, search.String, search.Date, search.Quantity:
		t, err := c.entryTest(e)
		if err != nil || t == nil {
			return constant(false), err
		}
		return t, nil
	}
	return nil, fmt.Errorf("a %T cannot be a part of a composite", e)
}
