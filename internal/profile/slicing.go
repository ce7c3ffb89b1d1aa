package profile

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/validation"
)

// sliced puts the values of an element into its slices, and checks them there.
func (r *run) sliced(n *node, in *value, values []value) {
	members := make([][]value, len(n.slices))
	maybe := make([]int, len(n.slices))
	last := noSlice // that of the values so far
	rest := false   // there was a value in none
	for _, v := range values {
		at, possible := r.sliceOf(n, &v)
		for _, s := range possible {
			maybe[s]++
		}
		if at == noSlice {
			rest = rest || len(possible) == 0
			r.outside(n, &v, len(possible) == 0)
			continue
		}
		members[at] = append(members[at], v)
		r.order(n, &v, last, at, rest)
		last = max(last, at)
	}
	for i, s := range n.slices {
		r.slice(s, in, members[i], maybe[i])
	}
}

const noSlice = -1

// slice checks the values of one slice. There are others that may be in it for all
// that is known.
func (r *run) slice(s *slice, in *value, values []value, maybe int) {
	r.slices = append(r.slices, s.element.Name()+":"+s.name)
	if len(values) >= s.min || len(values)+maybe < s.min {
		r.count(s.node, in, len(values), s.told())
	}
	for i := range values {
		r.value(s.node, &values[i])
	}
	if len(s.slices) > 0 {
		r.sliced(s.node, in, values)
	}
	r.slices = r.slices[:len(r.slices)-1]
}

// sliceOf is the slice that a value is in, noSlice if none, and those that it may be in
// for all that is known.
func (r *run) sliceOf(n *node, v *value) (at int, possible []int) {
	for i, s := range n.slices {
		switch r.matches(s, v) {
		case In:
			return i, nil
		case Unknown:
			possible = append(possible, i)
		case Out:
		}
	}
	return noSlice, possible
}

// matches tells whether a value is in a slice: all discriminators must agree.
func (r *run) matches(s *slice, v *value) Membership {
	if len(s.matchers) == 0 {
		r.note(v.expression(), "the slice "+s.name+" is not checked: how it differs from others is not understood")
		return Unknown
	}
	answer := In
	for i := range s.matchers {
		switch s.matchers[i].match(r, v) {
		case Out:
			return Out
		case Unknown:
			answer = Unknown
		case In:
		}
	}
	if answer == Unknown {
		r.note(v.expression(), "whether a value is in the slice "+s.name+" cannot be told")
	}
	return answer
}

// told says by what the values of a slice are told from others.
func (s *slice) told() string {
	text := ""
	for i := range s.matchers {
		if says := s.matchers[i].says; says != "" {
			if text != "" {
				text += " and"
			}
			text += " " + says
		}
	}
	if text == "" {
		return " in the slice " + s.name
	}
	return " with" + text
}

// outside checks a value that is in no slice.
func (r *run) outside(n *node, v *value, sure bool) {
	if slicing := n.element.Slicing; slicing != nil && slicing.Rules == "closed" && sure {
		r.issue(validation.Error, "structure", v.expression(), "is in none of the slices, and no others are allowed: "+alternatives(n.told()))
	}
}

// told lists the slices, each with how it is told.
func (n *node) told() []string {
	var all []string
	for _, s := range n.slices {
		all = append(all, s.name+s.told())
	}
	return all
}

// order checks that slices follow each other as the profile has them, and others
// only at the end.
func (r *run) order(n *node, v *value, last, at int, rest bool) {
	slicing := n.element.Slicing
	if slicing == nil {
		return
	}
	if slicing.Ordered && at < last {
		r.issue(validation.Error, "structure", v.expression(), fmt.Sprintf("is of the slice %s, and must stand before those of %s", n.slices[at].name, n.slices[last].name))
	}
	if slicing.Rules == "openAtEnd" && rest {
		r.issue(validation.Error, "structure", v.expression(), fmt.Sprintf("is of the slice %s, and must stand before what is in none", n.slices[at].name))
	}
}
