package sqlite

import (
	"encoding/binary"
	"math"

	"github.com/granary-fhir/granary/search"
)

// packed are the entries of a version in one value, the column e of its row: what
// the version can be tested by, and all that is needed to take it out of the
// index. It begins with the charts, as rids of Patients, ascending; then comes a
// section for each parameter and table, in this order. Numbers are varints, those
// that ascend are differences. A text is its length and its bytes, or where the same
// text has been written before: code:text and combo-code:text mostly are alike.
type packed []byte

// table names an index of entries, and the form of a section.
type table byte

// The tables, in the order in which sections of one parameter stand.
const (
	termTable table = iota
	stringTable
	dateTable
	quantityTable
)

// section are the entries of one parameter in one table.
type section struct {
	param int64
	table table
	found found
	raw   []byte
}

// Flags of an entry. Whatever an entry can be without is left out.
const (
	hasGroup = 1 << iota // a group other than 0

	openBegin // a date: it begins at search.TimeBegin
	openEnd   // a date: it ends at search.TimeEnd
	inSeconds // a date: its bounds are whole seconds

	isBefore // a string: it stands before, at a place that is given
	isFolded // a string: what is folded is no fold of the exact form, and follows it

	isDecimal // a number: its lower bound is given by its digits and the place of the point
	hasUpper  // a number: its upper bound is another
)

const second = int64(1e6)

// pack writes the entries, which are sorted.
func (r *resolved) pack() packed {
	p := make(packed, 0, 256)
	p = binary.AppendUvarint(p, uint64(len(r.charts)))
	last := int64(0)
	for _, chart := range r.charts {
		p = binary.AppendUvarint(p, uint64(chart-last))
		last = chart
	}
	w := sectionWriter{out: p}
	if len(r.strings) > 1 {
		w.texts = make(map[string]int, len(r.strings))
	}
	terms, strings, dates, numbers := r.terms, r.strings, r.dates, r.numbers
	for {
		param := int64(math.MaxInt64)
		if len(terms) > 0 {
			param = min(param, terms[0].param)
		}
		if len(strings) > 0 {
			param = min(param, strings[0].param)
		}
		if len(dates) > 0 {
			param = min(param, dates[0].param)
		}
		if len(numbers) > 0 {
			param = min(param, numbers[0].param)
		}
		if param == math.MaxInt64 {
			return w.out
		}
		terms = packRun(&w, termTable, param, terms, (*sectionWriter).term)
		strings = packRun(&w, stringTable, param, strings, (*sectionWriter).string)
		dates = packRun(&w, dateTable, param, dates, (*sectionWriter).date)
		numbers = packRun(&w, quantityTable, param, numbers, (*sectionWriter).number)
	}
}

// entryRow is a row of any of the tables.
type entryRow interface {
	of() (param int64, found found)
}

func (x termRow) of() (int64, found)     { return x.param, x.found }
func (x stringRow) of() (int64, found)   { return x.param, x.found }
func (x dateRow) of() (int64, found)     { return x.param, x.found }
func (x quantityRow) of() (int64, found) { return x.param, x.found }

// packRun writes the section of the rows of a parameter, if there are any, with
// which the list begins, and returns the others.
func packRun[R entryRow](w *sectionWriter, t table, param int64, rows []R, write func(*sectionWriter, R)) []R {
	n := 0
	for n < len(rows) {
		if of, _ := rows[n].of(); of != param {
			break
		}
		n++
	}
	if n == 0 {
		return rows
	}
	_, found := rows[0].of()
	w.section, w.written, w.last = w.section[:0], w.written[:0], 0
	for _, row := range rows[:n] {
		write(w, row)
	}
	w.out = binary.AppendUvarint(w.out, uint64(param-w.param))
	w.out = append(w.out, byte(t)|byte(found)<<2)
	w.out = binary.AppendUvarint(w.out, uint64(len(w.section)))
	for _, x := range w.written {
		if w.texts != nil {
			w.texts[x.text] = len(w.out) + x.at
		}
	}
	w.out = append(w.out, w.section...)
	w.param = param
	return rows[n:]
}

type sectionWriter struct {
	out     packed
	param   int64          // of the section before
	section []byte         // that is being written
	last    int64          // term
	texts   map[string]int // where they stand in out
	written []placed       // in the section
}

// placed is a text and where it stands.
type placed struct {
	text string
	at   int
}

func (w *sectionWriter) uint(u uint64) { w.section = binary.AppendUvarint(w.section, u) }

// flags begins an entry.
func (w *sectionWriter) flags(flags byte, group int64) {
	if group != 0 {
		flags |= hasGroup
	}
	w.section = append(w.section, flags)
	if group != 0 {
		w.uint(uint64(group))
	}
}

// term needs no more than one bit to tell whether there is a group.
func (w *sectionWriter) term(x termRow) {
	flag := uint64(0)
	if x.group != 0 {
		flag = hasGroup
	}
	w.uint(uint64(x.term-w.last)<<1 | flag)
	if x.group != 0 {
		w.uint(uint64(x.group))
	}
	w.last = x.term
}

func (w *sectionWriter) string(x stringRow) {
	flags := byte(0)
	before, known := w.texts[x.exact]
	if known {
		flags |= isBefore
	}
	odd := search.Fold(x.exact) != x.folded
	if odd {
		flags |= isFolded
	}
	w.flags(flags, x.group)
	if known {
		w.uint(uint64(before))
	} else {
		w.written = append(w.written, placed{x.exact, len(w.section)})
		w.text(x.exact)
	}
	if odd {
		w.text(x.folded)
	}
}

func (w *sectionWriter) text(s string) {
	w.uint(uint64(len(s)))
	w.section = append(w.section, s...)
}

func (w *sectionWriter) date(x dateRow) {
	flags, unit := byte(0), int64(1)
	if x.lo == search.TimeBegin {
		flags |= openBegin
	}
	if x.hi == search.TimeEnd {
		flags |= openEnd
	}
	if (flags&openBegin != 0 || x.lo%second == 0) && (flags&openEnd != 0 || x.hi%second == 0) {
		flags |= inSeconds
		unit = second
	}
	w.flags(flags, x.group)
	if flags&openBegin == 0 {
		w.section = binary.AppendVarint(w.section, x.lo/unit)
	}
	switch {
	case flags&openEnd != 0:
	case flags&openBegin != 0:
		w.section = binary.AppendVarint(w.section, x.hi/unit)
	default: // the difference of any two numbers, modulo 2^64
		w.uint(uint64(x.hi/unit) - uint64(x.lo/unit))
	}
}

func (w *sectionWriter) number(x quantityRow) {
	flags := byte(0)
	digits, point, ok := decimal(x.lo)
	if ok {
		flags |= isDecimal
	}
	if math.Float64bits(x.hi) != math.Float64bits(x.lo) {
		flags |= hasUpper
	}
	w.flags(flags, x.group)
	w.uint(uint64(x.unit))
	if ok {
		w.section = binary.AppendVarint(w.section, digits<<2|int64(point))
	} else {
		w.section = binary.BigEndian.AppendUint64(w.section, math.Float64bits(x.lo))
	}
	if flags&hasUpper != 0 {
		w.section = binary.BigEndian.AppendUint64(w.section, math.Float64bits(x.hi))
	}
}

// tens are the powers of ten by which a decimal's digits are divided.
var tens = [...]float64{1, 10, 100, 1000}

// decimal is a number as digits and the place of the point, if that is short and
// the very same number.
func decimal(f float64) (digits int64, point int, ok bool) {
	if math.Signbit(f) && f == 0 {
		return 0, 0, false
	}
	for point, ten := range tens {
		scaled := f * ten
		if math.Abs(scaled) < 1<<40 && scaled == math.Trunc(scaled) && scaled/ten == f {
			return int64(scaled), point, true
		}
	}
	return 0, 0, false
}
