package store

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// Limits are the size of a predicate that a backend evaluates. Beyond them the answer
// is ErrTooComplex.
type Limits struct {
	Hops   int // of chains within chains
	Depth  int // of nested predicates
	Leaves int // conditions
}

// Admit refuses a predicate beyond the limits, before anything is done for it.
func (l Limits) Admit(e search.Expr) error {
	m := measure{of: l}
	m.add(e, 0, 0)
	switch {
	case m.hops > l.Hops:
		return fmt.Errorf("%w: more than %d chains within each other", ErrTooComplex, l.Hops)
	case m.depth > l.Depth:
		return fmt.Errorf("%w: its conditions are nested more than %d deep", ErrTooComplex, l.Depth)
	case m.leaves > l.Leaves:
		return fmt.Errorf("%w: it has more than %d conditions", ErrTooComplex, l.Leaves)
	}
	return nil
}

// measure is the size of a predicate. It ends where a limit is passed.
type measure struct {
	of                  Limits
	hops, depth, leaves int
}

func (m *measure) add(e search.Expr, hops, depth int) {
	m.hops, m.depth = max(m.hops, hops), max(m.depth, depth)
	if m.leaves++; m.hops > m.of.Hops || m.depth > m.of.Depth || m.leaves > m.of.Leaves {
		return
	}
	switch e := e.(type) {
	case search.And:
		m.addAll(e, hops, depth+1)
	case search.Or:
		m.addAll(e, hops, depth+1)
	case search.Not:
		m.add(e.Of, hops, depth+1)
	case search.Composite:
		m.addAll(e.Parts, hops, depth+1)
	case search.Chain:
		m.add(e.Where, hops+1, depth+1)
	case search.Has:
		m.add(e.Where, hops+1, depth+1)
	case search.All:
		for _, where := range e.Where {
			m.add(where, hops+1, depth+1)
		}
	}
}

func (m *measure) addAll(parts []search.Expr, hops, depth int) {
	for _, part := range parts {
		m.add(part, hops, depth)
	}
}
