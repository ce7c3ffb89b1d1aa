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
	case search.Equals:
		return sql("{}.folded = ?", text(e.Value))
	case search.EndsWith:
		return hasSuffix("{}.folded", e.Value)
	}
	return never
}

// hasSuffix compares bytes. No index serves it.
func hasSuffix(column, suffix string) fragment {
	if suffix == "" {
		return always
	}
	return sql("substr(CAST("+column+" AS BLOB), ?) = ?", num(int64(-len(suffix))), blob([]byte(suffix)))
}
