package search

import (
	"hash/maphash"
	"slices"
)

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

// exprSet is a set of predicates in the order in which they were added. Of many, they
// are found by hash, so that the thousand values of one parameter, and five hundred
// scopes, cost no more than their number.
type exprSet struct {
	list []Expr

	hashed int              // so many of the list are in what follows
	flat   map[Expr]int     // the place in list
	seed   maphash.Seed     // of the others' hashes
	deep   map[uint64][]int // their places
}

// few are compared one by one.
const few = 8

func (s *exprSet) add(parts ...Expr) {
	for _, e := range parts {
		s.number(e)
	}
}

// number is the place of e in the list, at the end of which it is added if it is not
// there.
func (s *exprSet) number(e Expr) int {
	at, ok := s.find(e)
	if !ok {
		at, s.list = len(s.list), append(s.list, e)
	}
	return at
}

func (s *exprSet) has(e Expr) bool {
	_, ok := s.find(e)
	return ok
}

func (s *exprSet) find(e Expr) (int, bool) {
	if len(s.list) <= few {
		at := slices.IndexFunc(s.list, func(known Expr) bool { return Equal(known, e) })
		return at, at >= 0
	}
	s.hash()
	if flat(e) {
		at, ok := s.flat[e]
		return at, ok
	}
	for _, at := range s.deep[hash(s.seed, e)] {
		if Equal(e, s.list[at]) {
			return at, true
		}
	}
	return 0, false
}

// hash makes all of the list be found by hash.
func (s *exprSet) hash() {
	if s.flat == nil {
		s.flat, s.seed, s.deep = make(map[Expr]int), maphash.MakeSeed(), make(map[uint64][]int)
	}
	for ; s.hashed < len(s.list); s.hashed++ {
		e := s.list[s.hashed]
		if flat(e) {
			s.flat[e] = s.hashed
			continue
		}
		h := hash(s.seed, e)
		s.deep[h] = append(s.deep[h], s.hashed)
	}
}

// hash is the same for predicates that are Equal.
func hash(seed maphash.Seed, e Expr) uint64 {
	switch e := e.(type) {
	case And:
		return hashAll(seed, 1, e)
	case Or:
		return hashAll(seed, 2, e)
	case Not:
		return mix(3, hash(seed, e.Of))
	case ID:
		h := uint64(4)
		for _, id := range e {
			h = mix(h, maphash.String(seed, id))
		}
		return h
	case Composite:
		return hashAll(seed, mix(5, maphash.Comparable(seed, e.Param)), e.Parts)
	case Chain:
		return mix(mix(6, maphash.Comparable(seed, e.Param)), mix(maphash.String(seed, e.Type), hash(seed, e.Where)))
	case Has:
		return mix(mix(7, maphash.Comparable(seed, e.Param)), hash(seed, e.Where))
	case All:
		h := mix(8, maphash.Comparable(seed, e.Param))
		for typ, where := range e.Where { // in any order
			h += mix(maphash.String(seed, typ), hash(seed, where))
		}
		return h
	}
	return maphash.Comparable(seed, e)
}

func hashAll(seed maphash.Seed, h uint64, parts []Expr) uint64 {
	for _, part := range parts {
		h = mix(h, hash(seed, part))
	}
	return h
}

func mix(a, b uint64) uint64 { return (a ^ b) * 0x9e3779b97f4a7c15 }
