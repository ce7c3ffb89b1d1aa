package sqlite

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/granary-fhir/granary/search"
)

// errDamaged says that a packed value is none. Nothing that granary wrote is.
var errDamaged = errors.New("the index entries of a resource are damaged; granary check tells of which, and --repair makes them anew")

// reader reads what a packed value consists of. What is damaged ends it.
type reader struct {
	rest  []byte
	whole packed // what rest is a part of: texts may stand elsewhere in it
	bad   bool
}

func (r *reader) done() bool { return r.bad || len(r.rest) == 0 }

func (r *reader) err() error {
	if r.bad {
		return errDamaged
	}
	return nil
}

// fail ends the reading.
func (r *reader) fail() { r.rest, r.bad = nil, true }

func (r *reader) uint() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		u := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return u
	}
	u, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return u
}

func (r *reader) int() int64 {
	i, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return i
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) float() float64 {
	b := r.bytes(8)
	if len(b) < 8 {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b))
}

// flags begins an entry.
func (r *reader) flags() (flags byte, group int64) {
	flags = r.byte()
	if flags&hasGroup != 0 {
		group = int64(r.uint())
	}
	return flags, group
}

// eachChart calls yield for the charts, until it returns false, and leaves the
// reader behind them.
func (r *reader) eachChart(yield func(int64) bool) {
	n, chart := r.uint(), int64(0)
	for ; n > 0 && !r.bad; n-- {
		chart += int64(r.uint())
		if !r.bad && yield != nil && !yield(chart) {
			yield = nil
		}
	}
}

// section reads the next section; the parameter of the one before is needed.
func (r *reader) section(before int64) section {
	s := section{param: before + int64(r.uint())}
	kind := r.byte()
	s.table, s.found = table(kind&3), found(kind>>2)
	s.raw = r.bytes(r.uint())
	return s
}

// find returns the section of a parameter and table, empty if there is none. It is
// asked for each row that a search looks at, and goes by places: a reader that is cut
// shorter with each step takes four times as long.
func (e packed) find(param int64, t table) ([]byte, error) {
	if len(e) == 0 {
		return nil, nil
	}
	n, at := e.uintAt(0)
	for ; n > 0 && at <= len(e); n-- {
		_, at = e.uintAt(at)
	}
	for last := uint64(0); at < len(e); {
		step, kind := e.uintAt(at)
		if kind >= len(e) {
			return nil, errDamaged
		}
		size, begin := e.uintAt(kind + 1)
		if begin > len(e) || size > uint64(len(e)-begin) {
			return nil, errDamaged
		}
		at = begin + int(size)
		switch last += step; {
		case int64(last) == param && table(e[kind]&3) == t:
			return e[begin:at], nil
		case int64(last) > param:
			return nil, nil
		}
	}
	if at > len(e) {
		return nil, errDamaged
	}
	return nil, nil
}

// uintAt reads a number at a place, and tells the place behind it: one beyond the end
// if there is no number.
func (e packed) uintAt(at int) (uint64, int) {
	if at < len(e) && e[at] < 0x80 {
		return uint64(e[at]), at + 1
	}
	return e.longAt(at)
}

// longAt is uintAt for a number of several bytes.
func (e packed) longAt(at int) (uint64, int) {
	if at < len(e) {
		if u, n := binary.Uvarint(e[at:]); n > 0 {
			return u, at + n
		}
	}
	return 0, len(e) + 1
}

// hasTerm tells whether a section of terms has one of some. It is asked for each row as
// find is, and goes by places too; nothing of it is on the heap.
func (e packed) hasTerm(among listed) (bool, error) {
	for term, at := int64(0), 0; at < len(e); {
		var step uint64
		if step, at = e.uintAt(at); step&hasGroup != 0 {
			_, at = e.uintAt(at)
		}
		if at > len(e) {
			return false, errDamaged
		}
		term += int64(step >> 1)
		if ok, _ := among.has(term); ok { // it never fails
			return true, nil
		}
	}
	return false, nil
}

// hasDate tells whether a section of dates has one that passes.
func (e packed) hasDate(section []byte, passes rangePasses) (bool, error) {
	r := reader{rest: section, whole: e}
	for !r.done() {
		if x := r.date(); passes.compare(x.lo, x.hi) && !r.bad {
			return true, nil
		}
	}
	return false, r.err()
}

// eachTerm calls yield for the terms under some parameters.
func (e packed) eachTerm(params map[int64]bool, yield func(term int64)) error {
	if len(e) == 0 {
		return nil
	}
	r := reader{rest: e}
	r.eachChart(nil)
	for s := (section{}); !r.done(); {
		if s = r.section(s.param); s.table != termTable || !params[s.param] {
			continue
		}
		in := reader{rest: s.raw, whole: e}
		for last := (termRow{}); !in.done(); {
			if last = in.term(last.term); !in.bad {
				yield(last.term)
			}
		}
		if in.bad {
			return errDamaged
		}
	}
	return r.err()
}

// charts are the rids of the Patients in whose charts the version is.
func (e packed) charts() ([]int64, error) {
	if len(e) == 0 {
		return nil, nil
	}
	var charts []int64
	r := reader{rest: e}
	r.eachChart(func(chart int64) bool { charts = append(charts, chart); return true })
	return charts, r.err()
}

// unpack is the inverse of pack. Which Patients references lead to is not in it.
func (e packed) unpack() (resolved, error) {
	var out resolved
	if len(e) == 0 {
		return out, nil
	}
	r := reader{rest: e}
	r.eachChart(func(chart int64) bool { out.charts = append(out.charts, chart); return true })
	for s := (section{}); !r.done(); {
		s = r.section(s.param)
		if err := out.unpackSection(e, s); err != nil {
			return out, err
		}
	}
	return out, r.err()
}

func (r *resolved) unpackSection(of packed, s section) error {
	in := reader{rest: s.raw, whole: of}
	for last := int64(0); !in.done(); {
		switch s.table {
		case termTable:
			x := in.term(last)
			last = x.term
			x.param, x.found = s.param, s.found
			r.terms = append(r.terms, x)
		case stringTable:
			x := in.string()
			r.strings = append(r.strings, stringRow{s.param, x.group, s.found, x.folded(), x.exact})
		case dateTable:
			x := in.date()
			x.param, x.found = s.param, s.found
			r.dates = append(r.dates, x)
		case quantityTable:
			x := in.number()
			x.param, x.found = s.param, s.found
			r.numbers = append(r.numbers, x)
		}
	}
	return in.err()
}

// term reads an entry; the term of the one before is needed.
func (r *reader) term(before int64) termRow {
	u := r.uint()
	x := termRow{term: before + int64(u>>1)}
	if u&hasGroup != 0 {
		x.group = int64(r.uint())
	}
	return x
}

// textEntry is a string entry.
type textEntry struct {
	group int64
	exact string
	odd   string // what is folded, where that is no fold of the exact form
}

func (x textEntry) folded() string {
	if x.odd != "" {
		return x.odd
	}
	return search.Fold(x.exact)
}

func (r *reader) string() textEntry {
	flags, group := r.flags()
	x := textEntry{group: group}
	if flags&isBefore != 0 {
		x.exact = r.textAt(r.uint())
	} else {
		x.exact = string(r.bytes(r.uint()))
	}
	if flags&isFolded != 0 {
		x.odd = string(r.bytes(r.uint()))
	}
	return x
}

func (r *reader) textAt(place uint64) string {
	if place >= uint64(len(r.whole)) {
		r.fail()
		return ""
	}
	there := reader{rest: r.whole[place:]}
	text := string(there.bytes(there.uint()))
	if there.bad {
		r.fail()
	}
	return text
}

func (r *reader) date() dateRow {
	flags, group := r.flags()
	x := dateRow{group: group, lo: search.TimeBegin, hi: search.TimeEnd}
	unit := int64(1)
	if flags&inSeconds != 0 {
		unit = second
	}
	begin := int64(0)
	if flags&openBegin == 0 {
		begin = r.int()
		x.lo = begin * unit
	}
	switch {
	case flags&openEnd != 0:
	case flags&openBegin != 0:
		x.hi = r.int() * unit
	default:
		x.hi = int64(uint64(begin)+r.uint()) * unit
	}
	return x
}

func (r *reader) number() quantityRow {
	flags, group := r.flags()
	x := quantityRow{group: group, unit: int64(r.uint())}
	if flags&isDecimal != 0 {
		digits := r.int()
		x.lo = float64(digits>>2) / tens[digits&3]
	} else {
		x.lo = r.float()
	}
	x.hi = x.lo
	if flags&hasUpper != 0 {
		x.hi = r.float()
	}
	return x
}
