package search

// Rewrite replaces each leaf of e by what leaf returns for it, in hops as well,
// and keeps everything else. Negated tells whether the leaf stands under an odd
// number of Nots: there a wider leaf makes a narrower predicate. The first error
// ends it.
func Rewrite(e Expr, leaf func(leaf Expr, negated bool) (Expr, error)) (Expr, error) {
	return rewriter{leaf, false}.expr(e)
}

type rewriter struct {
	leaf    func(leaf Expr, negated bool) (Expr, error)
	negated bool
}

func (r rewriter) expr(e Expr) (Expr, error) {
	switch e := e.(type) {
	case And:
		parts, err := r.all(e)
		return And(parts), err
	case Or:
		parts, err := r.all(e)
		return Or(parts), err
	case Not:
		of, err := rewriter{r.leaf, !r.negated}.expr(e.Of)
		return Not{Of: of}, err
	case Chain:
		where, err := r.expr(e.Where)
		e.Where = where
		return e, err
	case Has:
		where, err := r.expr(e.Where)
		e.Where = where
		return e, err
	case All:
		where := make(map[string]Expr, len(e.Where))
		for typ, of := range e.Where {
			var err error
			if where[typ], err = r.expr(of); err != nil {
				return nil, err
			}
		}
		e.Where = where
		return e, nil
	}
	return r.leaf(e, r.negated)
}

func (r rewriter) all(parts []Expr) ([]Expr, error) {
	rewritten := make([]Expr, len(parts))
	for i, part := range parts {
		var err error
		if rewritten[i], err = r.expr(part); err != nil {
			return nil, err
		}
	}
	return rewritten, nil
}

// Any tells whether a leaf of e, in hops as well, satisfies test.
func Any(e Expr, test func(Expr) bool) bool {
	switch e := e.(type) {
	case And:
		return anyOf(e, test)
	case Or:
		return anyOf(e, test)
	case Not:
		return Any(e.Of, test)
	case Chain:
		return Any(e.Where, test)
	case Has:
		return Any(e.Where, test)
	case All:
		for _, where := range e.Where {
			if Any(where, test) {
				return true
			}
		}
		return false
	}
	return test(e)
}

func anyOf(parts []Expr, test func(Expr) bool) bool {
	for _, part := range parts {
		if Any(part, test) {
			return true
		}
	}
	return false
}
