package profile

import (
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
)

// value checks one value of an element, and what is in it.
func (r *run) value(n *node, v *value) {
	if r.full() {
		return
	}
	if n.allowed != nil && !slices.Contains(n.allowed, v.typ) {
		r.issue(validation.Error, "structure", v.expression(), "is of type "+v.typ+", and must be "+alternatives(n.allowed))
		return
	}
	r.given(n, v)
	if n.binding != nil {
		r.bound(n, v)
	}
	if n.targets != nil {
		r.leads(n, v)
	}
	r.evaluate(n, v)
	r.profiles(n, v)
	r.inside(n, v)
	if n.content != nil {
		r.inside(n.content, v)
	}
}

// inside checks the elements of a value.
func (r *run) inside(n *node, v *value) {
	for _, child := range n.children {
		r.element(child, v)
	}
}

// given checks a fixed value or a pattern.
func (r *run) given(n *node, v *value) {
	switch e := n.element; {
	case e.Fixed != nil && !equal(e.Fixed, v.node):
		r.issue(validation.Error, "value", v.expression(), "must be "+excerpt(e.Fixed)+insteadOf(v.node))
	case e.Pattern != nil && !contains(e.Pattern, v.node):
		r.issue(validation.Error, "value", v.expression(), "must have "+excerpt(e.Pattern)+insteadOf(v.node))
	}
}

// excerpt is a value of a profile, as JSON.
func excerpt(n *fhirjson.Node) string {
	const most = 300
	if text := string(n.Raw()); len(text) <= most {
		return text
	}
	return string(n.Raw()[:most]) + "…"
}

// insteadOf quotes what a client wrote, if it is short.
func insteadOf(n *fhirjson.Node) string {
	switch n.Kind() {
	case fhirjson.Null:
		return ", and has no value"
	case fhirjson.Object, fhirjson.Array:
		return ""
	}
	return ", not " + quote(n.Text())
}

// element checks the values that an element has in one value.
func (r *run) element(n *node, in *value) {
	values := n.access.values(in)
	r.count(n, in, len(values), "")
	for i := range values {
		r.value(n, &values[i])
	}
	if len(n.slices) > 0 {
		r.sliced(n, in, values)
	}
}

// count checks how many values there are. What they are is said of a slice, whose
// values are told from others by it.
func (r *run) count(n *node, in *value, count int, what string) {
	switch at := n.access.name; {
	case n.max == 0 && count > 0 && what == "":
		r.issue(validation.Error, "structure", in.child(at), "must not be there")
	case less(n.max, count):
		r.issue(validation.Error, "structure", in.child(at), fmt.Sprintf("has %d%s, and may have at most %d", count, what, n.max))
	case count >= n.min:
	case n.min == 1 && what == "":
		r.issue(validation.Error, "required", in.child(at), "is required"+typesOf(n))
	default:
		r.issue(validation.Error, "required", in.child(at), fmt.Sprintf("needs at least %d%s, and has %d", n.min, what, count))
	}
}

// typesOf says what a choice may be.
func typesOf(n *node) string {
	if len(n.allowed) == 0 {
		return ""
	}
	return ", as " + alternatives(n.allowed)
}

// profiles checks a value against the profiles of its type.
func (r *run) profiles(n *node, v *value) {
	for _, t := range n.profiles {
		if t.typ != v.typ {
			continue
		}
		switch {
		case len(t.known) == 0:
			r.note(v.expression(), "what "+alternatives(t.unknown)+" demands is not checked, since it is not known here")
		case len(t.known) == 1 && len(t.unknown) == 0:
			r.conform(v, t.known[0])
		default:
			r.anyProfile(v, t)
		}
	}
}

// anyProfile checks that a value conforms to one of several profiles.
func (r *run) anyProfile(v *value, t typeProfiles) {
	var names []string
	for _, p := range t.known {
		if r.conforms(v, p) {
			return
		}
		names = append(names, p.short())
	}
	if len(t.unknown) > 0 {
		r.note(v.expression(), "what "+alternatives(t.unknown)+" demands is not checked, since it is not known here")
		return
	}
	r.issue(validation.Error, "value", v.expression(), "must conform to "+alternatives(names))
}
