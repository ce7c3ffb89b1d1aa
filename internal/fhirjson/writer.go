package fhirjson

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Writer writes a JSON value and makes its [Node] at the same time, for who would
// else parse what they have just written. What it makes is what [Parse] makes of the
// same text. The caller sees to it that objects have names before values, and each
// name once.
type Writer struct {
	buf     []byte
	open    []begun
	members []Member // of the objects that are open, the innermost last
	items   []*Node  // of the arrays that are open, the innermost last
	name    string   // of the next value
	last    *Node    // the value that was written last

	// What is handed out of is allocated for many at a time.
	nodeSlab   []Node
	memberSlab []Member
	itemSlab   []*Node
}

// begun is an object or array that has not ended.
type begun struct {
	node  *Node
	start int // in the text
	first int // among members or items
}

// NewWriter makes a Writer for a value of about so many bytes and nodes.
func NewWriter(bytes, nodes int) *Writer {
	return &Writer{buf: make([]byte, 0, bytes), nodeSlab: make([]Node, 0, nodes), memberSlab: make([]Member, 0, nodes)}
}

// Reset makes the Writer ready for another value of about so many bytes. The nodes of
// the one before are used again: of it nothing may be used any more but literals and
// texts, as [Node.Outline] keeps them.
func (w *Writer) Reset(bytes int) {
	w.buf, w.last = make([]byte, 0, bytes), nil
	w.open, w.members, w.items = w.open[:0], w.members[:0], w.items[:0]
	w.nodeSlab, w.memberSlab, w.itemSlab = w.nodeSlab[:0], w.memberSlab[:0], w.itemSlab[:0]
}

// Node is the value, once it is whole.
func (w *Writer) Node() *Node { return w.last }

// Name writes the name of the next value, which must be one of an object.
func (w *Writer) Name(name string) *Writer {
	if w.follows() {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(appendQuoted(w.buf, name), ':')
	w.name = name
	return w
}

// Object begins an object, which End ends.
func (w *Writer) Object() *Writer { return w.begin(Object, '{') }

// Array begins an array, which End ends.
func (w *Writer) Array() *Writer { return w.begin(Array, '[') }

func (w *Writer) begin(kind Kind, sign byte) *Writer {
	n := w.value(kind)
	first := len(w.items) // what is in it comes behind it in the lists
	if kind == Object {
		first = len(w.members)
	}
	w.open = append(w.open, begun{n, len(w.buf), first})
	w.buf = append(w.buf, sign)
	return w
}

// End ends the object or array that was begun last.
func (w *Writer) End() *Writer {
	last := len(w.open) - 1
	x := w.open[last]
	w.open = w.open[:last]
	if x.node.kind == Object {
		w.buf = append(w.buf, '}')
		x.node.members = keep(&w.memberSlab, w.members[x.first:])
		w.members = w.members[:x.first]
	} else {
		w.buf = append(w.buf, ']')
		x.node.items = keep(&w.itemSlab, w.items[x.first:])
		w.items = w.items[:x.first]
	}
	return w.written(x.node, x.start)
}

// String writes a string. Invalid UTF-8 in it becomes U+FFFD.
func (w *Writer) String(text string) *Writer {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	n := w.value(String)
	n.text = text
	start := len(w.buf)
	w.buf = appendQuoted(w.buf, text)
	return w.written(n, start)
}

// Bool writes true or false.
func (w *Writer) Bool(b bool) *Writer {
	n := w.value(Bool)
	n.text = strconv.FormatBool(b)
	start := len(w.buf)
	w.buf = append(w.buf, n.text...)
	return w.written(n, start)
}

// Value writes a value that is there already, which is not copied.
func (w *Writer) Value(n *Node) *Writer {
	w.place(n)
	w.buf = append(w.buf, n.raw...)
	w.last = n
	return w
}

// written is called when a value is whole. Where the text was moved since it began,
// the nodes in it keep what they have of the text as it was: it is the same.
func (w *Writer) written(n *Node, start int) *Writer {
	n.raw = w.buf[start:len(w.buf):len(w.buf)]
	w.last = n
	return w
}

// value begins a value.
func (w *Writer) value(kind Kind) *Node {
	if len(w.nodeSlab) == cap(w.nodeSlab) {
		w.nodeSlab = make([]Node, 0, max(slab, 2*cap(w.nodeSlab)))
	}
	w.nodeSlab = append(w.nodeSlab, Node{kind: kind})
	n := &w.nodeSlab[len(w.nodeSlab)-1]
	w.place(n)
	return n
}

// place gives a value its place in the innermost object or array.
func (w *Writer) place(n *Node) {
	switch {
	case len(w.open) == 0:
	case w.open[len(w.open)-1].node.kind == Object:
		w.members = append(w.members, Member{w.name, n})
	default:
		if w.follows() {
			w.buf = append(w.buf, ',')
		}
		w.items = append(w.items, n)
	}
}

// follows tells whether the innermost object or array has something in it.
func (w *Writer) follows() bool { return len(w.buf) > w.open[len(w.open)-1].start+1 }

// slab is how many are allocated together at first.
const slab = 64

// keep copies what is whole to where it stays; nil if it is nothing.
func keep[T any](slabs *[]T, list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if cap(*slabs)-len(*slabs) < len(list) {
		*slabs = make([]T, 0, max(slab, len(list), 2*cap(*slabs)))
	}
	from := len(*slabs)
	*slabs = append(*slabs, list...)
	return (*slabs)[from:len(*slabs):len(*slabs)]
}
