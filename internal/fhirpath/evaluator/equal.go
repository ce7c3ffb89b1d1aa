package evaluator

import (
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// equalItems is `=` of two single items; neither where the precisions of two dates
// do not allow to tell.
func (e *env) equalItems(a, b Item) (tri, error) {
	if err := e.step(1); err != nil {
		return neither, err
	}
	x, y, err := systems(a, b)
	switch {
	case err != nil:
		return neither, err
	case x != nil && y != nil:
		if err := e.compared(x, y); err != nil {
			return neither, err
		}
		return equalSystem(x, y)
	case x != nil || y != nil, a.node == nil || b.node == nil:
		return triOf(a.node == b.node && a.companion == b.companion && x == nil && y == nil), nil
	}
	same, err := e.equalNodes(a.node, b.node)
	return triOf(same), err
}

func systems(a, b Item) (x, y system, err error) {
	if x, err = a.system(); err == nil {
		y, err = b.system()
	}
	return x, y, err
}

func equalSystem(x, y system) (tri, error) {
	switch a := x.(type) {
	case number:
		if b, ok := y.(number); ok {
			return triOf(a.rat.Cmp(b.rat) == 0), nil
		}
	case moment:
		if b, ok := y.(moment); ok && (a.kind == "Time") == (b.kind == "Time") {
			if order, known := a.compare(b); known {
				return triOf(order == 0), nil
			}
			return neither, nil
		}
	case quantity:
		if b, ok := y.(quantity); ok {
			order, err := a.compare(b)
			return triOf(order == 0), err
		}
	case boolean:
		return triOf(x == y), nil
	case text:
		return triOf(x == y), nil
	}
	return no, nil
}

// equalNodes compares JSON: members in any order, numbers by their value.
func (e *env) equalNodes(a, b *fhirjson.Node) (bool, error) {
	if err := e.step(1); err != nil || a.Kind() != b.Kind() {
		return false, err
	}
	switch a.Kind() {
	case fhirjson.Object:
		return e.equalObjects(a, b)
	case fhirjson.Array:
		if len(a.Items()) != len(b.Items()) {
			return false, nil
		}
		for i, item := range a.Items() {
			if same, err := e.equalNodes(item, b.Items()[i]); !same {
				return false, err
			}
		}
		return true, nil
	case fhirjson.Number:
		x, okX := parseNumber(a.Text())
		y, okY := parseNumber(b.Text())
		return okX && okY && x.rat.Cmp(y.rat) == 0, nil
	}
	return a.Text() == b.Text(), e.compared(text(a.Text()), text(b.Text()))
}

// compared counts two texts of one length, of which each byte may be looked at.
func (e *env) compared(x, y system) error {
	a, _ := x.(text)
	if b, ok := y.(text); ok && len(a) == len(b) {
		return e.read(string(a))
	}
	return nil
}

func (e *env) equalObjects(a, b *fhirjson.Node) (bool, error) {
	if len(a.Members()) != len(b.Members()) {
		return false, nil
	}
	for _, m := range a.Members() {
		other := b.Get(m.Name)
		if other == nil {
			return false, nil
		}
		if same, err := e.equalNodes(m.Value, other); !same {
			return false, err
		}
	}
	return true, nil
}

// equal is `=` of two collections: item by item, in their order.
func (e *env) equal(a, b []Item) (tri, error) {
	if len(a) == 0 || len(b) == 0 {
		return neither, nil
	}
	if len(a) != len(b) {
		return no, nil
	}
	all := yes
	for i := range a {
		same, err := e.equalItems(a[i], b[i])
		if err != nil {
			return neither, err
		}
		all = conjunction(all, same)
	}
	return all, nil
}

// contains tells whether an item equals one of a collection.
func (e *env) contains(list []Item, item Item) (bool, error) {
	for _, other := range list {
		same, err := e.equalItems(other, item)
		if err != nil || same == yes {
			return same == yes, err
		}
	}
	return false, nil
}

// distinct leaves out what is there already.
func (e *env) distinct(dst, items []Item) ([]Item, error) {
	for _, it := range items {
		known, err := e.contains(dst, it)
		if err != nil {
			return nil, err
		}
		if !known {
			dst = append(dst, it)
		}
	}
	return dst, nil
}

// order compares two values of one type; not known where their precision does not
// allow it.
func order(x, y system) (int, bool, error) {
	switch a := x.(type) {
	case text:
		if b, ok := y.(text); ok {
			return strings.Compare(string(a), string(b)), true, nil
		}
	case number:
		if b, ok := y.(number); ok {
			return a.rat.Cmp(b.rat), true, nil
		}
	case moment:
		if b, ok := y.(moment); ok && (a.kind == "Time") == (b.kind == "Time") {
			n, known := a.compare(b)
			return n, known, nil
		}
	case quantity:
		if b, ok := y.(quantity); ok {
			n, err := a.compare(b)
			return n, true, err
		}
	}
	return 0, false, fmt.Errorf("%s and %s have no order", x.name(), y.name())
}
