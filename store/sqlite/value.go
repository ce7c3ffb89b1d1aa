package sqlite

import (
	"strconv"
	"strings"

	driver "zombiezen.com/go/sqlite"
)

// value is what is bound to a parameter of a statement, or read from a column.
type value struct {
	kind  valueKind
	int   int64
	real  float64
	text  string
	bytes []byte

	operand operand
}

type valueKind byte

// The kinds in SQLite's sort order, but for NULL, which we put last.
const (
	isNull valueKind = iota
	isInt
	isReal
	isText
	isBlob
	isOperand // for a function: see operand
	isList    // of integers, as text: see numsJSON
)

var null = value{}

func num(i int64) value     { return value{kind: isInt, int: i} }
func float(f float64) value { return value{kind: isReal, real: f} }
func text(s string) value   { return value{kind: isText, text: s} }
func blob(b []byte) value   { return value{kind: isBlob, bytes: b} }
func asked(t test) value    { return value{kind: isOperand, operand: operand{test: t}} }
func sortedBy(k *extreme) value {
	return value{kind: isOperand, operand: operand{key: k}}
}
func flag(b bool) value {
	if b {
		return num(1)
	}
	return num(0)
}

// numsJSON is a list of integers for json_each, so that the text of a statement
// does not depend on the length of a list.
func numsJSON(list []int64) value {
	var b strings.Builder
	b.WriteByte('[')
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	b.WriteByte(']')
	return value{kind: isList, text: b.String()}
}

// write writes a value for comparison with others of its kind.
func (v value) write(b *strings.Builder) {
	switch v.kind {
	case isInt:
		b.WriteString(strconv.FormatInt(v.int, 10))
	case isReal:
		b.WriteString(strconv.FormatFloat(v.real, 'g', -1, 64))
	default:
		b.WriteString(strconv.Itoa(len(v.text) + len(v.bytes)))
		b.WriteByte(':')
		b.WriteString(v.text)
		b.Write(v.bytes)
	}
}

func (v *value) bind(s *driver.Stmt, i int) {
	switch v.kind {
	case isInt:
		s.BindInt64(i, v.int)
	case isReal:
		s.BindFloat(i, v.real)
	case isText, isList:
		s.BindText(i, v.text)
	case isBlob:
		s.BindBytes(i, v.bytes)
	default:
		s.BindNull(i)
	}
}

// value reads a column.
func (r row) value(column int) value {
	switch r.kind(column) {
	case isInt:
		return num(r.int(column))
	case isReal:
		return float(r.float(column))
	case isText:
		return text(r.text(column))
	case isBlob:
		return blob(r.blob(column))
	}
	return null
}
