package search

// Mentioned calls tell for each parameter that a predicate asks of, hops included.
func Mentioned(e Expr, tell func(*Param)) {
	switch e := e.(type) {
	case And:
		for _, part := range e {
			Mentioned(part, tell)
		}
	case Or:
		for _, part := range e {
			Mentioned(part, tell)
		}
	case Not:
		Mentioned(e.Of, tell)
	case Chain:
		tell(e.Param)
		Mentioned(e.Where, tell)
	case Has:
		tell(e.Param)
		Mentioned(e.Where, tell)
	case All:
		tell(e.Param)
		for _, where := range e.Where {
			Mentioned(where, tell)
		}
	case Composite:
		tell(e.Param)
		for _, part := range e.Parts {
			Mentioned(part, tell)
		}
	case Term:
		tell(e.Param)
	case String:
		tell(e.Param)
	case Date:
		tell(e.Param)
	case Quantity:
		tell(e.Param)
	case Missing:
		tell(e.Param)
	case Near:
		tell(e.Param)
	case InValueSet:
		tell(e.Param)
	case Subsumed:
		tell(e.Param)
	}
}
