package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// String is the name of the index's table.
func (i index) String() string {
	return [...]string{ix: "ix", rx: "rx", str: "str", date: "date", qty: "qty", words: "words", care: "care", member: "member"}[i]
}

// name looks for the rows that are wrong where the sums say that there are some.
func (x *check) name() error {
	suspects := x.suspects()
	for _, round := range x.rounds(suspects) {
		if err := x.differences(suspects, round, x.tell); err != nil {
			return err
		}
	}
	return nil
}

// tell makes the findings of a resource's rows.
func (x *check) tell(w wrong) error {
	f := store.Finding{Kind: store.Damaged}
	of := ""
	if w.stored != nil {
		f.Key = w.stored.version.Key
	} else {
		of = fmt.Sprintf(" of %d, which is no resource", w.rid)
	}
	for _, d := range w.differences {
		if d.index >= care && w.outdated { // by the same cause, and told
			continue
		}
		for _, side := range []struct {
			verb, one, many string
			rows            []indexRow
		}{{"lacks", "row", "rows", d.missing}, {"has", "surplus row", "surplus rows", d.surplus}} {
			if len(side.rows) == 0 {
				continue
			}
			names, err := x.names(side.rows)
			if err != nil {
				return err
			}
			noun := side.many
			if len(side.rows) == 1 {
				noun = side.one
			}
			f.Text = fmt.Sprintf("index %s %s %d %s%s: %s", d.index, side.verb, len(side.rows), noun, of, names)
			x.found(f)
		}
	}
	return nil
}

// maxNames is how many rows a finding names.
const maxNames = 3

// names says what rows are about, never what value they have.
func (x *check) names(rows []indexRow) (string, error) {
	var names []string
	for _, row := range rows {
		name, err := x.nameOf(row)
		if err != nil {
			return "", err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) > maxNames {
			names[maxNames] = "…"
			break
		}
	}
	return strings.Join(names, ", "), nil
}

func (x *check) nameOf(of indexRow) (string, error) {
	switch of.index {
	case ix:
		name, err := x.nameOfTerm(of.key[1])
		if of.key[0] == 0 || err != nil {
			return name, err
		}
		chart, err := x.nameOfResource(of.key[0])
		return name + " in the chart of " + chart, err
	case rx:
		return x.nameOfTerm(of.key[0])
	case words:
		return "words", nil
	case care:
		patient, err := x.nameOfResource(of.key[0])
		return of.text + " for " + patient, err
	case member:
		return of.text, nil
	}
	name := "an unknown parameter"
	_, err := x.conn.first("SELECT type || '.' || code FROM param WHERE id = ?", []value{num(of.key[0])}, func(r row) { name = r.text(0) })
	return name, err
}

// nameOfTerm is the parameter of a term.
func (x *judge) nameOfTerm(term int64) (string, error) {
	name := "an unknown term"
	_, err := x.conn.first("SELECT p.type, p.code, t.code FROM term t JOIN param p ON p.id = t.param WHERE t.id = ?", []value{num(term)}, func(r row) {
		switch {
		case r.text(1) != "":
			name = r.text(0) + "." + r.text(1)
		case r.text(2) == graveCode:
			name = "deleted " + r.text(0)
		default:
			name = "type " + r.text(0)
		}
	})
	return name, err
}

func (x *judge) nameOfResource(rid int64) (string, error) {
	name := fmt.Sprintf("the unknown row %d", rid)
	_, err := x.conn.first("SELECT type || '/' || id FROM res WHERE rid = ?", []value{num(rid)}, func(r row) { name = r.text(0) })
	return name, err
}
