package sqlite

import (
	"cmp"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// choice holds where the row has a term of a parameter for which a test holds. It is a
// disjunction whose parts each ask for terms of that parameter, and for something beside:
// sixty scopes on a code each, some of them with a status. The row's own terms choose
// what is left to be tested, so that a part costs a row no more than its place in a list.
type choice struct {
	param  int64
	terms  []int64 // in their order
	beside []test  // what is asked beside each term
}

func (t *choice) of(e packed) (bool, error) {
	raw, err := e.find(t.param, termTable)
	if err != nil {
		return false, err
	}
	r, last := reader{rest: raw, whole: e}, termRow{}
	for !r.done() {
		last = r.term(last.term)
		at, ok := slices.BinarySearch(t.terms, last.term)
		if !ok || r.bad {
			continue
		}
		if holds, err := t.beside[at].of(e); err != nil || holds {
			return holds, err
		}
	}
	return false, r.err()
}

// option is a term of a choice, and what is asked beside it.
type option struct {
	term   int64
	beside test
}

// choiceOf makes a choice of options, of which several may be of one term.
func choiceOf(param int64, options []option) *choice {
	slices.SortStableFunc(options, func(a, b option) int { return cmp.Compare(a.term, b.term) })
	t := &choice{param: param}
	for _, o := range options {
		if last := len(t.terms) - 1; last >= 0 && t.terms[last] == o.term {
			t.beside[last] = disjunction(t.beside[last], o.beside)
			continue
		}
		t.terms, t.beside = append(t.terms, o.term), append(t.beside, o.beside)
	}
	return t
}

// branch is a conjunction in a disjunction, with those of its conjuncts that ask for
// terms.
type branch struct {
	of   search.And
	asks []ask
}

// ask is a conjunct that asks for one of some terms of a parameter.
type ask struct {
	*termList
	at int // of the conjunct
}

// on is the ask for terms of a parameter; nil if there is none.
func (b branch) on(param int64) *ask {
	for i := range b.asks {
		if b.asks[i].param == param {
			return &b.asks[i]
		}
	}
	return nil
}

// choices makes choices of what is listed and of the conjunctions beside it, by the
// parameters that most of them ask for. It returns what is in no choice.
func (c *compiler) choices(listed []*termList, parts []search.Expr) (made []test, alone []*termList, rest []search.Expr, err error) {
	branches, rest, err := c.branches(parts)
	if err != nil {
		return nil, nil, nil, err
	}
	for {
		param, ok := commonest(listed, branches)
		if !ok {
			break
		}
		var options []option
		listed = slices.DeleteFunc(listed, func(l *termList) bool {
			if l.param == param {
				options = l.options(options, constant(true))
			}
			return l.param == param
		})
		var others []branch
		for _, b := range branches {
			on := b.on(param)
			if on == nil {
				others = append(others, b)
				continue
			}
			beside, err := c.locals(slices.Concat(b.of[:on.at], b.of[on.at+1:]))
			if err != nil {
				return nil, nil, nil, err
			}
			options = on.options(options, conjunction(beside...))
		}
		made, branches = append(made, choiceOf(param, options)), others
	}
	for _, b := range branches {
		rest = append(rest, b.of)
	}
	return made, listed, rest, nil
}

// options adds the terms of a list.
func (l *termList) options(to []option, beside test) []option {
	for _, term := range l.terms {
		to = append(to, option{term, beside})
	}
	return to
}

// branches are the conjunctions that ask for terms, and the other parts. A conjunction
// that asks for a term which nothing has is in neither.
func (c *compiler) branches(parts []search.Expr) (branches []branch, rest []search.Expr, err error) {
parts:
	for _, part := range parts {
		and, ok := part.(search.And)
		if !ok {
			rest = append(rest, part)
			continue
		}
		b := branch{of: and}
		for i, conjunct := range and {
			list, ok, err := c.termsOf(conjunct)
			switch {
			case err != nil:
				return nil, nil, err
			case ok && list == nil:
				continue parts
			case ok && b.on(list.param) == nil:
				b.asks = append(b.asks, ask{list, i})
			}
		}
		branches = append(branches, b)
	}
	return branches, rest, nil
}

// termsOf are the terms of one parameter that a predicate asks for, nil if nothing has
// them; false if it asks for something else.
func (c *compiler) termsOf(e search.Expr) (*termList, bool, error) {
	either, ok := e.(search.Or)
	if _, isTerm := e.(search.Term); isTerm {
		either, ok = search.Or{e}, true
	}
	if !ok {
		return nil, false, nil
	}
	listed, rest, err := c.gather(either)
	switch {
	case err != nil, len(rest) > 0, len(listed) > 1:
		return nil, false, err
	case len(listed) == 0:
		return nil, true, nil
	}
	return listed[0], true, nil
}

// commonest is the parameter that most parts ask for, the first of those; false if no
// conjunction shares one with another part.
func commonest(listed []*termList, branches []branch) (param int64, ok bool) {
	count, most := map[int64]int{}, 1
	for _, l := range listed {
		count[l.param]++
	}
	for _, b := range branches {
		for _, a := range b.asks {
			if count[a.param]++; count[a.param] > most {
				param, most, ok = a.param, count[a.param], true
			}
		}
	}
	return param, ok
}
