package patch

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// tree is a JSON value that can be changed. It is opened level by level, where
// somebody looks; what stays closed keeps its literal. The nil tree is an absent
// value, the zero tree null.
type tree struct {
	kind    fhirjson.Kind
	literal *fhirjson.Node // nil for an object or an array that is open
	members []member
	items   []*tree
}

type member struct {
	name  string
	value *tree
}

func newTree(n *fhirjson.Node) *tree { return &tree{kind: n.Kind(), literal: n} }

func newObject() *tree { return &tree{kind: fhirjson.Object} }

func newArray() *tree { return &tree{kind: fhirjson.Array} }

func (t *tree) is(kind fhirjson.Kind) bool { return t != nil && t.kind == kind }

// missing tells whether there is no value, or null in its place, as in an array
// of which only some items have a value (json.html#primitive).
func (t *tree) missing() bool { return t == nil || t.kind == fhirjson.Null }

// text is that of a scalar, see fhirjson.Node.Text.
func (t *tree) text() string {
	if t == nil {
		return ""
	}
	return t.literal.Text()
}

// open makes the values within changeable.
func (t *tree) open() {
	switch {
	case t.literal == nil:
	case t.kind == fhirjson.Object:
		members := t.literal.Members()
		t.members = make([]member, len(members))
		for i, m := range members {
			t.members[i] = member{m.Name, newTree(m.Value)}
		}
		t.literal = nil
	case t.kind == fhirjson.Array:
		items := t.literal.Items()
		t.items = make([]*tree, len(items))
		for i, item := range items {
			t.items[i] = newTree(item)
		}
		t.literal = nil
	}
}

// find is the index of a member, -1 if there is none.
func (t *tree) find(name string) int {
	if !t.is(fhirjson.Object) {
		return -1
	}
	t.open()
	return slices.IndexFunc(t.members, func(m member) bool { return m.name == name })
}

// get is the value of a member, nil if there is none.
func (t *tree) get(name string) *tree {
	at := t.find(name)
	if at < 0 {
		return nil
	}
	return t.members[at].value
}

// set gives a member its value: in its place, or at the end if it is new.
func (t *tree) set(name string, value *tree) {
	if at := t.find(name); at >= 0 {
		t.members[at].value = value
		return
	}
	t.members = append(t.members, member{name, value})
}

// setAfter is set, but for a new member, which follows another.
func (t *tree) setAfter(before, name string, value *tree) {
	at := t.find(before)
	if at < 0 || t.find(name) >= 0 {
		t.set(name, value)
		return
	}
	t.members = slices.Insert(t.members, at+1, member{name, value})
}

// remove takes a member away, if there is one.
func (t *tree) remove(name string) {
	if at := t.find(name); at >= 0 {
		t.members = slices.Delete(t.members, at, at+1)
	}
}

// elements are the items of an array, nil for anything else.
func (t *tree) elements() []*tree {
	if !t.is(fhirjson.Array) {
		return nil
	}
	t.open()
	return t.items
}

// at is an item of an array, nil if there is none.
func (t *tree) at(index int) *tree {
	if items := t.elements(); index < len(items) {
		return items[index]
	}
	return nil
}

// insert puts an item before another, or at the end of an array.
func (t *tree) insert(index int, item *tree) {
	t.items = slices.Insert(t.elements(), index, item)
}

// removeAt takes an item of an array away.
func (t *tree) removeAt(index int) {
	t.items = slices.Delete(t.elements(), index, index+1)
}

// empty tells whether an object has no members, or an array nothing but null.
func (t *tree) empty() bool {
	switch {
	case t.is(fhirjson.Object):
		t.open()
		return len(t.members) == 0
	case t.is(fhirjson.Array):
		return !slices.ContainsFunc(t.elements(), func(item *tree) bool { return !item.missing() })
	}
	return t.missing()
}

// clone is a copy that shares nothing that can change.
func (t *tree) clone() *tree {
	c := &tree{kind: t.kind, literal: t.literal}
	for _, m := range t.members {
		c.members = append(c.members, member{m.name, m.value.clone()})
	}
	for _, item := range t.items {
		c.items = append(c.items, item.clone())
	}
	return c
}

// size is about how many bytes the value is.
func (t *tree) size() int {
	n := len(t.literal.Raw()) + 2
	for _, m := range t.members {
		n += len(m.name) + 4 + m.value.size()
	}
	for _, item := range t.items {
		n += 1 + item.size()
	}
	return n
}

// appendTo writes the value.
func (t *tree) appendTo(dst []byte) []byte {
	switch {
	case t.literal != nil:
		return append(dst, t.literal.Raw()...)
	case t.kind == fhirjson.Object:
		dst = append(dst, '{')
		for i, m := range t.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, fhirjson.Quote(m.name)...), ':')
			dst = m.value.appendTo(dst)
		}
		return append(dst, '}')
	case t.kind == fhirjson.Array:
		dst = append(dst, '[')
		for i, item := range t.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendTo(dst)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}
