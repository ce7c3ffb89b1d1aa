// Package fhirjson reads FHIR's JSON strictly and keeps what it reads.
//
// A resource is stored as the bytes that the client sent. A [Node] is a view of
// those bytes: every value keeps its literal text, so that decimals keep their
// trailing zeros, objects their order of names, and nothing is lost that the
// server does not know (json.html#decimal, json.html#primitive).
package fhirjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how many objects and arrays may stand inside each other. FHIR's
// own structures need fewer than 30; the limit keeps hostile input from
// exhausting the stack.
const MaxDepth = 200

// Kind tells what a Node is.
type Kind byte

// The kinds of JSON value.
const (
	Null Kind = iota
	Bool
	String
	Number
	Object
	Array
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "string", "number", "object", "array"}[k]
}

// Node is one JSON value. The nil Node stands for an absent value: every method
// may be called on it.
type Node struct {
	kind    Kind
	raw     []byte
	text    string
	members []Member
	items   []*Node
}

// Member is one name of an object and its value.
type Member struct {
	Name  string
	Value *Node
}

// Parse reads one JSON value. It refuses duplicate names, invalid UTF-8,
// nesting beyond [MaxDepth] and anything after the value; the error is a
// [*SyntaxError]. The nodes refer to a compact copy of src, never to src.
func Parse(src []byte) (*Node, error) {
	value := jsontext.Value(bytes.Clone(src))
	if err := value.Compact(); err != nil {
		return nil, syntaxError(err)
	}
	r := reader{src: value, dec: jsontext.NewDecoder(bytes.NewReader(value))}
	node, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, &SyntaxError{Reason: "text after the end of the JSON value"}
	}
	return node, nil
}

type reader struct {
	src []byte
	dec *jsontext.Decoder
}

func (r *reader) value(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, &SyntaxError{Pointer: within(string(r.dec.StackPointer())),
			Reason: fmt.Sprintf("nested more than %d levels deep", MaxDepth)}
	}
	switch r.dec.PeekKind() {
	case '{':
		return r.object(depth)
	case '[':
		return r.array(depth)
	default:
		return r.scalar()
	}
}

func (r *reader) object(depth int) (*Node, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	start := r.dec.InputOffset() - 1
	n := &Node{kind: Object}
	for r.dec.PeekKind() != '}' {
		name, err := r.dec.ReadToken()
		if err != nil {
			return nil, syntaxError(err)
		}
		m := Member{Name: name.String()}
		if m.Value, err = r.value(depth + 1); err != nil {
			return nil, err
		}
		n.members = append(n.members, m)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	n.raw = r.src[start:r.dec.InputOffset()]
	return n, nil
}

func (r *reader) array(depth int) (*Node, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	start := r.dec.InputOffset() - 1
	n := &Node{kind: Array}
	for r.dec.PeekKind() != ']' {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	n.raw = r.src[start:r.dec.InputOffset()]
	return n, nil
}

func (r *reader) scalar() (*Node, error) {
	token, err := r.dec.ReadToken()
	if err != nil {
		return nil, syntaxError(err)
	}
	n := &Node{text: token.String()}
	switch token.Kind() {
	case 'n':
		n.kind, n.text = Null, ""
	case 't', 'f':
		n.kind = Bool
	case '"':
		n.kind = String
	case '0':
		n.kind = Number
	}
	end := r.dec.InputOffset()
	n.raw = r.src[r.scalarStart(n, end):end]
	return n, nil
}

// scalarStart finds where the scalar that ends at end begins: the decoder tells
// only where a token ended, and before it stands exactly one of `:,[` or
// nothing, the text being compact.
func (r *reader) scalarStart(n *Node, end int64) int64 {
	switch n.kind {
	case Null:
		return end - 4
	case Bool, Number:
		return end - int64(len(n.text))
	}
	for start := end - 2; ; start-- {
		if r.src[start] == '"' && !escaped(r.src, start) {
			return start
		}
	}
}

// escaped tells whether an odd number of backslashes stands before src[at].
func escaped(src []byte, at int64) bool {
	n := 0
	for at--; at >= 0 && src[at] == '\\'; at-- {
		n++
	}
	return n%2 == 1
}

// Kind is what the value is; Null for the nil Node.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// Raw is the value's literal JSON, without white space between tokens. The
// caller must not change it.
func (n *Node) Raw() []byte {
	if n == nil {
		return nil
	}
	return n.raw
}

// Text is the unquoted text of a string, the literal of a number, "true" or
// "false" of a boolean, and "" of anything else.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Get is the value of a name of an object, nil where there is none.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].Name == name {
			return n.members[i].Value
		}
	}
	return nil
}

// At follows names through objects: At("meta", "versionId").
func (n *Node) At(names ...string) *Node {
	for _, name := range names {
		n = n.Get(name)
	}
	return n
}

// Members are the names and values of an object in their order.
func (n *Node) Members() []Member {
	if n == nil {
		return nil
	}
	return n.members
}

// Items are the values of an array in their order. A value that is not an array
// is an array of itself, so that callers need not ask which elements repeat.
func (n *Node) Items() []*Node {
	switch {
	case n == nil || n.kind == Null:
		return nil
	case n.kind == Array:
		return n.items
	}
	return []*Node{n}
}

// Outline is the same object, but of its members nothing is kept beside their
// literals, unless they are named. It needs a fraction of the memory.
func (n *Node) Outline(whole ...string) *Node {
	if n.Kind() != Object {
		return n
	}
	outline := &Node{kind: Object, raw: n.raw, members: make([]Member, len(n.members))}
	for i, m := range n.members {
		if !slices.Contains(whole, m.Name) {
			m.Value = &Node{kind: m.Value.kind, raw: m.Value.raw, text: m.Value.text}
		}
		outline.members[i] = m
	}
	return outline
}
