package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/ig"
)

// A Set is profiles and the value sets that they bind. It is not changed once it
// is made, and safe for concurrent use.
type Set struct {
	profiles   map[string][]*Profile // by URL, the newest version first
	valueSets  map[string][]boundSet // by URL
	invariants Invariants
	plans      map[*Profile]*plan
}

// boundSet is a value set as the profiles of some packages mean it.
type boundSet struct {
	packages []string
	set      *ValueSet
}

// New makes a set of the profiles of packages. It fails if one of them cannot be
// used: it has no snapshot, or elements that R4 has not.
func New(packages ...*ig.Package) (*Set, error) {
	return new(Set).With(packages...)
}

// With is the set and the profiles of packages besides. Of a profile that both
// have in the same version, the package's is taken.
func (s *Set) With(packages ...*ig.Package) (*Set, error) {
	added := &Set{profiles: make(map[string][]*Profile), valueSets: make(map[string][]boundSet)}
	for _, p := range packages {
		if err := added.addProfiles(p); err != nil {
			return nil, fmt.Errorf("%s %s: %w", p.Name, p.Version, err)
		}
	}
	for _, p := range packages {
		added.addValueSets(p, newTerminology(p, packages, s))
	}
	return s.Merge(added), nil
}

// Merge is both sets in one. Of what both have in the same version, the other's is
// taken. The invariants are this one's.
func (s *Set) Merge(other *Set) *Set {
	merged := &Set{profiles: make(map[string][]*Profile), valueSets: make(map[string][]boundSet), invariants: s.invariants}
	for _, from := range []*Set{other, s} {
		for _, p := range from.Profiles() {
			merged.addProfile(p)
		}
		for url, sets := range from.valueSets {
			merged.valueSets[url] = append(merged.valueSets[url], sets...)
		}
	}
	merged.plan()
	return merged
}

// Profiles are all profiles, by URL, of each the newest version first.
func (s *Set) Profiles() []*Profile {
	var all []*Profile
	for _, url := range slices.Sorted(maps.Keys(s.profiles)) {
		all = append(all, s.profiles[url]...)
	}
	return all
}

// Find returns the profile of a canonical: of "url|version" that version, of a URL
// alone the newest.
func (s *Set) Find(canonical string) (*Profile, bool) {
	url, version, versioned := strings.Cut(canonical, "|")
	for _, p := range s.profiles[url] {
		if !versioned || p.Version == version {
			return p, true
		}
	}
	return nil, false
}

// find is Find as a profile means a canonical: without a version, that of its own
// package is meant before any other.
func (s *Set) find(canonical string, from *Profile) (*Profile, bool) {
	for _, p := range s.profiles[canonical] {
		if p.Package == from.Package {
			return p, true
		}
	}
	return s.Find(canonical)
}

func (s *Set) addProfiles(p *ig.Package) error {
	for _, resource := range p.OfType("StructureDefinition") {
		profile, err := fromDefinition(resource, packageID(p))
		if err != nil {
			return err
		}
		if profile != nil {
			s.addProfile(profile)
		}
	}
	return nil
}

// addProfile adds a profile unless its version is there.
func (s *Set) addProfile(p *Profile) {
	versions := s.profiles[p.URL]
	if slices.ContainsFunc(versions, func(other *Profile) bool { return other.Version == p.Version }) {
		return
	}
	versions = append(slices.Clone(versions), p)
	slices.SortStableFunc(versions, func(a, b *Profile) int { return compareVersions(b.Version, a.Version) })
	s.profiles[p.URL] = versions
}
