package evaluator

import (
	"errors"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// system is a value of FHIRPath's own types: boolean, text, number, moment or
// quantity.
type system interface {
	// name is the type's, without System.
	name() string
	// text is what toString() makes of it.
	text() string
}

type (
	boolean bool
	text    string
)

func (b boolean) name() string { return "Boolean" }
func (b boolean) text() string {
	if b {
		return "true"
	}
	return "false"
}

func (t text) name() string { return "String" }
func (t text) text() string { return string(t) }

// of is the item of a computed value.
func of(v system) Item { return Item{typ: "System." + v.name(), value: v} }

func one(v system) []Item { return []Item{of(v)} }

func truth(b bool) []Item { return one(boolean(b)) }

// system is the value that an item is or converts to (fhirpath.html#types); nil
// for a complex element, and for a primitive that has none.
func (it Item) system() (system, error) {
	switch {
	case it.distant:
		return nil, errDistant
	case it.value != nil || it.node == nil:
		return it.value, nil
	}
	if s, ok := definitions.LookupStructure(it.typ); ok && s.Kind == "primitive" {
		return primitive(it.typ, it.node), nil
	}
	if fhirpath.IsA(it.typ, "Quantity") {
		return quantityOf(it.node)
	}
	return nil, nil
}

// primitive is the value of a primitive. What is not written as its type wants it
// has none: the validation of the structure says so.
func primitive(typ string, n *fhirjson.Node) system {
	switch n.Kind() {
	case fhirjson.Bool:
		return boolean(n.Text() == "true")
	case fhirjson.Number:
		v, ok := parseNumber(n.Text())
		if !ok {
			return nil
		}
		v.integer = typ != "decimal"
		return v
	case fhirjson.String:
		switch typ {
		case "date", "dateTime", "instant", "time":
			if v, ok := parseMoment(n.Text(), typ); ok {
				return v
			}
			return nil
		}
		return text(n.Text())
	}
	return nil
}

var errComparator = errors.New("a Quantity with a comparator has no single value")

const ucum = "http://unitsofmeasure.org"

// quantityOf is the value of a FHIR Quantity, in the unit of its code where that
// is UCUM's.
func quantityOf(n *fhirjson.Node) (system, error) {
	value, ok := parseNumber(n.Get("value").Text())
	if !ok {
		return nil, nil
	}
	if n.Get("comparator") != nil {
		return nil, errComparator
	}
	unit := n.Get("unit").Text()
	if code := n.Get("code").Text(); code != "" && (n.Get("system").Text() == ucum || unit == "") {
		unit = code
	}
	if unit == "" {
		unit = "1"
	}
	return quantity{value, unit}, nil
}

// systemOf is the value of a single item. A complex element has none, which is
// an error; nil says that there is no item, or a primitive without a value.
func systemOf(items []Item) (system, error) {
	switch len(items) {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, errSeveral
	}
	v, err := items[0].system()
	if it := items[0]; v == nil && err == nil && !it.isPrimitive() && !fhirpath.IsA(it.typ, "Quantity") {
		return nil, errors.New("the " + it.typ + " has no single value")
	}
	return v, err
}

// stringOf is the single string of a collection.
func stringOf(items []Item) (s string, ok bool, err error) {
	v, err := systemOf(items)
	if v == nil || err != nil {
		return "", false, err
	}
	t, ok := v.(text)
	if !ok {
		return "", false, errors.New(v.name() + " stands where a String is expected")
	}
	return string(t), true, nil
}

// integerOf is the single integer of a collection.
func integerOf(items []Item) (n int, ok bool, err error) {
	v, err := systemOf(items)
	if v == nil || err != nil {
		return 0, false, err
	}
	t, isNumber := v.(number)
	if n, ok = t.int(); !isNumber || !ok {
		return 0, false, errors.New(strings.TrimSpace(v.text()) + " stands where an Integer is expected")
	}
	return n, true, nil
}
