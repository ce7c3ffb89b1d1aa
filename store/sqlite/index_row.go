package sqlite

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// indexRow is a row by which a live version is found: of any of the indexes.
type indexRow struct {
	index index
	key   [4]int64 // what it stands under in its index
	text  string   // of a string, behind the key
	// What else is in the row.
	sort  int64
	words string
}

// index names an index.
type index byte

const (
	ix    index = iota // chart, term, sort
	rx                 // term; beside it sort
	str                // param, text
	date               // param, class, lo, hi
	qty                // param, unit, lo, hi, these as orderedBits
	words              // nothing; beside it the words
)

// The statements that change an index, and how they are given a change. A row that
// is there although it should not be is no reason to refuse a write: it is right
// now, and granary check tells of the others.
var indexes = [...]struct {
	insert, remove string
	bind           func(c change, bind func(i int, v value))
}{
	ix: {
		"INSERT OR REPLACE INTO ix(chart, term, sort, rid) VALUES(?1, ?2, ?3, ?4)",
		"DELETE FROM ix WHERE chart = ?1 AND term = ?2 AND sort = ?3 AND rid = ?4",
		func(c change, bind func(int, value)) { bindNumbers(bind, c.key[0], c.key[1], c.key[2], c.rid) },
	},
	rx: {
		"INSERT OR REPLACE INTO rx(term, rid, sort) VALUES(?1, ?2, ?3)",
		"DELETE FROM rx WHERE term = ?1 AND rid = ?2 AND sort = ?3",
		func(c change, bind func(int, value)) { bindNumbers(bind, c.key[0], c.rid, c.sort) },
	},
	str: {
		"INSERT OR REPLACE INTO str(param, rid, folded) VALUES(?1, ?2, ?3)",
		"DELETE FROM str WHERE param = ?1 AND rid = ?2 AND folded = ?3",
		func(c change, bind func(int, value)) {
			bindNumbers(bind, c.key[0], c.rid)
			bind(3, text(c.text))
		},
	},
	date: {
		"INSERT OR REPLACE INTO date(param, class, lo, hi, rid) VALUES(?1, ?2, ?3, ?4, ?5)",
		"DELETE FROM date WHERE param = ?1 AND class = ?2 AND lo = ?3 AND hi = ?4 AND rid = ?5",
		func(c change, bind func(int, value)) {
			bindNumbers(bind, c.key[0], c.key[1], c.key[2], c.key[3], c.rid)
		},
	},
	qty: {
		"INSERT OR REPLACE INTO qty(param, unit, rid, lo, hi) VALUES(?1, ?2, ?3, ?4, ?5)",
		"DELETE FROM qty WHERE param = ?1 AND unit = ?2 AND rid = ?3 AND lo = ?4 AND hi = ?5",
		func(c change, bind func(int, value)) {
			bindNumbers(bind, c.key[0], c.key[1], c.rid)
			bind(4, float(fromOrderedBits(c.key[2])))
			bind(5, float(fromOrderedBits(c.key[3])))
		},
	},
	words: {
		"INSERT INTO words(rowid, t) VALUES(?1, ?2)",
		"DELETE FROM words WHERE rowid = ?1",
		func(c change, bind func(int, value)) {
			bindNumbers(bind, c.rid)
			if !c.removed {
				bind(2, text(c.words))
			}
		},
	},
}

func bindNumbers(bind func(int, value), numbers ...int64) {
	for i, n := range numbers {
		bind(i+1, num(n))
	}
}

// orderedBits are the bits of a number, in the order of numbers.
func orderedBits(f float64) int64 {
	if f == 0 {
		f = 0 // not -0, which is the same number
	}
	bits := int64(math.Float64bits(f))
	if bits < 0 {
		bits ^= math.MaxInt64
	}
	return bits
}

func fromOrderedBits(bits int64) float64 {
	if bits < 0 {
		bits ^= math.MaxInt64
	}
	return math.Float64frombits(uint64(bits))
}

// compare is the order of an index.
func (r *indexRow) compare(s *indexRow) int {
	if r.index != s.index {
		return cmp.Compare(r.index, s.index)
	}
	for i := range r.key {
		if by := cmp.Compare(r.key[i], s.key[i]); by != 0 {
			return by
		}
	}
	return strings.Compare(r.text, s.text)
}

func (r indexRow) compareAll(s indexRow) int {
	if by := r.compare(&s); by != 0 {
		return by
	}
	if by := cmp.Compare(r.sort, s.sort); by != 0 {
		return by
	}
	return strings.Compare(r.words, s.words)
}

// indexRows are those of a live version, sorted, each once.
func (t *tx) indexRows(typ string, r resolved, sort int64) ([]indexRow, error) {
	typeTerm, err := t.makeTypeTerm(typ)
	if err != nil {
		return nil, err
	}
	rows := make([]indexRow, 0, max(64, 2+len(r.terms)+len(r.strings)+len(r.dates)+len(r.numbers)))
	post := func(chart, term int64) {
		rows = append(rows, indexRow{index: ix, key: [4]int64{chart, term, sort}})
	}
	post(0, typeTerm)
	for _, chart := range r.charts {
		post(chart, typeTerm)
	}
	var text []byte
	for _, x := range r.terms {
		switch x.found {
		case byDate:
			post(0, x.term)
		case byRow:
			rows = append(rows, indexRow{index: rx, key: [4]int64{x.term}, sort: sort})
		case byWord:
			text = append(append(text, wordOf(x.term)...), ' ')
		}
		for _, chart := range r.charts {
			if x.isPostedIn(chart) {
				post(chart, x.term)
			}
		}
	}
	if len(text) > 0 {
		rows = append(rows, indexRow{index: words, words: string(text)})
	}
	rows = r.ranges(rows)
	slices.SortFunc(rows, indexRow.compareAll)
	return slices.Compact(rows), nil
}

// isPostedIn tells whether a term has postings in a chart. Words have none, nor
// have references to the chart's own patient, which nearly all of its rows have.
func (x termRow) isPostedIn(chart int64) bool {
	return (x.found == byDate || x.found == byRow) && x.target != chart
}

// ranges adds the rows of strings, dates and numbers.
func (r *resolved) ranges(rows []indexRow) []indexRow {
	for _, x := range r.strings {
		if x.found != byWider {
			rows = append(rows, indexRow{index: str, key: [4]int64{x.param}, text: x.folded})
		}
	}
	for _, x := range r.dates {
		if x.found != byWider {
			rows = append(rows, indexRow{index: date, key: [4]int64{x.param, classOf(x.lo, x.hi), x.lo, x.hi}})
		}
	}
	for _, x := range r.numbers {
		if x.found != byWider {
			rows = append(rows, indexRow{index: qty, key: [4]int64{x.param, x.unit, orderedBits(x.lo), orderedBits(x.hi)}})
		}
	}
	return rows
}

// currentRows are the index rows of the current version, made of its entries.
func (t *tx) currentRows(of current) ([]indexRow, error) {
	r, err := of.entries.unpack()
	if err != nil {
		return nil, err
	}
	if err := t.findTargets(r); err != nil {
		return nil, err
	}
	return t.indexRows(of.version.Type, r, of.sort)
}

// findTargets completes the terms of a version that is in a chart with what they
// refer to.
func (t *tx) findTargets(r resolved) error {
	if len(r.charts) == 0 {
		return nil
	}
	for i := range r.terms {
		x := &r.terms[i]
		if x.found != byRow {
			continue
		}
		_, err := t.conn.first("SELECT target FROM term WHERE id = ?", []value{num(x.term)}, func(r row) { x.target = r.int(0) })
		if err != nil {
			return err
		}
	}
	return nil
}
