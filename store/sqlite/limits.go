package sqlite

import (
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// limits are those of the predicate of one statement, well below SQLite's own: each chain
// is a subquery.
var limits = store.Limits{Hops: 12, Depth: 100, Leaves: 20_000}

// maxValues is how many bound parameters a statement has at most; SQLite stops at 32,766.
// Beyond it the answer is store.ErrTooComplex.
const maxValues = 30_000

// admit refuses a predicate beyond the limits, before anything is done for it.
func admit(e search.Expr) error { return limits.Admit(e) }
