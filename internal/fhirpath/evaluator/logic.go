package evaluator

import (
	"cmp"
	"errors"
)

// tri is a truth value: the empty collection is neither.
type tri byte

const (
	neither tri = iota
	no
	yes
)

func triOf(b bool) tri {
	if b {
		return yes
	}
	return no
}

func (t tri) items() []Item {
	if t == neither {
		return nil
	}
	return truth(t == yes)
}

func (t tri) not() tri {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return neither
}

var (
	errNoBoolean = errors.New("something stands where a Boolean is expected that is none")
	errTruths    = errors.New("a collection of several items stands where a Boolean is expected")
)

// truthOf is the truth of a collection: that of a Boolean, and true for any other
// single item (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).
func truthOf(items []Item) (tri, error) {
	switch len(items) {
	case 0:
		return neither, nil
	case 1:
	default:
		return neither, errTruths
	}
	if it := items[0]; it.typ != "boolean" && it.typ != "System.Boolean" {
		return yes, nil
	}
	v, err := items[0].system()
	if b, ok := v.(boolean); ok {
		return triOf(bool(b)), nil
	}
	return neither, err
}

// logic are the operators of three-valued logic. Each is given as a function of
// both sides, and the values with which a side decides alone, whatever the other is.
var logic = map[string]struct {
	combine     func(a, b tri) tri
	left, right tri // neither: that side never decides alone
}{
	"and":     {conjunction, no, no},
	"or":      {func(a, b tri) tri { return conjunction(a.not(), b.not()).not() }, yes, yes},
	"xor":     {exclusive, neither, neither},
	"implies": {func(a, b tri) tri { return conjunction(a, b.not()).not() }, no, yes},
}

func conjunction(a, b tri) tri {
	switch {
	case a == no || b == no:
		return no
	case a == yes && b == yes:
		return yes
	}
	return neither
}

func exclusive(a, b tri) tri {
	if a == neither || b == neither {
		return neither
	}
	return triOf(a != b)
}

// logical is an operator of logic. What cannot be told of one side is no matter
// where the other side decides.
func logical(op string, left, right node) node {
	def := logic[op]
	return func(e *env, s *scope) ([]Item, error) {
		a, errLeft := evaluateTruth(left, e, s)
		if errLeft == nil && a == def.left && a != neither {
			return def.combine(a, neither).items(), e.step(1)
		}
		b, errRight := evaluateTruth(right, e, s)
		if errRight == nil && b == def.right && b != neither {
			return def.combine(neither, b).items(), e.step(1)
		}
		if err := cmp.Or(errLeft, errRight); err != nil {
			return nil, err
		}
		return def.combine(a, b).items(), e.step(1)
	}
}

func evaluateTruth(n node, e *env, s *scope) (tri, error) {
	items, err := n(e, s)
	if err != nil {
		return neither, err
	}
	return truthOf(items)
}
