package sqlite

import (
	"encoding/binary"
	"math"

	"github.com/granary-fhir/granary/store"
)

// position is the place of a row in the order of a search.
type position struct {
	keys      []value
	sort, rid int64
}

// encode writes the number of keys, each key, and the place among equal keys. The rid
// always takes eight bytes: the length of a page link would tell else how many rows
// there are, hidden ones among them (leaks.md row 10).
func (p *position) encode() store.Position { return p.append(nil) }

func (p *position) append(b []byte) []byte {
	b = append(b, byte(len(p.keys)))
	for _, key := range p.keys {
		b = append(b, byte(key.kind))
		switch key.kind {
		case isInt:
			b = binary.AppendVarint(b, key.int)
		case isReal:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(key.real))
		case isText:
			b = binary.AppendUvarint(b, uint64(len(key.text)))
			b = append(b, key.text...)
		}
	}
	b = binary.AppendVarint(b, p.sort)
	return appendRow(b, p.rid)
}

// appendRow writes a rid.
func appendRow(b []byte, rid int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(rid)) }

// decodePosition is the inverse; store.ErrCursor if the text is no position with
// that many keys.
func decodePosition(text store.Position, keys int) (*position, error) {
	r := positionReader{rest: text}
	p := &position{}
	if n := r.byte(); int(n) != keys {
		return nil, store.ErrCursor
	}
	for range keys {
		p.keys = append(p.keys, r.key())
	}
	p.sort, p.rid = r.int(), r.row()
	if r.bad || len(r.rest) > 0 {
		return nil, store.ErrCursor
	}
	return p, nil
}

type positionReader struct {
	rest []byte
	bad  bool
}

// take cuts n bytes off.
func (r *positionReader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, nil
		return make([]byte, max(0, min(n, 8)))
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *positionReader) byte() byte { return r.take(1)[0] }

func (r *positionReader) int() int64 {
	i, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return i
}

// row is what appendRow wrote.
func (r *positionReader) row() int64 { return int64(binary.BigEndian.Uint64(r.take(8))) }

func (r *positionReader) key() value {
	switch valueKind(r.byte()) {
	case isNull:
		return null
	case isInt:
		return num(r.int())
	case isReal:
		return float(math.Float64frombits(binary.BigEndian.Uint64(r.take(8))))
	case isText:
		length, n := binary.Uvarint(r.rest)
		if n <= 0 || length > uint64(len(r.rest)) {
			r.bad = true
			return null
		}
		r.rest = r.rest[n:]
		return text(string(r.take(int(length))))
	}
	r.bad = true
	return null
}
