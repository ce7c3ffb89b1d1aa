package sqlite

import (
	"strings"

	"github.com/granary-fhir/granary/search"
)

// stringPasses compares string entries (search.html#string).
func stringPasses(e search.String) passes { return textPasses{e} }

type textPasses struct{ search.String }

func (t textPasses) next(r *reader, _ *termRow) (int64, bool, error) {
	x := r.string()
	return x.group, t.compare(x), nil
}

func (t textPasses) compare(x textEntry) bool {
	switch t.Op {
	case search.StartsWith:
		return strings.HasPrefix(x.folded(), t.Value)
	case search.Contains:
		return strings.Contains(x.folded(), t.Value)
	case search.Exact:
		return x.exact == t.Value
	case search.Equals:
		return x.folded() == t.Value
	case search.EndsWith:
		return strings.HasSuffix(x.folded(), t.Value)
	}
	return false
}

// stringRange selects, in the index of strings, what can pass; false where the
// index is of no use.
func stringRange(e search.String) (fragment, bool) {
	switch e.Op {
	case search.StartsWith:
		return hasPrefix("folded", e.Value), e.Value != ""
	case search.Exact:
		return sql("folded = ?", text(search.Fold(e.Value))), true
	case search.Equals:
		return sql("folded = ?", text(e.Value)), true
	case search.Contains:
		return sql("instr(folded, ?) > 0", text(e.Value)), e.Value != ""
	case search.EndsWith:
		return sql("substr(CAST(folded AS BLOB), ?) = ?", num(int64(-len(e.Value))), blob([]byte(e.Value))), e.Value != ""
	}
	return never, false
}
