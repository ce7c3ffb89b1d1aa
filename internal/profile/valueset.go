package profile

import "slices"

// A ValueSet is what is known of the codes of a value set
// (https://hl7.org/fhir/R4/valueset.html). It must not be changed.
type ValueSet struct {
	// URL is the canonical, without version.
	URL string
	// Systems are the code systems that have codes in it, by their URI.
	Systems map[string]*Codes
	// Open is set if it takes in other value sets that are not known, so that
	// any code of any system may be in it.
	Open bool
}

// Codes are the codes of one code system in a value set.
type Codes struct {
	// Listed are codes that are in it, sorted.
	Listed []string
	// Excluded are codes that are not in it whatever Extent says, sorted.
	Excluded []string
	// Extent says whether others are in it too.
	Extent Extent
}

// Extent is how much of a code system is in a value set, beside what is listed.
type Extent string

// The extents.
const (
	// Listed: nothing else is.
	Listed Extent = ""
	// Whole: all codes are. Whether a code exists is not known.
	Whole Extent = "whole"
	// Part: some are, and which cannot be told: they are chosen by a filter.
	Part Extent = "part"
)

// Membership is whether a code is in a value set.
type Membership int

// The answers.
const (
	Unknown Membership = iota
	In
	Out
)

// Contains tells whether a code of a system is in the value set.
func (v *ValueSet) Contains(system, code string) Membership {
	if codes, ok := v.Systems[system]; ok {
		if m := codes.contains(code); m != Out {
			return m
		}
	}
	if v.Open {
		return Unknown
	}
	return Out
}

// ContainsCode tells whether a code is in the value set under any system, which is
// what an element of type code says.
func (v *ValueSet) ContainsCode(code string) Membership {
	answer := Out
	if v.Open {
		answer = Unknown
	}
	for _, codes := range v.Systems {
		switch codes.contains(code) {
		case In:
			if codes.Extent == Listed || codes.lists(code) {
				return In
			}
			answer = Unknown // any code would be, and so this says nothing
		case Unknown:
			answer = Unknown
		case Out:
		}
	}
	return answer
}

func (c *Codes) lists(code string) bool {
	_, found := slices.BinarySearch(c.Listed, code)
	return found
}

func (c *Codes) contains(code string) Membership {
	if _, excluded := slices.BinarySearch(c.Excluded, code); excluded {
		return Out
	}
	switch {
	case c.lists(code) || c.Extent == Whole:
		return In
	case c.Extent == Part:
		return Unknown
	}
	return Out
}

// Enumerated tells whether all codes of the value set are known.
func (v *ValueSet) Enumerated() bool {
	for _, codes := range v.Systems {
		if codes.Extent != Listed {
			return false
		}
	}
	return !v.Open
}
