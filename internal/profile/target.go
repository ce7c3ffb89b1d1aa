package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/validation"
)

// targets are what a reference may lead to.
type targets struct {
	types    []string              // sorted
	plain    map[string]bool       // types of which any resource will do
	profiles map[string][]*Profile // by type
	unknown  []string              // canonicals of which the type is not known
}

// targets is nil if a reference may lead anywhere.
func (b planner) targets(t Type) *targets {
	to := &targets{plain: make(map[string]bool), profiles: make(map[string][]*Profile)}
	for _, target := range t.Targets {
		typ := strings.TrimPrefix(target.Profile, typeURL)
		if typ == "Resource" {
			return nil
		}
		if definitions.IsResourceType(typ) {
			to.plain[typ] = true
			to.types = append(to.types, typ)
		} else if p, ok := b.set.find(target.Profile, b.profile); ok {
			to.profiles[p.Type] = append(to.profiles[p.Type], p)
			to.types = append(to.types, p.Type)
		} else {
			to.unknown = append(to.unknown, target.Profile)
		}
	}
	slices.Sort(to.types)
	to.types = slices.Compact(to.types)
	return to
}

func (t *targets) same(other *targets) bool {
	if t == nil || other == nil {
		return t == other
	}
	if !slices.Equal(t.types, other.types) || !slices.Equal(t.unknown, other.unknown) || len(t.plain) != len(other.plain) {
		return false
	}
	for typ, profiles := range t.profiles {
		if !slices.Equal(profiles, other.profiles[typ]) {
			return false
		}
	}
	return true
}

// referred is where a Reference leads: its type, "" if that is not told, and the
// resource itself if it is contained.
func (r *run) referred(n *fhirjson.Node) (typ string, contained *value) {
	literal := n.Get("reference").Text()
	if id, ok := strings.CutPrefix(literal, "#"); ok && id != "" {
		if i, ok := r.contained()[id]; ok {
			resource := r.root.Get("contained").Items()[i]
			typ = resource.Get("resourceType").Text()
			up := &value{node: r.root, typ: r.root.Get("resourceType").Text(), name: r.root.Get("resourceType").Text(), index: noIndex}
			return typ, &value{node: resource, typ: typ, up: up, name: "contained", index: i}
		}
	}
	if literal == "#" {
		return r.root.Get("resourceType").Text(), nil
	}
	if _, typ, _, ok := fhirpath.SplitLiteral(literal); ok {
		return typ, nil
	}
	return strings.TrimPrefix(n.Get("type").Text(), typeURL), nil
}

// contained is where the first contained resource of each id stands. It is made once for
// all runs, since there may be as many references as there are resources.
func (r *run) contained() map[string]int {
	if r.ids == nil {
		r.ids = make(map[string]int)
		for i, resource := range r.root.Get("contained").Items() {
			id := resource.Get("id").Text()
			if _, ok := r.ids[id]; !ok {
				r.ids[id] = i
			}
		}
	}
	return r.ids
}

// leads checks where a reference leads, as far as it can be told without data.
func (r *run) leads(n *node, v *value) {
	if v.typ != "Reference" {
		return
	}
	typ, contained := r.referred(v.node)
	switch {
	case typ == "":
	case !slices.Contains(n.targets.types, typ) && len(n.targets.unknown) > 0:
		r.note(v.expression(), "it is not checked whether the reference leads to "+alternatives(n.targets.unknown)+", which is not known here")
	case !slices.Contains(n.targets.types, typ):
		r.issue(validation.Error, "value", v.expression(), "refers to "+quote(typ)+", and may refer to "+alternatives(n.targets.types)+" only")
	case contained != nil && !n.targets.plain[typ] && len(n.targets.unknown) == 0:
		r.leadsInside(v, contained, n.targets.profiles[typ])
	}
}

// leadsInside checks a contained resource that is referred to, and must meet one of
// some profiles.
func (r *run) leadsInside(v, resource *value, profiles []*Profile) {
	var names []string
	for _, p := range profiles {
		if r.conforms(resource, p) {
			return
		}
		names = append(names, p.short())
	}
	r.issue(validation.Error, "value", v.expression(), "refers to the contained resource "+
		quote(resource.node.Get("id").Text())+", which does not conform to "+alternatives(names)+r.why(resource, profiles))
}

// why is the first thing that is wrong, where one profile is meant.
func (r *run) why(v *value, profiles []*Profile) string {
	if len(profiles) != 1 {
		return " (" + strconv.Itoa(len(profiles)) + " profiles were tried)"
	}
	return ": " + r.first(v, profiles[0])
}
