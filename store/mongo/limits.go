package mongo

import (
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// limits are below MongoDB's own: a filter is nested 100 deep at most, a command 200, and
// pipelines within each other 20; and a command has 16 MB.
var limits = store.Limits{Hops: 12, Depth: 80, Leaves: 20_000}

func admit(e search.Expr) error { return limits.Admit(e) }
