package profile

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// place is where in the definition of a slice a discriminator leads: an element of
// a profile, or what is in a value that is fixed further up.
type place struct {
	profile *Profile
	id      string
	given   *fhirjson.Node // a part of a fixed value or pattern; then there is no element
	exact   bool           // it is part of a fixed value
}

// element is nil where the profile says nothing of the place.
func (p place) element() *Element {
	if p.given != nil {
		return nil
	}
	e, _ := p.profile.Find(p.id)
	return e
}

// walk follows a path through definitions. A slice may say what is asked for in
// several places, in each slice of an element on the way. A place counts once: a profile
// that leads to itself has ever more ways to it.
func (b planner) walk(from []place, steps []step) []place {
	for _, step := range steps {
		var next []place
		seen := make(map[place]bool)
		for _, p := range from {
			for _, to := range b.next(p, step) {
				if !seen[to] {
					seen[to] = true
					next = append(next, to)
				}
			}
		}
		from = next
	}
	return from
}

func (b planner) next(p place, s step) []place {
	switch s.kind {
	case toElement:
		return b.inside(p, s.name)
	case toExtension:
		return b.extension(p, s.name)
	case toType:
		return []place{p}
	case toResolved:
	}
	return b.resolved(p)
}

// inside are the places of an element in a place.
func (b planner) inside(p place, name string) []place {
	if p.given != nil {
		return parts(p.given, name, p.exact)
	}
	all := p.children(name)
	if slices.ContainsFunc(all, b.says) {
		return all
	}
	if e := p.element(); e != nil {
		if given := append(parts(e.Fixed, name, true), parts(e.Pattern, name, false)...); len(given) > 0 {
			return given
		}
		for _, t := range e.Types {
			all = append(all, b.insideType(t, name)...)
		}
	}
	return all
}

// children are the element of a name in a place, and its slices.
func (p place) children(name string) []place {
	var all []place
	for _, e := range p.profile.Elements {
		rest, ok := strings.CutPrefix(e.ID, p.id+".")
		if !ok {
			continue
		}
		segment, _, _ := strings.Cut(rest, ".")
		plain, _, _ := strings.Cut(segment, ":")
		child := place{profile: p.profile, id: p.id + "." + segment}
		if strings.TrimSuffix(plain, "[x]") == name && !slices.Contains(all, child) {
			all = append(all, child)
		}
	}
	return all
}

// says tells whether a place, or what is in it, can tell values apart.
func (b planner) says(p place) bool {
	_, ok := b.demand(p)
	return ok
}

// parts are the values of a member of a given value.
func parts(given *fhirjson.Node, name string, exact bool) []place {
	var all []place
	for _, item := range given.Items() {
		for _, part := range item.Get(name).Items() {
			all = append(all, place{given: part, exact: exact})
		}
	}
	return all
}

// insideType are the places of an element in the profiles of a type. The url of an
// extension is its definition's, whether that is known or not.
func (b planner) insideType(t Type, name string) []place {
	var all []place
	for _, canonical := range t.Profiles {
		if p, ok := b.set.find(canonical, b.profile); ok {
			all = append(all, b.inside(place{profile: p, id: p.Type}, name)...)
		} else if t.Code == "Extension" && name == extensionURL {
			url, _, _ := strings.Cut(canonical, "|")
			all = append(all, place{given: literal(string(fhirjson.Quote(url))), exact: true})
		}
	}
	return all
}

// extension are the places of the extension with a url.
func (b planner) extension(p place, url string) []place {
	var all []place
	for _, at := range b.inside(p, "extension") {
		for _, u := range b.inside(at, extensionURL) {
			if t, ok := b.demand(u); ok && t.fixed.Text() == url {
				all = append(all, at)
			}
		}
	}
	return all
}

// resolved are the profiles that the reference of a place leads to.
func (b planner) resolved(p place) []place {
	e := p.element()
	if e == nil {
		return nil
	}
	var all []place
	for _, t := range e.Types {
		for _, target := range t.Targets {
			if known, ok := b.set.find(target.Profile, p.profile); ok {
				all = append(all, place{profile: known, id: known.Type})
			} else if typ, ok := strings.CutPrefix(target.Profile, typeURL); ok {
				all = append(all, place{profile: &Profile{Type: typ, URL: target.Profile}, id: typ})
			}
		}
	}
	return all
}

// types are the types that values of a place have.
func (p place) types() []string {
	if p.given == nil && p.id == p.profile.Type {
		return []string{p.profile.Type}
	}
	var all []string
	if e := p.element(); e != nil {
		for _, t := range e.Types {
			all = append(all, t.Code)
		}
	}
	return all
}

// placeProfiles are the profiles that values of a place conform to.
func (b planner) placeProfiles(p place) []*Profile {
	if p.given == nil && p.id == p.profile.Type && b.set.plans[p.profile] != nil {
		return []*Profile{p.profile}
	}
	var all []*Profile
	if e := p.element(); e != nil {
		for _, t := range e.Types {
			for _, canonical := range t.Profiles {
				if known, ok := b.set.find(canonical, p.profile); ok {
					all = append(all, known)
				}
			}
		}
	}
	return all
}
