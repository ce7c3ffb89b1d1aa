package evaluator

import (
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// compileOperator is what stands between two expressions, or between several.
func compileOperator(x syntax.Expr) (node, error) {
	switch x := x.(type) {
	case syntax.And:
		return compileLogic("and", x.Left, x.Right)
	case syntax.Or:
		return compileLogic("or", x.Left, x.Right)
	case syntax.Compare:
		if x.Negate {
			return compileBinary("!=", x.Left, x.Right)
		}
		return compileBinary("=", x.Left, x.Right)
	case syntax.Binary:
		if _, ok := logic[x.Op]; ok {
			return compileLogic(x.Op, x.Left, x.Right)
		}
		return compileBinary(x.Op, x.Left, x.Right)
	case syntax.Union:
		return compileUnion(x)
	}
	return nil, fmt.Errorf("the syntax %T has no meaning", x)
}

func compileBoth(left, right syntax.Expr) (node, node, error) {
	l, err := compile(left)
	if err != nil {
		return nil, nil, err
	}
	r, err := compile(right)
	return l, r, err
}

func compileLogic(op string, left, right syntax.Expr) (node, error) {
	l, r, err := compileBoth(left, right)
	return logical(op, l, r), err
}

func compileUnion(x syntax.Union) (node, error) {
	branches := make([]node, len(x.Branches))
	for i, branch := range x.Branches {
		var err error
		if branches[i], err = compile(branch); err != nil {
			return nil, err
		}
	}
	return func(e *env, s *scope) ([]Item, error) {
		var all []Item
		for _, branch := range branches {
			items, err := branch(e, s)
			if err != nil {
				return nil, err
			}
			if all, err = e.distinct(all, items); err != nil {
				return nil, err
			}
		}
		return all, nil
	}, nil
}

// operators are those that are given both collections.
var operators = map[string]func(e *env, a, b []Item) ([]Item, error){
	"=":        func(e *env, a, b []Item) ([]Item, error) { t, err := e.equal(a, b); return t.items(), err },
	"!=":       func(e *env, a, b []Item) ([]Item, error) { t, err := e.equal(a, b); return t.not().items(), err },
	"~":        func(e *env, a, b []Item) ([]Item, error) { same, err := e.equivalent(a, b); return truth(same), err },
	"!~":       func(e *env, a, b []Item) ([]Item, error) { same, err := e.equivalent(a, b); return truth(!same), err },
	"<":        ordered(func(n int) bool { return n < 0 }),
	">":        ordered(func(n int) bool { return n > 0 }),
	"<=":       ordered(func(n int) bool { return n <= 0 }),
	">=":       ordered(func(n int) bool { return n >= 0 }),
	"in":       func(e *env, a, b []Item) ([]Item, error) { return e.member(a, b) },
	"contains": func(e *env, a, b []Item) ([]Item, error) { return e.member(b, a) },
	"&":        concatenate,
	"+":        arithmetic(add),
	"-":        arithmetic(subtract),
	"*":        arithmetic(multiply),
	"/":        arithmetic(divide),
	"div":      arithmetic(numbers(number.div)),
	"mod":      arithmetic(numbers(number.mod)),
}

func compileBinary(op string, left, right syntax.Expr) (node, error) {
	l, r, err := compileBoth(left, right)
	if err != nil {
		return nil, err
	}
	operate := operators[op]
	return func(e *env, s *scope) ([]Item, error) {
		a, err := l(e, s)
		if err != nil {
			return nil, err
		}
		b, err := r(e, s)
		if err != nil {
			return nil, err
		}
		return operate(e, a, b)
	}, nil
}

func ordered(holds func(int) bool) func(e *env, a, b []Item) ([]Item, error) {
	return func(e *env, a, b []Item) ([]Item, error) {
		x, y, err := bothOf(a, b)
		if x == nil || y == nil || err != nil {
			return nil, err
		}
		if err := e.readSystem(x, y); err != nil {
			return nil, err
		}
		n, known, err := order(x, y)
		if !known || err != nil {
			return nil, err
		}
		return truth(holds(n)), nil
	}
}

func bothOf(a, b []Item) (x, y system, err error) {
	if x, err = systemOf(a); err == nil {
		y, err = systemOf(b)
	}
	return x, y, err
}

// member tells whether the one item is in the list.
func (e *env) member(item, list []Item) ([]Item, error) {
	switch {
	case len(item) == 0:
		return nil, nil
	case len(item) > 1:
		return nil, errSeveral
	}
	found, err := e.contains(list, item[0])
	return truth(found), err
}

// maxText is how long a string may grow, in bytes.
const maxText = 1 << 20

var errText = errors.New("a string has grown too long")

func newText(s string) ([]Item, error) {
	if len(s) > maxText {
		return nil, errText
	}
	return one(text(s)), nil
}

// concatenate takes what is empty for an empty string.
func concatenate(e *env, a, b []Item) ([]Item, error) {
	var joined strings.Builder
	for _, side := range [][]Item{a, b} {
		s, _, err := stringOf(side)
		if err != nil {
			return nil, err
		}
		joined.WriteString(s)
	}
	if err := e.read(joined.String()); err != nil {
		return nil, err
	}
	return newText(joined.String())
}
