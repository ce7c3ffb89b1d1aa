package search

import "slices"

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
	if !slices.ContainsFunc(branches, func(branch Expr) bool { return len(partsOf(branch)) > 1 }) {
		return branches
	}
	if len(branches) <= few {
		return absorbFew(branches, partsOf)
	}
	n := numbered(branches, partsOf)
	byRarest := make([][]int, len(n.count))
	for i := range branches {
		rarest := n.rarest(i)
		byRarest[rarest] = append(byRarest[rarest], i)
	}
	marked := make([]int, len(n.count)) // the last branch that has the part, from 1
	var kept []Expr
	for i, branch := range branches {
		for _, part := range n.parts[i] {
			marked[part] = i + 1
		}
		if !n.superfluous(i, byRarest, marked) {
			kept = append(kept, branch)
		}
	}
	return kept
}

// absorbFew compares each branch with each.
func absorbFew(branches []Expr, partsOf func(Expr) []Expr) []Expr {
	var kept []Expr
	for _, branch := range branches {
		parts := partsOf(branch)
		lacks := func(part Expr) bool {
			return !slices.ContainsFunc(parts, func(own Expr) bool { return Equal(own, part) })
		}
		superfluous := slices.ContainsFunc(branches, func(other Expr) bool {
			of := partsOf(other)
			return len(of) < len(parts) && !slices.ContainsFunc(of, lacks)
		})
		if !superfluous {
			kept = append(kept, branch)
		}
	}
	return kept
}

// numbering is branches as the numbers of their parts.
type numbering struct {
	parts [][]int
	of    []Expr // the part of each number
	count []int  // in how many branches the part is
}

func numbered(branches []Expr, partsOf func(Expr) []Expr) numbering {
	n := numbering{parts: make([][]int, len(branches))}
	var set exprSet
	for i, branch := range branches {
		for _, part := range partsOf(branch) {
			at := set.number(part)
			if at == len(n.count) {
				n.count = append(n.count, 0)
			}
			if !slices.Contains(n.parts[i], at) {
				n.parts[i] = append(n.parts[i], at)
				n.count[at]++
			}
		}
	}
	n.of = set.list
	return n
}

// rarest is the part of a branch that the fewest branches have.
func (n numbering) rarest(branch int) int {
	return slices.MinFunc(n.parts[branch], func(a, b int) int { return n.count[a] - n.count[b] })
}

// superfluous tells whether a branch, whose parts are marked, has all parts of another
// one. That is found under one of them, its rarest.
func (n numbering) superfluous(i int, byRarest [][]int, marked []int) bool {
	for _, part := range n.parts[i] {
		for _, j := range byRarest[part] {
			if len(n.parts[j]) < len(n.parts[i]) && !slices.ContainsFunc(n.parts[j], func(p int) bool { return marked[p] != i+1 }) {
				return true
			}
		}
	}
	return false
}

// factor turns `(a and b) or (a and c)` into `a and (b or c)`: a patient's chart
// that every scope demands is then one range scan and not one for each scope.
func factor(branches []Expr) Expr {
	common := commonConjuncts(branches)
	if len(common) == 0 {
		return group(branches)
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
