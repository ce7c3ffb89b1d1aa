package definitions

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed us_core_server.tsv
var usCoreServerTable string

// USCoreVersions are the versions of US Core that the tables know, in order.
func USCoreVersions() []string { return []string{"6.1.0", "7.0.0"} }

// Kinds of an [Expectation].
const (
	ExpectResource    = "resource"    // the type itself; no name
	ExpectProfile     = "profile"     // the canonical URL of a profile, without version
	ExpectInteraction = "interaction" // "read", "search-type"
	ExpectParam       = "param"       // a search parameter: "category"
	ExpectCombination = "combination" // parameters at once: "patient+category+date"
	ExpectInclude     = "include"     // "CareTeam:participant:Patient"
	ExpectRevInclude  = "revinclude"  // "Provenance:target"
	ExpectOperation   = "operation"   // "$docref"
)

// An Expectation is one thing that US Core's CapabilityStatement for servers says
// of a resource type
// (http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server).
type Expectation struct {
	// Versions are those of US Core that say it in these words.
	Versions []string
	// Resource is the type.
	Resource string
	// Kind is one of the constants above, Name what it is about.
	Kind, Name string
	// Strength is SHALL, SHOULD or MAY.
	Strength string
	// Definition is the canonical URL of US Core's SearchParameter, or of an
	// operation; "" for other kinds.
	Definition string
	// Type is that of a search parameter, as in [SearchParameter.Type].
	Type string
	// MultipleOr and MultipleAnd are the strengths of a parameter with several
	// values, and of one that is repeated; "" where US Core says nothing.
	MultipleOr, MultipleAnd string
	// Comparators, Modifiers and Chains are what a parameter is used with.
	Comparators, Modifiers, Chains []ExpectedCode
}

// An ExpectedCode is a comparator, a modifier or the parameter that a chain leads
// to, and how strongly it is expected.
type ExpectedCode struct{ Code, Strength string }

// In tells whether a version of US Core expects it.
func (e Expectation) In(version string) bool { return slices.Contains(e.Versions, version) }

var usCoreServer = sync.OnceValue(func() []Expectation { return parseExpectations(usCoreServerTable) })

// USCoreServer returns what US Core expects of a server, in the order of resource,
// kind and name.
func USCoreServer() []Expectation { return usCoreServer() }

func parseExpectations(table string) []Expectation {
	all := make([]Expectation, 0, strings.Count(table, "\n"))
	for row := range rows(table) {
		var e Expectation
		var versions, comparators, modifiers, chains string
		for _, into := range []*string{
			&versions, &e.Resource, &e.Kind, &e.Name, &e.Strength, &e.Definition, &e.Type,
			&e.MultipleOr, &e.MultipleAnd, &comparators, &modifiers, &chains,
		} {
			*into, row = column(row)
		}
		e.Versions = list(versions, " ")
		e.Comparators, e.Modifiers, e.Chains = expectedCodes(comparators), expectedCodes(modifiers), expectedCodes(chains)
		all = append(all, e)
	}
	return all
}

func expectedCodes(value string) []ExpectedCode {
	var codes []ExpectedCode
	for _, word := range list(value, " ") {
		code, strength, _ := strings.Cut(word, ":")
		codes = append(codes, ExpectedCode{code, strength})
	}
	return codes
}
