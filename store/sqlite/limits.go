package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The limits of one statement, well below SQLite's own. Beyond them the answer is
// store.ErrTooComplex.
const (
	maxHops   = 12     // of chains within chains: each is a subquery
	maxDepth  = 100    // of nested predicates
	maxLeaves = 20_000 // conditions
	maxValues = 30_000 // bound parameters; SQLite stops at 32,766
)

// admit refuses a predicate beyond the limits, before anything is done for it.
func admit(e search.Expr) error {
	var m measure
	m.add(e, 0, 0)
	switch {
	case m.hops > maxHops:
		return fmt.Errorf("%w: more than %d chains within each other", store.ErrTooComplex, maxHops)
	case m.depth > maxDepth:
		return fmt.Errorf("%w: its conditions are nested more than %d deep", store.ErrTooComplex, maxDepth)
	case m.leaves > maxLeaves:
		return fmt.Errorf("%w: it has more than %d conditions", store.ErrTooComplex, maxLeaves)
	}
	return nil
}

// measure is the size of a predicate. It ends where a limit is passed.
type measure struct{ hops, depth, leaves int }

func (m *measure) add(e search.Expr, hops, depth int) {
	m.hops, m.depth = max(m.hops, hops), max(m.depth, depth)
	if m.leaves++; m.hops > maxHops || m.depth > maxDepth || m.leaves > maxLeaves {
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
