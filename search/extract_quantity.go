package search

import (
	"math"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// Systems of units.
const (
	ucum       = "http://unitsofmeasure.org"
	currencies = "urn:iso:std:iso:4217"
)

// quantity makes the entries of search.html#quantity.
func (x *extraction) quantity(r *rule, v fhirpath.Value) {
	switch v.Type {
	case "SampledData": // many values in a text, and no one of them its value
	case "Money":
		if s, ok := exactly(v.Node.Get("value")); ok {
			x.quantityEntry(r.param, currencies, text(v.Node.Get("currency")), s)
		}
	case "Range":
		if s, ok := rangeSpan(v.Node); ok {
			if u, ok := rangeUnit(v.Node); ok {
				x.measured(r, u, s)
			}
		}
	default:
		if s, ok := quantitySpan(v.Node); ok {
			x.measured(r, unitOf(v.Node), s)
		}
	}
}

// quantitySpan is the value, or all values that its comparator admits
// (datatypes.html#Quantity). A comparator that R4 does not have is malformed.
func quantitySpan(n *fhirjson.Node) (numberSpan, bool) {
	s, ok := exactly(n.Get("value"))
	comparator := n.Get("comparator")
	if comparator == nil || !ok {
		return s, ok
	}
	switch text(comparator) {
	case "<", "<=":
		s.low = math.Inf(-1)
	case ">", ">=":
		s.high = math.Inf(1)
	default:
		return s, false
	}
	return s, true
}

// unit is how a quantity says what it is measured in.
type unit struct{ system, code, text string }

func unitOf(n *fhirjson.Node) unit {
	return unit{text(n.Get("system")), text(n.Get("code")), text(n.Get("unit"))}
}

// rangeUnit is the unit of a Range, which both sides share.
func rangeUnit(n *fhirjson.Node) (unit, bool) {
	low, high := n.Get("low"), n.Get("high")
	if low.Get("value") == nil {
		return unitOf(high), true
	}
	u := unitOf(low)
	return u, high.Get("value") == nil || u == unitOf(high)
}

// measured enters a range in a unit: by its code, by its text where that is
// another, and converted.
func (x *extraction) measured(r *rule, u unit, s numberSpan) {
	if u.code == "" {
		x.quantityEntry(r.param, "", u.text, s)
		return
	}
	x.quantityEntry(r.param, u.system, u.code, s)
	if u.text != "" && u.text != u.code {
		x.quantityEntry(r.param, "", u.text, s)
	}
	if u.system != ucum || r.param.Canonical == nil {
		return
	}
	if c, ok := x.units.lookup(u.code); ok {
		x.quantityEntry(r.param.Canonical, CanonicalUnits, c.base, numberSpan{c.convert(s.low), c.convert(s.high)})
	}
}

// unitMemo remembers the last unit: one resource rarely has several, and one
// quantity is extracted under several parameters.
type unitMemo struct {
	code       string
	conversion conversion
	ok         bool
}

func (m *unitMemo) lookup(code string) (conversion, bool) {
	if m.code != code {
		m.code = code
		m.conversion, m.ok = conversionOf(code)
	}
	return m.conversion, m.ok
}
