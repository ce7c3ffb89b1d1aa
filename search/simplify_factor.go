package search

// maxAbsorb bounds the work of absorb, which compares each branch with each.
const maxAbsorb = 200

// conjuncts are what e demands all of, disjuncts of what it demands one.
func conjuncts(e Expr) []Expr {
	if and, ok := e.(And); ok {
		return and
	}
	return []Expr{e}
}

func disjuncts(e Expr) []Expr {
	if or, ok := e.(Or); ok {
		return or
	}
	return []Expr{e}
}

// absorb drops each branch that another makes superfluous: in an Or, `a and b`
// beside `a`; in an And, `a or b` beside `a`. The branches are without
// duplicates, so that no two of them can drop each other.
func absorb(branches []Expr, partsOf func(Expr) []Expr) []Expr {
	if len(branches) > maxAbsorb {
		return branches
	}
	sets := make([]exprSet, len(branches))
	for i, branch := range branches {
		sets[i].add(partsOf(branch)...)
	}
	var kept []Expr
	for i, branch := range branches {
		if !superfluous(sets, i) {
			kept = append(kept, branch)
		}
	}
	return kept
}

func superfluous(sets []exprSet, i int) bool {
	for j := range sets {
		if len(sets[j].list) < len(sets[i].list) && sets[i].hasAll(sets[j].list) {
			return true
		}
	}
	return false
}

// factor turns `(a and b) or (a and c)` into `a and (b or c)`: a patient's chart
// that every scope demands is then one range scan and not one for each scope.
func factor(branches []Expr) Expr {
	common := commonConjuncts(branches)
	if len(common) == 0 {
		return joinOr(branches)
	}
	shared := exprSet{}
	shared.add(common...)
	rests := make(Or, len(branches))
	for i, branch := range branches {
		var rest []Expr
		for _, part := range conjuncts(branch) {
			if !shared.has(part) {
				rest = append(rest, part)
			}
		}
		rests[i] = joinAnd(rest)
	}
	return Simplify(And(append(common, rests)))
}

// commonConjuncts are in every branch, in the order of the first. A single
// branch shares nothing.
func commonConjuncts(branches []Expr) []Expr {
	if len(branches) < 2 {
		return nil
	}
	common := conjuncts(branches[0])
	for _, branch := range branches[1:] {
		set := exprSet{}
		set.add(conjuncts(branch)...)
		var still []Expr
		for _, part := range common {
			if set.has(part) {
				still = append(still, part)
			}
		}
		if common = still; len(common) == 0 {
			return nil
		}
	}
	return common
}

func simplifyID(ids ID) Expr {
	unique := ID(once(ids))
	if len(unique) == 0 {
		return False
	}
	return unique
}

// intersectIDs makes one ID of all in a conjunction, in the place of the first;
// one that no id satisfies is False.
func intersectIDs(parts []Expr) []Expr {
	return mergeIDs(parts, func(a, b ID) ID {
		in := make(map[string]bool, len(b))
		for _, id := range b {
			in[id] = true
		}
		var both ID
		for _, id := range a {
			if in[id] {
				both = append(both, id)
			}
		}
		return both
	})
}

// uniteIDs makes one ID of all in a disjunction, in the place of the first.
func uniteIDs(parts []Expr) []Expr {
	return mergeIDs(parts, func(a, b ID) ID { return append(a[:len(a):len(a)], b...) })
}

func mergeIDs(parts []Expr, merge func(a, b ID) ID) []Expr {
	var merged []Expr
	at := -1
	var ids ID
	for _, part := range parts {
		id, ok := part.(ID)
		switch {
		case !ok:
			merged = append(merged, part)
		case at < 0:
			at, ids = len(merged), id
			merged = append(merged, id)
		default:
			ids = merge(ids, id)
		}
	}
	if at >= 0 {
		merged[at] = simplifyID(ids)
	}
	return merged
}
