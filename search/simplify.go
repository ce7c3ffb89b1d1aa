package search

// Simplify returns a predicate with the same meaning, built with less: nested
// And and Or are flattened, constants, duplicates and double negations are gone,
// what every branch of an Or demands stands once beside it, and a hop that leads
// nowhere is False. The result depends on nothing but e. A nil Expr, which says
// nothing, becomes False.
func Simplify(e Expr) Expr {
	switch e := e.(type) {
	case nil:
		return False
	case And:
		return simplifyAnd(e)
	case Or:
		return simplifyOr(e)
	case Not:
		return negate(Simplify(e.Of))
	case ID:
		return simplifyID(e)
	case Composite:
		return simplifyComposite(e)
	case Chain:
		e.Where = Simplify(e.Where)
		return unlessNowhere(e, e.Where)
	case Has:
		e.Where = Simplify(e.Where)
		return unlessNowhere(e, e.Where)
	case All:
		return simplifyAll(e)
	}
	return e
}

// unlessNowhere is hop, or False where nothing can be at its end.
func unlessNowhere(hop, where Expr) Expr {
	if IsConst(where, False) {
		return False
	}
	return hop
}

func negate(e Expr) Expr {
	switch e := e.(type) {
	case Const:
		return !e
	case Not:
		return e.Of
	}
	return Not{Of: e}
}

func simplifyAnd(parts And) Expr {
	set := exprSet{}
	if !set.gatherAnd(parts) {
		return False
	}
	kept := intersectIDs(set.list)
	for _, part := range kept {
		if IsConst(part, False) || set.has(negate(part)) {
			return False
		}
	}
	return joinAnd(absorb(kept, disjuncts))
}

// gatherAnd adds the simplified conjuncts; false if one of them is False.
func (s *exprSet) gatherAnd(parts []Expr) bool {
	for _, part := range parts {
		switch part := Simplify(part).(type) {
		case Const:
			if !part {
				return false
			}
		case And:
			s.add(part...)
		default:
			s.add(part)
		}
	}
	return true
}

func simplifyOr(parts Or) Expr {
	set := exprSet{}
	if !set.gatherOr(parts) {
		return True
	}
	for _, part := range set.list {
		if set.has(negate(part)) {
			return True
		}
	}
	return factor(absorb(uniteIDs(set.list), conjuncts))
}

// gatherOr adds the simplified alternatives; false if one of them is True.
func (s *exprSet) gatherOr(parts []Expr) bool {
	for _, part := range parts {
		switch part := Simplify(part).(type) {
		case Const:
			if part {
				return false
			}
		case Or:
			s.add(part...)
		default:
			s.add(part)
		}
	}
	return true
}

// joinAnd and joinOr build the node that parts need: none, one or more.
func joinAnd(parts []Expr) Expr {
	switch len(parts) {
	case 0:
		return True
	case 1:
		return parts[0]
	}
	return And(parts)
}

func joinOr(parts []Expr) Expr {
	switch len(parts) {
	case 0:
		return False
	case 1:
		return parts[0]
	}
	return Or(parts)
}

func simplifyComposite(e Composite) Expr {
	for _, part := range e.Parts {
		if IsConst(part, False) {
			return False
		}
	}
	return e
}

// simplifyAll drops the types that nothing satisfies, which is what a type that
// is not mentioned means.
func simplifyAll(e All) Expr {
	where := make(map[string]Expr, len(e.Where))
	for typ, of := range e.Where {
		if of = Simplify(of); !IsConst(of, False) {
			where[typ] = of
		}
	}
	if len(where) == 0 {
		return False
	}
	return All{Param: e.Param, Where: where}
}
