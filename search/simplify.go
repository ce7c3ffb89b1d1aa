package search

// Simplify returns a predicate with the same meaning, built with less: nested
// And and Or are flattened, constants, duplicates and double negations are gone,
// what branches of an Or demand in common stands once beside them, its hops by one
// parameter are one hop, and a hop that leads nowhere is False. The result depends on nothing but e. A nil Expr, which says
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

// Both is Simplify of a conjunction of two predicates that are simplified already: a
// policy's is, and with the codes of five hundred scopes it is not looked through again
// for each request.
func Both(a, b Expr) Expr {
	set := exprSet{}
	if !set.addConjuncts(a) || !set.addConjuncts(b) {
		return False
	}
	return set.and()
}

func simplifyAnd(parts And) Expr {
	set := exprSet{}
	for _, part := range parts {
		if !set.addConjuncts(Simplify(part)) {
			return False
		}
	}
	return set.and()
}

// addConjuncts adds what a simplified predicate demands; false if it is False.
func (s *exprSet) addConjuncts(e Expr) bool {
	switch e := e.(type) {
	case Const:
		return bool(e)
	case And:
		s.add(e...)
	default:
		s.add(e)
	}
	return true
}

// and is the conjunction of the set.
func (s *exprSet) and() Expr {
	kept := intersectIDs(s.list)
	for _, part := range kept {
		if IsConst(part, False) || s.has(negate(part)) {
			return False
		}
	}
	return joinAnd(absorb(kept, disjuncts))
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
	return factor(absorb(uniteHops(uniteIDs(set.list)), conjuncts))
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
