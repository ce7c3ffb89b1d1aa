package search

// Subsumed holds where a term entry under Param has the System and a code that
// Code subsumes, Code itself included (search.html#token, `:below`); with Above
// one that subsumes Code (`:above`). The hierarchy is that of the CodeSystem with
// the canonical URL System. A store's View expands it before a backend sees it.
type Subsumed struct {
	Param        *Param
	System, Code string
	Above        bool
}

func (Subsumed) isExpr() {}
