package mongo

import "github.com/granary-fhir/granary/search"

// asks notes what a predicate asks of others than the resource itself.
func (s *snapshot) asks(e search.Expr) {
	if s.writes == nil {
		return
	}
	reached(e, 1, func(typ string, _ int) { s.asked(typ) })
}

// reached tells of each type to which the hops of a predicate lead, and how many hops
// away it is; those of the predicate itself lead as far as the first.
func reached(e search.Expr, first int, tell func(typ string, hops int)) {
	switch e := e.(type) {
	case search.And:
		for _, part := range e {
			reached(part, first, tell)
		}
	case search.Or:
		for _, part := range e {
			reached(part, first, tell)
		}
	case search.Not:
		reached(e.Of, first, tell)
	case search.Chain:
		tell(e.Type, first)
		reached(e.Where, first+1, tell)
	case search.Has:
		tell(e.Param.Type, first)
		reached(e.Where, first+1, tell)
	case search.All:
		for typ, where := range e.Where {
			tell(typ, first)
			reached(where, first+1, tell)
		}
	case search.Panel, search.Related:
		tell(careType, first)
	}
}
