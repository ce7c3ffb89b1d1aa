package sqlite

import (
	"slices"

	"github.com/granary-fhir/granary/search"
)

// isExact tells that the live rows of the type among the candidates for a
// predicate all satisfy it, so that they need no test.
func isExact(typ string, e search.Expr) bool {
	switch e := e.(type) {
	case search.ID:
		return true
	case search.Has:
		return isExactHop(e.Param.Type, e.Where)
	}
	return isExactHop(typ, e)
}

// isExactHop tells that the candidates are live rows of the type and satisfy the
// predicate: entries and postings are there for live rows only.
func isExactHop(typ string, e search.Expr) bool {
	switch e := e.(type) {
	case search.Term:
		return e.Param.Type == typ && e.Param.Code != "_id"
	case search.String:
		return e.Param.Type == typ
	case search.Date:
		return e.Param.Type == typ
	case search.Quantity:
		return e.Param.Type == typ
	case search.Chart, search.Panel:
		return true
	case search.Chain:
		return e.Param.Type == typ && isExact(e.Type, e.Where)
	case search.And:
		return len(e) == 1 && isExactHop(typ, e[0])
	case search.Or:
		return !slices.ContainsFunc(e, func(part search.Expr) bool { return !isExactHop(typ, part) })
	}
	return false
}
