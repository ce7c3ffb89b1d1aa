package sqlite

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// resolved are the entries of a version in terms of the dictionaries.
type resolved struct {
	terms   []termRow
	strings []stringRow
	dates   []dateRow
	numbers []quantityRow
	charts  []int64 // rids of Patients
}

type termRow struct {
	param, group int64
	found        found
	term         int64
	target       int64 // the resource that a literal reference names; 0 where that is not known or there is none
}

type stringRow struct {
	param, group  int64
	found         found
	folded, exact string
}

type dateRow struct {
	param, group int64
	found        found
	lo, hi       int64
}

type quantityRow struct {
	param, group int64
	found        found
	unit         int64 // a term of the same parameter
	lo, hi       float64
}

// resolve finds or makes the dictionary's ids for the entries.
func (t *tx) resolve(e search.Entries, charts []string) (resolved, error) {
	r := resolved{terms: make([]termRow, 0, len(e.Terms))}
	ids := paramIDs{tx: t}
	for _, x := range e.Terms {
		param, err := ids.of(x.Param)
		if err != nil {
			return r, err
		}
		row := termRow{param: param, group: int64(x.Group), found: foundBy(x.Param)}
		if row.term, row.target, err = t.makeTerm(termKey{param, x.Code, x.System}, x.Param.Kind == search.KindReference); err != nil {
			return r, err
		}
		r.terms = append(r.terms, row)
	}
	for _, id := range charts {
		rid, err := t.makeResource(keyOf("Patient", id))
		if err != nil {
			return r, err
		}
		r.charts = append(r.charts, rid)
	}
	if err := ids.resolveRanges(e, &r); err != nil {
		return r, err
	}
	r.sort()
	return r, nil
}

// paramIDs finds or makes the ids of parameters: most are asked for several times
// on end.
type paramIDs struct {
	*tx
	last *search.Param
	id   int64
}

func (t *paramIDs) of(p *search.Param) (id int64, err error) {
	if p == t.last {
		return t.id, nil
	}
	t.last = nil
	if t.id, err = t.makeParam(paramKey{p.Type, p.Code}); err == nil {
		t.last = p
	}
	return t.id, err
}

func (t *paramIDs) resolveRanges(e search.Entries, r *resolved) error {
	for _, x := range e.Strings {
		param, err := t.of(x.Param)
		if err != nil {
			return err
		}
		r.strings = append(r.strings, stringRow{param, int64(x.Group), foundBy(x.Param), x.Folded, x.Exact})
	}
	for _, x := range e.Dates {
		param, err := t.of(x.Param)
		if err != nil {
			return err
		}
		r.dates = append(r.dates, dateRow{param, int64(x.Group), foundBy(x.Param), x.Low, x.High})
	}
	for _, x := range e.Quantities {
		if math.IsNaN(x.Low) || math.IsNaN(x.High) {
			return fmt.Errorf("%s: a quantity entry is not a number", x.Param.Name())
		}
		param, err := t.of(x.Param)
		if err != nil {
			return err
		}
		unit, _, err := t.makeTerm(termKey{param, x.Code, x.System}, false)
		if err != nil {
			return err
		}
		r.numbers = append(r.numbers, quantityRow{param, int64(x.Group), foundBy(x.Param), unit, x.Low, x.High})
	}
	return nil
}

// sort brings all into the order in which they are packed, terms and charts each
// once.
func (r *resolved) sort() {
	slices.SortFunc(r.terms, func(a, b termRow) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.term, b.term), cmp.Compare(a.group, b.group))
	})
	r.terms = slices.Compact(r.terms)
	slices.SortStableFunc(r.strings, func(a, b stringRow) int { return cmp.Compare(a.param, b.param) })
	slices.SortStableFunc(r.dates, func(a, b dateRow) int { return cmp.Compare(a.param, b.param) })
	slices.SortStableFunc(r.numbers, func(a, b quantityRow) int { return cmp.Compare(a.param, b.param) })
	slices.Sort(r.charts)
	r.charts = slices.Compact(r.charts)
}
