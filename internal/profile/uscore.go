package profile

import (
	_ "embed"
	"sync"
)

//go:embed profiles.tsv
var profileTable string

//go:embed valuesets.tsv
var valueSetTable string

// USCore is the set of the profiles of US Core 6.1.0 and 7.0.0, which are embedded.
// The tables are read at the first call.
func USCore() *Set { return usCore() }

var usCore = sync.OnceValue(func() *Set {
	s := &Set{profiles: make(map[string][]*Profile)}
	for _, p := range parseProfiles(profileTable) {
		s.addProfile(p)
	}
	s.valueSets = parseValueSets(valueSetTable)
	s.plan()
	return s
})
