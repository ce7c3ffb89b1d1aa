package profile

import (
	"slices"
	"strings"
)

// matcher tells by one discriminator whether a value is in a slice.
type matcher struct {
	selector
	kind  string     // of the discriminator
	any   []demand   // value: one of the values must meet one of them
	must  bool       // exists
	types []string   // type
	of    []*Profile // profile
	says  string     // how the values of the slice are told, in words
}

// matchers are those of a slice, one for each discriminator; none if one of them
// is not understood.
func (b planner) matchers(sliced, slice *Element) []matcher {
	var all []matcher
	for _, d := range discriminators(sliced) {
		m, ok := b.matcher(d, slice)
		if !ok {
			return nil
		}
		all = append(all, m)
	}
	return all
}

// discriminators are those of a sliced element. That extensions are sliced by url,
// and choices by type, may go without saying.
func discriminators(sliced *Element) []Discriminator {
	switch name := sliced.Name(); {
	case sliced.Slicing != nil:
		return sliced.Slicing.Discriminators
	case name == "extension" || name == "modifierExtension":
		return []Discriminator{{"value", extensionURL}}
	case strings.HasSuffix(name, "[x]"):
		return []Discriminator{{"type", "$this"}}
	}
	return nil
}

func (b planner) matcher(d Discriminator, slice *Element) (m matcher, ok bool) {
	steps, err := parsePath(d.Path)
	if err != nil {
		return matcher{}, false
	}
	m = matcher{selector: newSelector(b.byID[slice.ID].types, steps), kind: d.Type}
	at := b.walk([]place{{profile: b.profile, id: slice.ID}}, steps)
	switch d.Type {
	case "value", "pattern":
		m.kind = "value"
		for _, p := range at {
			if t, ok := b.demand(p); ok {
				m.any = append(m.any, t)
			}
		}
		m.says = sayValue(d.Path, m.any)
		return m, len(m.any) > 0
	case "exists":
		m.must = len(at) > 0 && at[0].element() != nil && at[0].element().Min > 0
		m.says = sayExists(d.Path, m.must)
		return m, len(at) > 0 && at[0].element() != nil && (m.must || at[0].element().Max == 0)
	case "type":
		for _, p := range at {
			m.types = append(m.types, p.types()...)
		}
		m.says = d.Path + " of type " + alternatives(m.types)
		return m, len(m.types) > 0
	case "profile":
		for _, p := range at {
			m.of = append(m.of, b.placeProfiles(p)...)
		}
		m.says = d.Path + " that conforms to a profile"
		return m, len(m.of) > 0
	}
	return matcher{}, false
}

func sayValue(path string, demands []demand) string {
	path = strings.TrimPrefix(path+" ", "$this ")
	for _, t := range demands {
		if n := t.given(); n != nil {
			return path + excerpt(n)
		}
		if t.bound != nil {
			return path + "a code of " + t.bound.canonical
		}
	}
	return ""
}

func sayExists(path string, must bool) string {
	if must {
		return path
	}
	return "no " + path
}

// match tells whether a value passes.
func (m *matcher) match(r *run, v *value) Membership {
	found, sure := m.find(r, v)
	switch m.kind {
	case "exists":
		return sureOf((len(found) > 0) == m.must, sure)
	case "type":
		return m.matchType(found)
	case "profile":
		return m.matchProfile(r, found)
	}
	answer := Out
	if !sure {
		answer = Unknown
	}
	for i := range found {
		for j := range m.any {
			switch m.any[j].passes(r, &found[i]) {
			case In:
				return In
			case Unknown:
				answer = Unknown
			case Out:
			}
		}
	}
	return answer
}

func sureOf(answer, sure bool) Membership {
	switch {
	case !sure:
		return Unknown
	case answer:
		return In
	}
	return Out
}

func (m *matcher) matchType(found []value) Membership {
	answer := Out
	for i := range found {
		switch {
		case slices.Contains(m.types, found[i].typ):
			return In
		case found[i].typ == "":
			answer = Unknown
		}
	}
	return answer
}

// matchProfile asks whether a value conforms to one of the profiles. Of a resource
// that is not at hand the type alone can refute it.
func (m *matcher) matchProfile(r *run, found []value) Membership {
	answer := Out
	for i := range found {
		for _, p := range m.of {
			v := &found[i]
			switch {
			case v.node == nil && (v.typ == "" || v.typ == p.Type):
				answer = Unknown
			case v.node != nil && v.typ == p.Type && r.conforms(v, p):
				return In
			}
		}
	}
	return answer
}
