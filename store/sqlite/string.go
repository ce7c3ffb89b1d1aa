package sqlite

import "github.com/granary-fhir/granary/search"

// stringTest compares string entries (search.html#string).
func stringTest(e search.String) fragment {
	switch e.Op {
	case search.StartsWith:
		return hasPrefix("{}.folded", e.Value)
	case search.Contains:
		return sql("instr({}.folded, ?) > 0", text(e.Value))
	case search.Exact:
		return sql("{}.exact = ?", text(e.Value))
	}
	return never
}
