package sqlite

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

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
	param, term, group int64
	words              bool  // of _text or _content: not posted under charts
	target             int64 // a Patient that is referred to: not posted under its chart, where nearly all rows have it
}

type stringRow struct {
	param, group  int64
	folded, exact string
}

type dateRow struct{ param, group, lo, hi int64 }

type quantityRow struct {
	param, group, unit int64
	lo, hi             float64
}

// resolve finds or makes the dictionary's ids for the entries.
func (t *tx) resolve(e search.Entries, charts []string) (resolved, error) {
	var r resolved
	for _, x := range e.Terms {
		param, err := t.makeParam(paramKey{x.Param.Type, x.Param.Code})
		if err != nil {
			return r, err
		}
		term, err := t.makeTerm(termKey{param, x.Code, x.System}, x.Param.Kind == search.KindReference)
		if err != nil {
			return r, err
		}
		row := termRow{param: param, term: term, group: int64(x.Group), words: isWords(x.Param)}
		if x.Param.Kind == search.KindReference && strings.HasPrefix(x.Code, "Patient/") {
			if row.target, _, err = t.resource(keyOf("Patient", x.Code[len("Patient/"):])); err != nil {
				return r, err
			}
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
	if err := t.resolveRanges(e, &r); err != nil {
		return r, err
	}
	r.sort()
	return r, nil
}

func isWords(p *search.Param) bool { return p.Code == "_text" || p.Code == "_content" }

func (t *tx) resolveRanges(e search.Entries, r *resolved) error {
	for _, x := range e.Strings {
		param, err := t.makeParam(paramKey{x.Param.Type, x.Param.Code})
		if err != nil {
			return err
		}
		r.strings = append(r.strings, stringRow{param, int64(x.Group), x.Folded, x.Exact})
	}
	for _, x := range e.Dates {
		param, err := t.makeParam(paramKey{x.Param.Type, x.Param.Code})
		if err != nil {
			return err
		}
		r.dates = append(r.dates, dateRow{param, int64(x.Group), x.Low, x.High})
	}
	for _, x := range e.Quantities {
		if math.IsNaN(x.Low) || math.IsNaN(x.High) {
			return fmt.Errorf("%s: a quantity entry is not a number", x.Param.Name())
		}
		param, err := t.makeParam(paramKey{x.Param.Type, x.Param.Code})
		if err != nil {
			return err
		}
		unit, err := t.makeTerm(termKey{param, x.Code, x.System}, false)
		if err != nil {
			return err
		}
		r.numbers = append(r.numbers, quantityRow{param, int64(x.Group), unit, x.Low, x.High})
	}
	return nil
}

// sort brings terms and charts into the order of their keys, each once.
func (r *resolved) sort() {
	slices.SortFunc(r.terms, func(a, b termRow) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.term, b.term), cmp.Compare(a.group, b.group))
	})
	r.terms = slices.Compact(r.terms)
	slices.Sort(r.charts)
	r.charts = slices.Compact(r.charts)
}

// writeEntries writes the rows by which the version is probed.
func (t *tx) writeEntries(rid int64, r resolved) error {
	owner := num(rid)
	for _, chart := range r.charts {
		if err := t.conn.exec(insertEntry, owner, num(chartParam), num(chart), num(0)); err != nil {
			return err
		}
	}
	for _, x := range r.terms {
		if err := t.conn.exec(insertEntry, owner, num(x.param), num(x.term), num(x.group)); err != nil {
			return err
		}
	}
	for i, x := range r.strings {
		if err := t.conn.exec(insertString, owner, num(x.param), num(int64(i)), num(x.group), text(x.folded), text(x.exact)); err != nil {
			return err
		}
	}
	for i, x := range r.dates {
		if err := t.conn.exec(insertDate, owner, num(x.param), num(int64(i)), num(x.group), num(classOf(x.lo, x.hi)), num(x.lo), num(x.hi)); err != nil {
			return err
		}
	}
	for i, x := range r.numbers {
		if err := t.conn.exec(insertQuantity, owner, num(x.param), num(int64(i)), num(x.group), num(x.unit), float(x.lo), float(x.hi)); err != nil {
			return err
		}
	}
	return nil
}

// One row a statement: statements of many rows were measured, and are no faster.
const (
	insertEntry    = "INSERT INTO entry(owner, param, term, grp) VALUES(?, ?, ?, ?)"
	insertString   = "INSERT INTO str(owner, param, n, grp, folded, exact) VALUES(?, ?, ?, ?, ?, ?)"
	insertDate     = "INSERT INTO date(owner, param, n, grp, class, lo, hi) VALUES(?, ?, ?, ?, ?, ?, ?)"
	insertQuantity = "INSERT INTO qty(owner, param, n, grp, unit, lo, hi) VALUES(?, ?, ?, ?, ?, ?, ?)"
)

// moveEntries gives the entries of a superseded version to its row in the
// history.
func (t *tx) moveEntries(rid, vrid int64) error {
	for _, table := range entryTableNames {
		columns := entryColumns[table]
		err := t.conn.exec("INSERT INTO h_"+table+"(owner, "+columns+") SELECT ?, "+columns+" FROM "+table+" WHERE owner = ?", num(vrid), num(rid))
		if err != nil {
			return err
		}
		if err := t.conn.exec("DELETE FROM "+table+" WHERE owner = ?", num(rid)); err != nil {
			return err
		}
	}
	return nil
}

var entryColumns = map[string]string{
	"entry": "param, term, grp",
	"str":   "param, n, grp, folded, exact",
	"date":  "param, n, grp, class, lo, hi",
	"qty":   "param, n, grp, unit, lo, hi",
}
