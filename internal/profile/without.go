package profile

import "slices"

// without takes from a slice what is demanded of all values anyway, so that it is
// told once.
func (n *node) without(all *node) {
	if n.binding.same(all.binding) {
		n.binding = nil
	}
	if slices.Equal(n.allowed, all.allowed) {
		n.allowed = nil
	}
	if n.targets.same(all.targets) {
		n.targets = nil
	}
	n.rules = slices.DeleteFunc(n.rules, func(r *rule) bool {
		return slices.ContainsFunc(all.rules, func(other *rule) bool { return *r.constraint == *other.constraint })
	})
	for _, child := range n.children {
		for _, other := range all.children {
			if child.access.name == other.access.name {
				child.without(other)
				if child.min <= other.min {
					child.min = 0
				}
				if !less(child.max, other.max) {
					child.max = unbounded
				}
				if sameValue(child.element, other.element) {
					child.element = withoutValue(child.element)
				}
			}
		}
	}
}

// sameValue tells whether two elements are fixed alike.
func sameValue(a, b *Element) bool {
	return (a.Fixed != nil || a.Pattern != nil) &&
		string(a.Fixed.Raw()) == string(b.Fixed.Raw()) && string(a.Pattern.Raw()) == string(b.Pattern.Raw())
}

func withoutValue(e *Element) *Element {
	own := *e
	own.Fixed, own.Pattern = nil, nil
	return &own
}
