package search

// Rewrite replaces each leaf of e by what leaf returns for it, in hops as well,
// and keeps everything else. The first error ends it.
func Rewrite(e Expr, leaf func(Expr) (Expr, error)) (Expr, error) {
	switch e := e.(type) {
	case And:
		parts, err := rewriteAll(e, leaf)
		return And(parts), err
	case Or:
		parts, err := rewriteAll(e, leaf)
		return Or(parts), err
	case Not:
		of, err := Rewrite(e.Of, leaf)
		return Not{Of: of}, err
	case Chain:
		where, err := Rewrite(e.Where, leaf)
		e.Where = where
		return e, err
	case Has:
		where, err := Rewrite(e.Where, leaf)
		e.Where = where
		return e, err
	case All:
		where := make(map[string]Expr, len(e.Where))
		for typ, of := range e.Where {
			var err error
			if where[typ], err = Rewrite(of, leaf); err != nil {
				return nil, err
			}
		}
		e.Where = where
		return e, nil
	}
	return leaf(e)
}

func rewriteAll(parts []Expr, leaf func(Expr) (Expr, error)) ([]Expr, error) {
	rewritten := make([]Expr, len(parts))
	for i, part := range parts {
		var err error
		if rewritten[i], err = Rewrite(part, leaf); err != nil {
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
