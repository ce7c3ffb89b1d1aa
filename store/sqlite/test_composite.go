package sqlite

import "slices"

// compositeTest holds where one group of entries passes all parts. The groups are
// those of the entries that first passes.
type compositeTest struct {
	first []*entryTest // one of these
	parts []groupTest  // and all of these
}

func (t *compositeTest) of(e packed) (bool, error) {
	for _, first := range t.first {
		groups, err := first.groups(e)
		if err != nil {
			return false, err
		}
		for _, group := range groups {
			if ok, err := allInGroup(t.parts).in(e, group); err != nil || ok {
				return ok, err
			}
		}
	}
	return false, nil
}

// groupTest is a condition on the entries of one group.
type groupTest interface {
	in(e packed, group int64) (bool, error)
}

func (t constant) in(packed, int64) (bool, error) { return bool(t), nil }

func (t *entryTest) in(e packed, group int64) (bool, error) {
	groups, err := t.groups(e)
	return slices.Contains(groups, group), err
}

type allInGroup []groupTest

func (t allInGroup) in(e packed, group int64) (bool, error) {
	for _, part := range t {
		if holds, err := part.in(e, group); err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

type someInGroup []groupTest

func (t someInGroup) in(e packed, group int64) (bool, error) {
	for _, part := range t {
		if holds, err := part.in(e, group); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

type notInGroup struct{ part groupTest }

func (t notInGroup) in(e packed, group int64) (bool, error) {
	holds, err := t.part.in(e, group)
	return !holds && err == nil, err
}
