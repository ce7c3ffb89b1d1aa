package profile

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
)

// ValueSet returns the value set that a profile binds by a canonical, if it is
// known: as the profile's package defines it, or another of the set, or R4.
func (s *Set) ValueSet(canonical string, from *Profile) (*ValueSet, bool) {
	url, _, _ := strings.Cut(canonical, "|")
	sets := s.valueSets[url]
	for _, b := range sets {
		if slices.Contains(b.packages, from.Package) {
			return b.set, true
		}
	}
	if len(sets) > 0 {
		return sets[0].set, true
	}
	if core, ok := definitions.LookupValueSet(url); ok && !core.Open {
		return fromCore(core), true
	}
	return nil, false
}

// fromCore is a value set of R4's own.
func fromCore(core *definitions.ValueSet) *ValueSet {
	v := &ValueSet{URL: core.URL, Systems: make(map[string]*Codes, len(core.Codes))}
	for system, codes := range core.Codes {
		v.Systems[system] = &Codes{Listed: codes}
	}
	return v
}

// addValueSets adds those that the profiles of a package bind, as far as they are
// known.
func (s *Set) addValueSets(p *ig.Package, from terminology) {
	id := packageID(p)
	for _, profile := range s.Profiles() {
		if profile.Package != id {
			continue
		}
		for _, canonical := range profile.valueSets() {
			url, _, _ := strings.Cut(canonical, "|")
			has := func(b boundSet) bool { return slices.Contains(b.packages, id) }
			if slices.ContainsFunc(s.valueSets[url], has) {
				continue
			}
			if set := from.expand(canonical); set != nil {
				s.valueSets[url] = append(s.valueSets[url], boundSet{[]string{id}, set})
			}
		}
	}
}

// valueSets are the canonicals of the value sets that codes are held against.
func (p *Profile) valueSets() []string {
	var all []string
	for _, e := range p.Elements {
		if e.Binding.Strength == "required" || e.Binding.Strength == "extensible" {
			all = append(all, e.Binding.ValueSet)
		}
		if e.Binding.Max != "" {
			all = append(all, e.Binding.Max)
		}
	}
	return all
}

// packageID names a package with its version, as package managers do.
func packageID(p *ig.Package) string { return p.Name + "#" + p.Version }

// newTerminology is what a package's value sets are worked out from: its own
// resources, those of the packages that it came with, what a set knows.
func newTerminology(own *ig.Package, packages []*ig.Package, known *Set) terminology {
	t := terminology{valueSets: make(map[string]*fhirjson.Node), codeSystems: make(map[string]*fhirjson.Node)}
	t.take(own)
	for _, p := range packages {
		if p.Name != own.Name {
			t.take(p)
		}
	}
	asker := &Profile{Package: packageID(own)}
	t.known = func(canonical string) *ValueSet {
		set, _ := known.ValueSet(canonical, asker)
		return set
	}
	return t
}

func (t terminology) take(p *ig.Package) {
	for _, r := range p.Resources {
		resources := map[string]map[string]*fhirjson.Node{"ValueSet": t.valueSets, "CodeSystem": t.codeSystems}[r.Type]
		if resources != nil && resources[r.URL] == nil {
			resources[r.URL] = r.Node
		}
	}
}
