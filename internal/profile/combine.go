package profile

import (
	"maps"
	"slices"
)

// add takes in the codes of another.
func (v *ValueSet) add(other *ValueSet) {
	v.Open = v.Open || other.Open
	for system, codes := range other.Systems {
		own, ok := v.Systems[system]
		if !ok {
			v.Systems[system] = codes.clone()
			continue
		}
		excluded := slices.DeleteFunc(union(own.Excluded, codes.Excluded), func(code string) bool {
			return own.contains(code) != Out || codes.contains(code) != Out
		})
		v.Systems[system] = &Codes{
			Listed:   union(own.Listed, codes.Listed),
			Excluded: excluded,
			Extent:   max(own.Extent, codes.Extent), // "" < part < whole
		}
	}
}

// subtract takes the codes of another out.
func (v *ValueSet) subtract(other *ValueSet) {
	if other.Open {
		v.Open = true
		v.Systems = make(map[string]*Codes) // which of them stay cannot be told
		return
	}
	for system, codes := range other.Systems {
		own, ok := v.Systems[system]
		switch {
		case !ok && !v.Open:
		case !ok:
			v.Systems[system] = &Codes{Extent: Part, Excluded: codes.Listed}
		case codes.Extent == Whole:
			delete(v.Systems, system)
		case codes.Extent == Part:
			v.Systems[system] = &Codes{Extent: Part}
		default:
			own.Listed = slices.DeleteFunc(own.Listed, codes.lists)
			if own.Extent != Listed {
				own.Excluded = union(own.Excluded, codes.Listed)
			}
		}
	}
}

// intersection is what is in both.
func intersection(a, b *ValueSet) *ValueSet {
	both := &ValueSet{Systems: make(map[string]*Codes), Open: a.Open && b.Open}
	for system := range maps.Keys(a.Systems) {
		codes := &Codes{}
		if a.Systems[system].Extent != Listed {
			codes.Extent = Part
		}
		for _, code := range a.Systems[system].Listed {
			switch b.Contains(system, code) {
			case In:
				codes.Listed = append(codes.Listed, code)
			case Unknown:
				codes.Extent = Part
			case Out:
			}
		}
		both.Systems[system] = codes
	}
	if a.Open {
		for system := range b.Systems {
			if _, ok := both.Systems[system]; !ok {
				both.Systems[system] = &Codes{Extent: Part}
			}
		}
	}
	return both
}

func (c *Codes) clone() *Codes {
	return &Codes{Listed: slices.Clone(c.Listed), Excluded: slices.Clone(c.Excluded), Extent: c.Extent}
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
