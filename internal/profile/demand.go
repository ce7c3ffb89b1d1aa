package profile

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// demand is what the value that a discriminator leads to must be.
type demand struct {
	fixed, pattern *fhirjson.Node
	bound          *boundTo
	inside         []insideDemand // all must be met
}

// insideDemand is a demand on what is in a value.
type insideDemand struct {
	selector
	demand
}

// given is the value that is asked for, if it is one.
func (d *demand) given() *fhirjson.Node {
	switch {
	case d.fixed != nil:
		return d.fixed
	case d.pattern != nil:
		return d.pattern
	case len(d.inside) > 0:
		return d.inside[0].given()
	}
	return nil
}

func (d *demand) passes(r *run, v *value) Membership {
	switch {
	case d.fixed != nil:
		return sureOf(equal(d.fixed, v.node), true)
	case d.pattern != nil:
		return sureOf(contains(d.pattern, v.node), true)
	case d.bound != nil:
		codes, _ := codings(v)
		return d.bound.holds(codes)
	}
	for i := range d.inside {
		found, _ := d.inside[i].find(r, v)
		in := func(v value) bool { return d.inside[i].passes(r, &v) == In }
		if !slices.ContainsFunc(found, in) {
			return Out
		}
	}
	return In
}

// demand is what values of a place must be, if the definition tells.
func (b planner) demand(p place) (demand, bool) {
	if p.given != nil {
		if p.exact {
			return demand{fixed: p.given}, true
		}
		return demand{pattern: p.given}, true
	}
	e := p.element()
	switch {
	case e != nil && e.Fixed != nil:
		return demand{fixed: e.Fixed}, true
	case e != nil && e.Pattern != nil:
		return demand{pattern: e.Pattern}, true
	}
	if inside := b.insideDemands(p); len(inside) > 0 {
		return demand{inside: inside}, true
	}
	if e != nil && e.Binding.Strength == "required" {
		set, _ := b.set.ValueSet(e.Binding.ValueSet, p.profile)
		return demand{bound: &boundTo{e.Binding.ValueSet, set}}, true
	}
	return demand{}, false
}

// insideDemands are those of the elements in a place that are fixed.
func (b planner) insideDemands(p place) []insideDemand {
	var all []insideDemand
	for _, e := range p.profile.Elements {
		if !strings.HasPrefix(e.ID, p.id+".") || e.Slice != "" || e.Fixed == nil && e.Pattern == nil {
			continue
		}
		var steps []step
		for name := range strings.SplitSeq(e.ID[len(p.id)+1:], ".") {
			name, _, _ = strings.Cut(name, ":")
			steps = append(steps, step{toElement, name})
		}
		all = append(all, insideDemand{newSelector(b.typesOf(p), steps), demand{fixed: e.Fixed, pattern: e.Pattern}})
	}
	return all
}

// typesOf are the structures of the values of a place.
func (b planner) typesOf(p place) []string {
	if p.profile == b.profile && b.byID[p.id] != nil {
		return b.byID[p.id].types
	}
	return p.types()
}
