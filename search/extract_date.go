package search

import (
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// date makes the entries of search.html#date.
func (x *extraction) date(r *rule, v fhirpath.Value) {
	var d span
	var ok bool
	switch v.Type {
	case "Period":
		d, ok = periodSpan(v.Node)
	case "Timing":
		d, ok = timingSpan(v.Node)
	default:
		d, ok = dateSpan(v.Node)
	}
	if ok {
		x.out.Dates = append(x.out.Dates, DateEntry{Param: r.param, Group: x.group, Low: d.low, High: d.high})
	}
}

// span is a half-open range of time in microseconds since 1970 UTC.
type span struct{ low, high int64 }

func dateSpan(n *fhirjson.Node) (span, bool) {
	low, high, err := ParseDate(text(n))
	return span{low, high}, err == nil
}

// periodSpan reaches from the beginning of its start to the end of its end. A
// side that is absent is open; a Period with neither, or one that ends before it
// starts, is none.
func periodSpan(n *fhirjson.Node) (span, bool) {
	start, end := n.Get("start"), n.Get("end")
	if start == nil && end == nil {
		return span{}, false
	}
	s, startOK := span{low: TimeBegin}, true
	if start != nil {
		s, startOK = dateSpan(start)
	}
	e, endOK := span{high: TimeEnd}, true
	if end != nil {
		e, endOK = dateSpan(end)
	}
	return span{s.low, e.high}, startOK && endOK && s.low < e.high
}

// timingSpan is the one range that holds all events and the bounds of the
// repetition: "the outer limits of the schedule" (search.html#date).
func timingSpan(n *fhirjson.Node) (all span, ok bool) {
	include := func(s span, valid bool) {
		switch {
		case !valid:
		case !ok:
			all, ok = s, true
		default:
			all = span{min(all.low, s.low), max(all.high, s.high)}
		}
	}
	for _, event := range n.Get("event").Items() {
		include(dateSpan(event))
	}
	if bounds := n.At("repeat", "boundsPeriod"); bounds != nil {
		include(periodSpan(bounds))
	}
	return all, ok
}
