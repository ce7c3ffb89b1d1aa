package search

import "slices"

// group does what factor does for the branches that share something, where not all
// do: `(a and b) or (a and c) or d` is `a and (b or c)`, or d. What scopes on one
// category grant of many codes is so one list of codes.
func group(branches []Expr) Expr {
	if !slices.ContainsFunc(branches, func(branch Expr) bool { return len(conjuncts(branch)) > 1 }) {
		return joinOr(branches)
	}
	n := numbered(branches, conjuncts)
	grouped := make([]bool, len(branches))
	made := map[int]Expr{} // by the place of their first branch
	for {
		part, count := n.commonest()
		if count < 2 {
			break
		}
		first := slices.IndexFunc(n.parts, func(parts []int) bool { return slices.Contains(parts, part) })
		made[first] = n.take(part, grouped)
	}
	if len(made) == 0 {
		return joinOr(branches)
	}
	var either Or
	for i, branch := range branches {
		switch together, ok := made[i]; {
		case ok:
			either = append(either, together)
		case !grouped[i]:
			either = append(either, branch)
		}
	}
	return Simplify(either)
}

// commonest is the part that most branches have, and how many.
func (n numbering) commonest() (part, count int) {
	for at, c := range n.count {
		if c > count {
			part, count = at, c
		}
	}
	return part, count
}

// take takes out the branches that have a part, and joins what they demand beside it.
func (n numbering) take(part int, grouped []bool) Expr {
	var rests Or
	for i, parts := range n.parts {
		if !slices.Contains(parts, part) {
			continue
		}
		var rest []Expr
		for _, p := range parts {
			if n.count[p]--; p != part {
				rest = append(rest, n.of[p])
			}
		}
		rests = append(rests, joinAnd(rest))
		grouped[i], n.parts[i] = true, nil
	}
	return And{n.of[part], rests}
}
