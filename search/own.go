package search

import "slices"

// OfItself tells whether a predicate depends on the entries of the resource alone: it
// holds for a version for good, whatever becomes of other resources.
func OfItself(e Expr) bool {
	switch e := e.(type) {
	case Const, ID, Term, String, Date, Quantity, Missing, Composite, Chart, Near:
		return true
	case And:
		return !slices.ContainsFunc(e, dependsOnOthers)
	case Or:
		return !slices.ContainsFunc(e, dependsOnOthers)
	case Not:
		return OfItself(e.Of)
	}
	return false // it leads to other resources, or to care relationships
}

func dependsOnOthers(e Expr) bool { return !OfItself(e) }
