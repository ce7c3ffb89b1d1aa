package profile

import (
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// planner makes a plan.
type planner struct {
	set     *Set
	profile *Profile
	plan    *plan
	byID    map[string]*node
}

func (b planner) build() {
	b.byID = make(map[string]*node, len(b.profile.Elements))
	b.plan.root = &node{element: &Element{ID: b.profile.Type, Path: b.profile.Type}, types: []string{b.profile.Type}, max: unbounded}
	b.byID[b.profile.Type] = b.plan.root
	for _, e := range b.profile.Elements {
		n := b.node(e.ID)
		n.element = e
		b.fill(n)
	}
	b.contents(b.plan.root)
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(b.byID))) { // what is inside comes first
		n := b.byID[id]
		for _, s := range n.slices {
			s.matchers = b.matchers(n.element, s.element)
			s.without(n)
		}
	}
	slices.Sort(b.plan.bare)
	b.plan.bare = slices.Compact(b.plan.bare)
}

// node is that of an id. It is made with those that it is in, if need be.
func (b planner) node(id string) *node {
	if n := b.byID[id]; n != nil {
		return n
	}
	parent := b.node(parentOf(id))
	e := &Element{ID: id, Path: pathOf(id), Slice: sliceOf(id), Max: unbounded}
	n := &node{element: e, max: unbounded}
	n.access, n.types = newAccess(parent.types, e.Name())
	b.byID[id] = n
	if e.Slice == "" {
		parent.children = append(parent.children, n)
		return n
	}
	sliced := b.node(slicedBy(id))
	sliced.slices = append(sliced.slices, &slice{node: n, name: e.Slice})
	return n
}

// slicedBy is the id of what a slice is a slice of: a slice itself, for "a:b/c".
func slicedBy(id string) string {
	return id[:max(strings.LastIndexByte(id, ':'), strings.LastIndexByte(id, '/'))]
}

// fill looks up what an element demands beyond R4.
func (b planner) fill(n *node) {
	e := n.element
	n.max = e.Max
	n.min = e.Min
	if base := b.base(n); base != nil && e.Slice == "" {
		if e.Min <= base.Min {
			n.min = 0
		}
		if !less(e.Max, base.Max) {
			n.max = unbounded
		}
	}
	if n == b.plan.root {
		n.min, n.max = 0, unbounded
	}
	b.fillTypes(n)
	n.binding = b.bindingCheck(e.Binding)
	b.fillRules(n)
}

// base is R4's definition of an element; nil if it is in values of several types,
// or is the root.
func (b planner) base(n *node) *definitions.Element {
	if n == b.plan.root {
		return nil
	}
	parent := b.byID[parentOf(n.element.ID)]
	if len(parent.types) != 1 {
		return nil
	}
	s, ok := definitions.LookupStructure(parent.types[0])
	if !ok {
		return nil
	}
	e, _, _ := elementOf(s, n.element.Name())
	return e
}

// fillTypes looks up the types that an element may have, and what they demand.
func (b planner) fillTypes(n *node) {
	var allowed []string
	for _, t := range n.element.Types {
		allowed = append(allowed, t.Code)
		if len(t.Profiles) > 0 {
			n.profiles = append(n.profiles, b.typeProfiles(t))
		}
		if len(t.Targets) > 0 && t.Code == "Reference" {
			n.targets = b.targets(t)
		}
	}
	if len(n.types) < 2 || len(allowed) == 0 {
		return // of a backbone element the type is the path
	}
	n.types = slices.DeleteFunc(n.types, func(typ string) bool { return !slices.Contains(allowed, typ) })
	n.allowed = allowed
}

func (b planner) typeProfiles(t Type) typeProfiles {
	p := typeProfiles{typ: t.Code}
	for _, canonical := range t.Profiles {
		if known, ok := b.set.find(canonical, b.profile); ok {
			p.known = append(p.known, known)
		} else {
			p.unknown = append(p.unknown, canonical)
		}
	}
	return p
}

// contents gives the elements that have another's content what the profile says of
// that other: of QuestionnaireResponse.item.item what it says of
// QuestionnaireResponse.item.
func (b planner) contents(n *node) {
	if len(n.types) != 1 {
		return
	}
	structure, ok := definitions.LookupStructure(n.types[0])
	if !ok {
		return
	}
	for i := range structure.Elements {
		e := &structure.Elements[i]
		code := e.Types[0].Code
		if !strings.HasPrefix(code, b.profile.Type+".") {
			continue
		}
		id := n.element.Path + "." + e.Name
		switch other := b.byID[code]; {
		case code == id && (b.byID[id] != nil || b.refers(code)):
			b.contents(b.node(id))
		case code != id && other != nil:
			b.node(id).content = other
		}
	}
}

// refers tells whether an element of a backbone structure has another's content.
func (b planner) refers(structure string) bool {
	s, ok := definitions.LookupStructure(structure)
	return ok && slices.ContainsFunc(s.Elements, func(e definitions.Element) bool {
		code := e.Types[0].Code
		return strings.HasPrefix(code, b.profile.Type+".") && code != structure+"."+e.Name && b.byID[code] != nil
	})
}
