package search

// InValueSet holds where a term entry under Param is in the expansion of a value
// set (search.html#token, `:in`). ValueSet is a canonical URL, perhaps with
// `|version`, or the literal reference `ValueSet/id`. A store's View expands it
// before a backend sees it.
type InValueSet struct {
	Param    *Param
	ValueSet string
}

func (InValueSet) isExpr() {}
