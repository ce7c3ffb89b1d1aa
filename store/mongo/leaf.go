package mongo

import (
	"fmt"
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// leaf compiles a test that holds if it holds for one entry.
func (c *compiler) leaf(p *search.Param, e search.Expr) (bson.D, error) {
	test, err := partTest(e)
	return inGroupIf(p, test), err
}

// tested is true where an entry of a parameter, in the array of its kind, passes one of
// some tests.
func tested(array string, p *search.Param, tests ...bson.D) bson.D {
	filters := make([]bson.D, len(tests))
	for i, test := range tests {
		filters[i] = element(array, append(is("p", p.Code), test...))
	}
	return anyOf(filters...)
}

// maxPattern is the length of a regular expression that MongoDB takes.
const maxPattern = 16 << 10

func stringTest(e search.String) (bson.D, error) {
	pattern := func(before, after string) (bson.D, error) {
		if strings.ContainsRune(e.Value, 0) { // which a pattern cannot have
			return never, nil
		}
		quoted := before + regexp.QuoteMeta(e.Value) + after
		if len(quoted) > maxPattern {
			return never, fmt.Errorf("%w: a text of more than %d characters cannot be searched for in the middle of others", store.ErrTooComplex, maxPattern/2)
		}
		return tested("n", e.Param, bson.D{{Key: "l", Value: bson.Regex{Pattern: quoted, Options: "s"}}}), nil
	}
	switch e.Op {
	case search.Contains:
		return pattern("", "")
	case search.EndsWith:
		return pattern("", `\z`)
	case search.Equals:
		return tested("n", e.Param, bson.D{{Key: "l", Value: e.Value}}), nil
	case search.Exact:
		return tested("n", e.Param, bson.D{{Key: "l", Value: search.Fold(e.Value)}, {Key: "x", Value: e.Value}}), nil
	}
	return tested("n", e.Param, hasPrefix("l", e.Value)), nil
}

// quantityTests are what a number or quantity entry must be, one of them
// (search.html#number, #quantity).
func quantityTests(e search.Quantity) []bson.D {
	var unit bson.D
	code, exactCode := e.Code.Exact()
	system, exactSystem := e.System.Exact()
	switch {
	case exactCode && exactSystem:
		unit = is("w", unitKey(code, system))
	default:
		unit = append(matching("c", e.Code), matching("y", e.System)...)
	}
	one := func(conditions ...bson.E) []bson.D { return []bson.D{append(append(bson.D{}, unit...), conditions...)} }
	below := lt(e.High)
	if e.Low == e.High {
		below = lte(e.High)
	}
	switch e.Op {
	case search.Eq:
		return one(where("l", gte(e.Low), lte(e.High)), where("h", below))
	case search.Ne:
		outside := one(where("l", lt(e.Low)))
		if e.Low == e.High {
			return append(outside, one(where("h", gt(e.High)))...)
		}
		return append(outside, one(where("h", gte(e.High)))...)
	case search.Gt:
		return one(where("h", gt(e.Low)))
	case search.Lt:
		return one(where("l", lt(e.Low)))
	case search.Ge:
		return one(where("h", gte(e.Low)))
	case search.Le:
		return one(where("l", lte(e.Low)))
	case search.Sa:
		return one(where("l", gt(e.Low)))
	case search.Eb:
		return one(where("h", lt(e.Low)))
	case search.Ap:
		return one(where("l", lte(e.High)), where("h", gte(e.Low)))
	}
	return nil
}

// present is true where there is an entry under the parameter.
func present(p *search.Param) bson.D {
	byParam := is("p", p.Code)
	switch p.Kind {
	case search.KindToken, search.KindReference, search.KindURI:
		return element("t", byParam)
	case search.KindDate:
		return element("d", byParam)
	case search.KindNumber, search.KindQuantity:
		return element("q", byParam)
	case search.KindString:
		return anyOf(element("n", byParam), element("t", byParam), beginning("w", termKey(p.Code, "")))
	}
	return anyOf(element("t", byParam), element("n", byParam), element("d", byParam), element("q", byParam))
}

// missing holds where there is no entry under the parameter; for a composite: no
// element that has all of the components.
func (c *compiler) missing(e search.Missing) (bson.D, error) {
	if e.Param.Code == "_id" {
		return never, nil
	}
	if len(e.Param.Components) == 0 {
		return not(inGroupIf(e.Param, present(e.Param))), nil
	}
	parts := make([]bson.D, len(e.Param.Components))
	for i, component := range e.Param.Components {
		parts[i] = present(component)
	}
	return not(inGroup(e.Param.Components[0], allOf(parts...))), nil
}

// inGroup is true where the entries of one group pass a test.
func inGroup(p *search.Param, test bson.D) bson.D {
	if isNever(test) {
		return never
	}
	return element("g", append(is("of", compositeOf(p)), test...))
}

// inGroupIf is the same for a parameter whose entries are in groups.
func inGroupIf(p *search.Param, test bson.D) bson.D {
	if isGrouped(p) {
		return inGroup(p, test)
	}
	return test
}
