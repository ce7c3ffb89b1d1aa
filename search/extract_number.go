package search

import (
	"math"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// number makes the entries of search.html#number.
func (x *extraction) number(r *rule, v fhirpath.Value) {
	var s numberSpan
	var ok bool
	if v.Type == "Range" {
		s, ok = rangeSpan(v.Node)
	} else {
		s, ok = exactly(v.Node)
	}
	if ok {
		x.quantityEntry(r.param, "", "", s)
	}
}

// numberSpan is a closed range.
type numberSpan struct{ low, high float64 }

func exactly(n *fhirjson.Node) (numberSpan, bool) {
	f, ok := number(n)
	return numberSpan{f, f}, ok
}

// number is the value of a JSON number, not ok for anything else and for what a
// float64 cannot hold.
func number(n *fhirjson.Node) (float64, bool) {
	if n.Kind() != fhirjson.Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Text(), 64)
	return f, err == nil
}

// rangeSpan is that of a Range's values; an absent side is open.
func rangeSpan(n *fhirjson.Node) (numberSpan, bool) {
	low, high := n.At("low", "value"), n.At("high", "value")
	if low == nil && high == nil {
		return numberSpan{}, false
	}
	s, lowOK, highOK := numberSpan{math.Inf(-1), math.Inf(1)}, true, true
	if low != nil {
		s.low, lowOK = number(low)
	}
	if high != nil {
		s.high, highOK = number(high)
	}
	return s, lowOK && highOK && s.low <= s.high
}

func (x *extraction) quantityEntry(p *Param, system, code string, s numberSpan) {
	x.out.Quantities = append(x.out.Quantities,
		QuantityEntry{Param: p, Group: x.group, System: system, Code: code, Low: s.low, High: s.high})
}
