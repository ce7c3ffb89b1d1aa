package mongo

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// composite holds where the entries of one group satisfy all parts. The groups are
// those that have entries of the first component.
func (c *compiler) composite(e search.Composite) (bson.D, error) {
	if len(e.Parts) == 0 || len(e.Parts) != len(e.Param.Components) {
		return never, fmt.Errorf("%s has %d components, not %d", e.Param.Name(), len(e.Param.Components), len(e.Parts))
	}
	tests := []bson.D{present(e.Param.Components[0])}
	for _, part := range e.Parts {
		test, err := partTest(part)
		if err != nil {
			return never, err
		}
		tests = append(tests, test)
	}
	return allOf(c.hint(e), inGroup(e.Param.Components[0], allOf(tests...))), nil
}

// hint is what an index finds the documents of a composite by, among others: no index is
// of groups.
func (c *compiler) hint(e search.Composite) bson.D {
	if param, codes, ok := exactCodes(e); ok && c.keyed {
		return keysIn(param, codes)
	}
	return always
}

// partTest compiles a part to a test of a group.
func partTest(e search.Expr) (bson.D, error) {
	switch e := e.(type) {
	case search.Const:
		if e {
			return always, nil
		}
		return never, nil
	case search.Missing:
		return not(present(e.Param)), nil
	case search.Not:
		of, err := partTest(e.Of)
		return not(of), err
	case search.And:
		parts, err := partTests(e)
		return allOf(parts...), err
	case search.Or:
		parts, err := partTests(e)
		return anyOf(parts...), err
	case search.Term:
		return termTest(e), nil
	case search.String:
		return stringTest(e)
	case search.Date:
		return tested("d", e.Param, dateTests(e)...), nil
	case search.Quantity:
		return tested("q", e.Param, quantityTests(e)...), nil
	}
	return never, fmt.Errorf("a %T cannot be a part of a composite", e)
}

func partTests(parts []search.Expr) ([]bson.D, error) {
	tests := make([]bson.D, len(parts))
	for i, part := range parts {
		var err error
		if tests[i], err = partTest(part); err != nil {
			return nil, err
		}
	}
	return tests, nil
}
