package search

// hop is what makes two hops lead to the same resources.
type hop struct {
	param   *Param
	to      string // the type, of a Chain
	reverse bool
}

// hopOf takes a hop apart.
func hopOf(e Expr) (way hop, where Expr, ok bool) {
	switch e := e.(type) {
	case Chain:
		return hop{e.Param, e.Type, false}, e.Where, true
	case Has:
		return hop{e.Param, "", true}, e.Where, true
	}
	return hop{}, nil, false
}

func (h hop) expr(where Expr) Expr {
	if h.reverse {
		return Has{Param: h.param, Where: where}
	}
	return Chain{Param: h.param, Type: h.to, Where: where}
}

// uniteHops makes one hop of all in a disjunction that go the same way, in the place of
// the first: one that leads to what either leads to.
func uniteHops(parts []Expr) []Expr {
	wheres := map[hop]Or{}
	for _, part := range parts {
		if way, where, ok := hopOf(part); ok {
			wheres[way] = append(wheres[way], where)
		}
	}
	if len(wheres) == 0 {
		return parts
	}
	var united []Expr
	for _, part := range parts {
		way, _, ok := hopOf(part)
		switch {
		case !ok || len(wheres[way]) == 1:
			united = append(united, part)
		case len(wheres[way]) > 1:
			united = append(united, way.expr(Simplify(wheres[way])))
			wheres[way] = nil
		}
	}
	return united
}
