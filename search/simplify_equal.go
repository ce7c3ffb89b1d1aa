package search

import "slices"

// Equal tells whether two predicates are built alike: the same nodes in the same
// order over the same Params. Predicates that merely mean the same may differ.
// It is the way to compare them, since == panics on two And, Or or ID.
func Equal(a, b Expr) bool {
	switch a := a.(type) {
	case And:
		b, ok := b.(And)
		return ok && slices.EqualFunc(a, b, Equal)
	case Or:
		b, ok := b.(Or)
		return ok && slices.EqualFunc(a, b, Equal)
	case Not:
		b, ok := b.(Not)
		return ok && Equal(a.Of, b.Of)
	case ID:
		b, ok := b.(ID)
		return ok && slices.Equal(a, b)
	case Composite:
		b, ok := b.(Composite)
		return ok && a.Param == b.Param && slices.EqualFunc(a.Parts, b.Parts, Equal)
	case Chain:
		b, ok := b.(Chain)
		return ok && a.Param == b.Param && a.Type == b.Type && Equal(a.Where, b.Where)
	case Has:
		b, ok := b.(Has)
		return ok && a.Param == b.Param && Equal(a.Where, b.Where)
	case All:
		b, ok := b.(All)
		return ok && a.Param == b.Param && equalWheres(a.Where, b.Where)
	}
	return flat(a) && flat(b) && a == b
}

func equalWheres(a, b map[string]Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for typ, where := range a {
		if other, ok := b[typ]; !ok || !Equal(where, other) {
			return false
		}
	}
	return true
}

// flat tells whether e is of a type whose values == can compare.
func flat(e Expr) bool {
	switch e.(type) {
	case And, Or, Not, ID, Composite, Chain, Has, All:
		return false
	}
	return true
}

// IsConst tells whether e is the constant c.
func IsConst(e Expr, c Const) bool {
	k, ok := e.(Const)
	return ok && k == c
}

// exprSet is a set of predicates in the order in which they were added. Flat ones
// are found by hash, so that the thousand values of one parameter cost no more
// than their number.
type exprSet struct {
	list []Expr
	flat map[Expr]bool
	deep []Expr
}

func (s *exprSet) add(parts ...Expr) {
	for _, e := range parts {
		if s.has(e) {
			continue
		}
		s.list = append(s.list, e)
		if !flat(e) {
			s.deep = append(s.deep, e)
			continue
		}
		if s.flat == nil {
			s.flat = make(map[Expr]bool)
		}
		s.flat[e] = true
	}
}

func (s *exprSet) has(e Expr) bool {
	if flat(e) {
		return s.flat[e]
	}
	return slices.ContainsFunc(s.deep, func(other Expr) bool { return Equal(e, other) })
}

func (s *exprSet) hasAll(parts []Expr) bool {
	for _, part := range parts {
		if !s.has(part) {
			return false
		}
	}
	return true
}
