package uscore

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
)

// value is a value of an element.
type value struct {
	node      *fhirjson.Node
	companion *fhirjson.Node // what stands under the name with an underscore, of a primitive
	typ       string         // of a choice, as its name ends: "Quantity"
}

// finder finds the values of the elements of a profile.
type finder struct {
	set     *profile.Set
	profile *profile.Profile
}

// find are the values of an element in an instance: those along its id, of the slices
// that the id names.
func (f finder) find(e *profile.Element, instance *fhirjson.Node) []value {
	parts := strings.Split(e.ID, ".")
	at, id := []value{{node: instance}}, parts[0]
	for _, part := range parts[1:] {
		id += "." + part
		name, slice, _ := strings.Cut(part, ":")
		var next []value
		for _, v := range at {
			for _, child := range children(v, name) {
				if slice == "" || f.isIn(id, child) {
					next = append(next, child)
				}
			}
		}
		at = next
	}
	return at
}

// children are the values under a name; "value[x]" is any that begins with "value". A
// primitive has its extensions beside it.
func children(v value, name string) []value {
	var all []value
	choice, isChoice := strings.CutSuffix(name, "[x]")
	for _, m := range slices.Concat(v.node.Members(), v.companion.Members()) {
		typ := ""
		if m.Name != name {
			rest, ok := strings.CutPrefix(m.Name, choice)
			if !isChoice || !ok || rest == "" || rest[0] < 'A' || rest[0] > 'Z' {
				continue
			}
			typ = rest
		}
		companions := v.node.Get("_" + m.Name).Items()
		for i, item := range m.Value.Items() {
			child := value{node: item, typ: typ}
			if i < len(companions) {
				child.companion = companions[i]
			}
			if item.Kind() != fhirjson.Null {
				all = append(all, child)
			}
		}
	}
	return all
}

// isIn tells whether a value is in the slice that an id ends in.
func (f finder) isIn(id string, v value) bool {
	e, ok := f.profile.Find(id)
	if !ok {
		return false
	}
	if strings.HasSuffix(e.Path, "xtension") {
		return f.hasURL(e, v)
	}
	sliced, ok := f.profile.Find(strings.TrimSuffix(id, ":"+e.Slice))
	if !ok || sliced.Slicing == nil {
		return false
	}
	for _, d := range sliced.Slicing.Discriminators {
		if !f.agrees(e, d, v) {
			return false
		}
	}
	return true
}

// hasURL tells whether an extension is of a slice's profile, or has its fixed url.
func (f finder) hasURL(e *profile.Element, v value) bool {
	url := v.node.Get("url").Text()
	if fixed, ok := f.profile.Find(e.ID + ".url"); ok && fixed.Fixed != nil {
		return fixed.Fixed.Text() == url
	}
	for _, t := range e.Types {
		for _, p := range t.Profiles {
			if withoutVersion(p) == url {
				return true
			}
		}
	}
	return false
}

// agrees tells whether a value has what a discriminator tells the slice by.
func (f finder) agrees(e *profile.Element, d profile.Discriminator, v value) bool {
	if d.Type == "type" {
		for _, t := range e.Types {
			if strings.EqualFold(t.Code, v.typ) {
				return true
			}
		}
		return false
	}
	id, values := e.ID, []value{v}
	if d.Path != "$this" {
		id += "." + d.Path
		for name := range strings.SplitSeq(d.Path, ".") {
			var next []value
			for _, v := range values {
				next = append(next, children(v, name)...)
			}
			values = next
		}
	}
	at, ok := f.profile.Find(id)
	if !ok {
		return false
	}
	for _, v := range values {
		if f.fits(at, v.node) {
			return true
		}
	}
	return false
}

// fits tells whether a value is what an element fixes: the whole, a part, or one of
// the codes of a value set.
func (f finder) fits(e *profile.Element, n *fhirjson.Node) bool {
	switch {
	case e.Fixed != nil:
		return contains(n, e.Fixed) && contains(e.Fixed, n)
	case e.Pattern != nil:
		return contains(n, e.Pattern)
	case e.Binding.ValueSet != "":
		set, ok := f.set.ValueSet(e.Binding.ValueSet, f.profile)
		if !ok {
			return false
		}
		for _, coding := range n.Get("coding").Items() {
			if set.Contains(coding.Get("system").Text(), coding.Get("code").Text()) == profile.In {
				return true
			}
		}
	}
	return false
}

// contains tells whether a value has all of a pattern
// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_).
func contains(n, pattern *fhirjson.Node) bool {
	if n.Kind() != pattern.Kind() {
		return false
	}
	switch pattern.Kind() {
	case fhirjson.Object:
		for _, m := range pattern.Members() {
			if !contains(n.Get(m.Name), m.Value) {
				return false
			}
		}
		return true
	case fhirjson.Array:
		for _, want := range pattern.Items() {
			if !containsItem(n.Items(), want) {
				return false
			}
		}
		return true
	case fhirjson.String:
		return n.Text() == pattern.Text()
	}
	return string(n.Raw()) == string(pattern.Raw())
}

func containsItem(items []*fhirjson.Node, want *fhirjson.Node) bool {
	for _, item := range items {
		if contains(item, want) {
			return true
		}
	}
	return false
}
