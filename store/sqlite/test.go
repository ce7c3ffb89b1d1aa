package sqlite

import "slices"

// test is a condition on the entries of one version. The function holds lets a
// statement ask it of a row.
type test interface {
	// of tells whether it holds; errDamaged if the entries cannot be read.
	of(e packed) (bool, error)
}

// constant holds always or never.
type constant bool

func (t constant) of(packed) (bool, error) { return bool(t), nil }

// allOf holds where all of its parts do.
type allOf []test

func (t allOf) of(e packed) (bool, error) {
	for _, part := range t {
		if holds, err := part.of(e); err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

// someOf holds where one of its parts does.
type someOf []test

func (t someOf) of(e packed) (bool, error) {
	for _, part := range t {
		if holds, err := part.of(e); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

// not holds where its part does not.
type not struct{ part test }

func (t not) of(e packed) (bool, error) {
	holds, err := t.part.of(e)
	return !holds && err == nil, err
}

// conjunction, disjunction and negation leave out what is constant.
func conjunction(parts ...test) test {
	kept := make(allOf, 0, len(parts))
	for _, part := range parts {
		switch part {
		case constant(false):
			return constant(false)
		case constant(true):
		default:
			kept = append(kept, part)
		}
	}
	switch len(kept) {
	case 0:
		return constant(true)
	case 1:
		return kept[0]
	}
	return kept
}

func disjunction(parts ...test) test {
	kept := make(someOf, 0, len(parts))
	for _, part := range parts {
		switch part {
		case constant(true):
			return constant(true)
		case constant(false):
		default:
			kept = append(kept, part)
		}
	}
	switch len(kept) {
	case 0:
		return constant(false)
	case 1:
		return kept[0]
	}
	return kept
}

func negation(part test) test {
	if c, ok := part.(constant); ok {
		return !c
	}
	return not{part}
}

// entryTest holds where one entry passes: of a parameter, in a table.
type entryTest struct {
	param int64
	table table
	passes
}

// passes reads the next entry of a section and tells its group, and whether it
// passes. An error is that of a look-up.
type passes interface {
	next(r *reader, before *termRow) (group int64, ok bool, err error)
}

func (t *entryTest) of(e packed) (bool, error) {
	raw, err := e.find(t.param, t.table)
	if err != nil {
		return false, err
	}
	switch t := t.passes.(type) { // as below, for what pages are mostly asked for: nothing is put on the heap
	case termPasses:
		if terms, ok := t.terms.(listed); ok {
			return packed(raw).hasTerm(terms)
		}
	case rangePasses:
		return e.hasDate(raw, t)
	}
	r, last := reader{rest: raw, whole: e}, termRow{}
	for !r.done() {
		if _, ok, err := t.next(&r, &last); err != nil || ok && !r.bad {
			return ok, err
		}
	}
	return false, r.err()
}

// groups are those of the entries that pass, each once.
func (t *entryTest) groups(e packed) (groups []int64, err error) {
	raw, err := e.find(t.param, t.table)
	if err != nil {
		return nil, err
	}
	r, last := reader{rest: raw, whole: e}, termRow{}
	for !r.done() {
		group, ok, err := t.next(&r, &last)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups, r.err()
}

// anyEntry passes every entry of a table.
type anyEntry struct{ table table }

func (t anyEntry) next(r *reader, last *termRow) (int64, bool, error) {
	switch t.table {
	case termTable:
		*last = r.term(last.term)
		return last.group, true, nil
	case stringTable:
		return r.string().group, true, nil
	case dateTable:
		return r.date().group, true, nil
	}
	return r.number().group, true, nil
}

// inCharts holds where the version is in one of the charts that pass.
type inCharts struct {
	passes func(chart int64) (bool, error)
}

func (t *inCharts) of(e packed) (holds bool, err error) {
	charts, err := e.charts()
	for _, chart := range charts {
		if err == nil && !holds {
			holds, err = t.passes(chart)
		}
	}
	return holds, err
}
