package sqlite

import (
	"cmp"
	"math"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// inCharts leaves out the types of which there is nothing in the chart that is
// searched. A search of a whole chart asks for dozens of types, of which few
// occur.
func (s *snapshot) inCharts(selects []search.Select) ([]search.Select, error) {
	byTerm := map[posting]int{}
	var charts, terms []int64
	kept := make([]bool, len(selects))
	for i, sel := range selects {
		at := slices.IndexFunc(flatten(sel.Where, nil), isChart)
		if at < 0 {
			kept[i] = true
			continue
		}
		patient := flatten(sel.Where, nil)[at].(search.Chart).Patient
		chart, known, err := s.resource(keyOf("Patient", patient))
		if err != nil {
			return nil, err
		}
		term, ok, err := s.typeTerm(sel.Type)
		if err != nil {
			return nil, err
		}
		if known && ok {
			byTerm[posting{chart, term}] = i
			charts, terms = append(charts, chart), append(terms, term)
		}
	}
	slices.Sort(charts)
	const occurs = `SELECT c.value, t.value FROM json_each(?) c CROSS JOIN json_each(?) t
		WHERE EXISTS(SELECT 1 FROM ix WHERE chart = c.value AND term = t.value)`
	err := s.conn.query(occurs, []value{numsJSON(slices.Compact(charts)), numsJSON(terms)}, func(r row) error {
		if i, ok := byTerm[posting{r.int(0), r.int(1)}]; ok {
			kept[i] = true
		}
		return nil
	})
	var found []search.Select
	for i, sel := range selects {
		if kept[i] {
			found = append(found, sel)
		}
	}
	return found, err
}

func isChart(e search.Expr) bool { _, ok := e.(search.Chart); return ok }

// maxGap is how many rows that are not wanted are passed over in a scan of those
// that are: a step costs a fraction of a look-up.
const maxGap = 4

// eachRow reads rows of res that are there, in their order: the columns are rid, id
// and versionColumns. Those of one patient mostly stand beside each other.
func (s *snapshot) eachRow(rids []int64, each func(r row, rid int64)) error {
	columns := "SELECT r.rid, r.id, " + versionColumns("r") + " FROM res r WHERE r.rid BETWEEN ? AND ?"
	for len(rids) > 0 {
		n := 1
		for n < len(rids) && rids[n]-rids[n-1] <= maxGap {
			n++
		}
		run := rids[:n]
		err := s.conn.query(columns, []value{num(run[0]), num(run[n-1])}, func(r row) error {
			rid := r.int(0)
			for len(run) > 0 && run[0] < rid { // not there any more
				run = run[1:]
			}
			if len(run) > 0 && run[0] == rid {
				each(r, rid)
			}
			return nil
		})
		if err != nil {
			return err
		}
		rids = rids[n:]
	}
	return nil
}

// fill reads the resources of hits, with the bodies of as many as there is room for.
func (s *snapshot) fill(hits []hit) error {
	if s.room == nil {
		return s.fillSome(hits, math.MaxInt)
	}
	if err := s.fillSome(hits, *s.room); err != nil {
		return err
	}
	// Bodies were read in the order of the rows, and the page has another.
	first := 0
	missing := false
	for ; first < len(hits); first++ {
		if *s.room -= hits[first].resource.Size; *s.room < 0 {
			break
		}
		missing = missing || hits[first].resource.Body == nil
	}
	for i := range hits[first:] {
		hits[first+i].resource.Body = nil
	}
	if !missing {
		return nil
	}
	return s.fillSome(hits[:first], math.MaxInt)
}

// fillSome reads the resources of hits, and bodies as long as so many bytes are left.
func (s *snapshot) fillSome(hits []hit, room int) error {
	byRow := make([]*hit, len(hits))
	for i := range hits {
		byRow[i] = &hits[i]
	}
	slices.SortFunc(byRow, func(a, b *hit) int { return cmp.Compare(a.rid, b.rid) })
	rids := make([]int64, len(byRow))
	for i, h := range byRow {
		rids[i] = h.rid
	}
	var a arena
	return s.eachRow(rids, func(r row, rid int64) {
		h := byRow[0]
		byRow = byRow[1:]
		key, size := keyOf(h.resource.Type, r.text(1)), r.size(2+versionWidth-1)
		if room -= size; room >= 0 {
			h.resource = r.version(2, key, &a)
		} else {
			h.resource = r.head(2, key)
		}
		if s.room != nil {
			h.resource.Row, h.resource.Size = rid, size
		}
	})
}
