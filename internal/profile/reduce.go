package profile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// reduce leaves out of a snapshot what says nothing beyond R4's definitions. It
// fails if the profile has an element that R4 has not.
func reduce(p *Profile) error {
	r := reducer{
		profile: p, byID: make(map[string]*Element, len(p.Elements)),
		structures: make(map[string]*definitions.Structure), sliced: make(map[string]bool),
	}
	if len(p.Elements) > maxElements {
		return fmt.Errorf("the snapshot has more than %d elements", maxElements)
	}
	for _, e := range p.Elements {
		if r.byID[e.ID] != nil {
			return fmt.Errorf("the snapshot has the element %s twice", e.ID)
		}
		r.byID[e.ID] = e
		if e.Slice != "" {
			r.sliced[slicedBy(e.ID)] = true
		}
	}
	var kept []*Element
	for _, e := range p.Elements {
		base, err := r.base(e)
		if err != nil {
			return err
		}
		r.unbind(e, base)
		if e.Max == 0 || e.ID == p.Type {
			e.Types = nil // of what must not be there, and of the root, whose type is the profile's
		}
		if r.says(e, base) {
			kept = append(kept, e)
		}
	}
	p.Elements = kept
	return nil
}

// maxElements is how large a snapshot may be. Those of US Core have 108 at most.
const maxElements = 5000

type reducer struct {
	profile    *Profile
	byID       map[string]*Element
	structures map[string]*definitions.Structure // by the id of an element
	sliced     map[string]bool                   // ids of elements that have slices
}

// base is R4's definition of an element: nil for the root, and for an element of
// a choice whose type is open.
func (r *reducer) base(e *Element) (*definitions.Element, error) {
	parent := parentOf(e.ID)
	if parent == "" {
		if e.ID != r.profile.Type {
			return nil, fmt.Errorf("the snapshot has the element %s outside of %s", e.ID, r.profile.Type)
		}
		return nil, nil
	}
	structure, err := r.structure(parent)
	if structure == nil || err != nil {
		return nil, err
	}
	base, _, ok := elementOf(structure, e.Name())
	if !ok {
		return nil, fmt.Errorf("%s is no element of %s in R4", e.ID, structure.Name)
	}
	return base, nil
}

// structure is what R4 says of the element with that id: nil if its type is open.
func (r *reducer) structure(id string) (*definitions.Structure, error) {
	if s, known := r.structures[id]; known {
		return s, nil
	}
	e := r.byID[id]
	if e == nil {
		return nil, fmt.Errorf("the snapshot has elements in %s, and not itself", id)
	}
	code := r.profile.Type
	if parent := parentOf(id); parent != "" {
		within, err := r.structure(parent)
		if within == nil || err != nil {
			return nil, err
		}
		base, typ, ok := elementOf(within, e.Name())
		if !ok {
			return nil, fmt.Errorf("%s is no element of %s in R4", id, within.Name)
		}
		code = contentType(e, base, typ)
	}
	structure, _ := definitions.LookupStructure(code)
	r.structures[id] = structure
	return structure, nil
}

// contentType is the structure of what is in an element: "" if it may be of
// several types.
func contentType(e *Element, base *definitions.Element, typ string) string {
	switch {
	case typ != "":
		return typ
	case !base.Choice:
		return base.Types[0].Code
	case len(e.Types) == 1:
		return e.Types[0].Code
	}
	return ""
}

// elementOf finds "value[x]", "code", and "valueQuantity", with which a profile
// says the type too: typ is set then.
func elementOf(s *definitions.Structure, name string) (e *definitions.Element, typ string, ok bool) {
	if e, ok := s.Element(strings.TrimSuffix(name, "[x]")); ok {
		return e, "", true
	}
	if s.Kind == "primitive" && name == "value" {
		return primitiveValue, s.Name, true
	}
	e, ref, ok := s.Property(name)
	return e, ref.Code, ok
}

// primitiveValue is the value of a primitive, which snapshots have as an element.
// In JSON it is the property itself.
var primitiveValue = &definitions.Element{Name: "value", Max: 1, Types: []definitions.TypeRef{{Code: "string"}}}

// unbind takes a binding away that R4's definition has too. The value sets of
// R4's own that bound one of R4's bindings go with it.
func (r *reducer) unbind(e *Element, base *definitions.Element) {
	if base == nil || e.Binding.Max != "" && !strings.HasPrefix(e.Binding.Max, coreValueSet) {
		return
	}
	valueSet, _, _ := strings.Cut(e.Binding.ValueSet, "|")
	if base.Binding.Strength == e.Binding.Strength && base.Binding.ValueSet == valueSet {
		e.Binding = Binding{}
	}
}

const coreValueSet = "http://hl7.org/fhir/ValueSet/"

// says tells whether an element says anything beyond R4's.
func (r *reducer) says(e *Element, base *definitions.Element) bool {
	if e.Slicing != nil && e.Slicing.Rules == "open" && !r.sliced[e.ID] {
		e.Slicing = nil // that extensions are told apart by their url need not be said
	}
	if e.MustSupport || e.USCDI || e.Slice != "" || e.Slicing != nil || e.Fixed != nil || e.Pattern != nil || len(e.Constraints) > 0 {
		return true
	}
	if base == nil {
		return e.ID == r.profile.Type || e.Min > 0 || e.Max == 0 || e.Binding != Binding{}
	}
	return e.Min > base.Min || less(e.Max, base.Max) || e.Binding != Binding{} || narrows(e, base)
}

// narrows tells whether an element's types are fewer than R4's, or have profiles.
func narrows(e *Element, base *definitions.Element) bool {
	if strings.HasSuffix(e.Path, "[x]") && len(e.Types) < len(base.Types) {
		return true
	}
	for _, t := range e.Types {
		if len(t.Profiles) > 0 && !isSimpleQuantity(t) || t.MustSupport || !sameTargets(t, base) {
			return true
		}
	}
	return false
}

// isSimpleQuantity tells a profile on data types that R4's own definitions have.
func isSimpleQuantity(t Type) bool {
	return len(t.Profiles) == 1 && t.Profiles[0] == typeURL+"SimpleQuantity"
}

// sameTargets tells whether a reference may lead to the types that R4 lists, and
// to no profile of them.
func sameTargets(t Type, base *definitions.Element) bool {
	var targets []string
	for _, target := range t.Targets {
		typ, plain := strings.CutPrefix(target.Profile, typeURL)
		if !plain || target.MustSupport {
			return false
		}
		targets = append(targets, typ)
	}
	for _, other := range base.Types {
		if other.Code == t.Code {
			return slices.Equal(targets, other.Targets)
		}
	}
	return true // what is inside a backbone element has no targets
}
