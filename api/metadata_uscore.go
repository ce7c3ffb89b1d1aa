package api

import (
	"slices"
	"strings"
	"sync"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/definitions"
)

// The canonical URLs by which US Core names what is claimed here.
const (
	usCoreServer   = "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"
	usCoreGuide    = "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core"
	usCoreProfiles = "http://hl7.org/fhir/us/core/StructureDefinition/"
	smartGuide     = "http://hl7.org/fhir/smart-app-launch/ImplementationGuide/hl7.fhir.uv.smart-app-launch|2.2.0"
)

// versioned is a canonical URL as it is, which is how testing tools look for it, and
// with each of the versions, which says more (references.html#canonical).
func versioned(url string, versions []string) []string {
	if len(versions) == 0 {
		return nil
	}
	all := []string{url}
	for _, version := range versions {
		all = append(all, url+"|"+version)
	}
	return all
}

// claimGuides says which implementation guides the server follows. It instantiates
// US Core's statement where what it tells of itself has all that this demands, and
// unauthorized requests are rejected, which that demands too.
func claimGuides(statement *fhir.CapabilityStatement, rest *fhir.CapabilityStatementRest, config Config) {
	versions := usCoreServed(rest)
	for _, version := range versions {
		statement.ImplementationGuide = append(statement.ImplementationGuide, usCoreGuide+"|"+version)
	}
	if !config.AuthOff {
		statement.Instantiates = versioned(usCoreServer, versions)
	}
	if config.OAuth != nil {
		statement.ImplementationGuide = append(statement.ImplementationGuide, smartGuide)
	}
	for _, guide := range config.Guides {
		if !slices.Contains(statement.ImplementationGuide, guide) {
			statement.ImplementationGuide = append(statement.ImplementationGuide, guide)
		}
	}
}

// usCoreServed are the versions of US Core of which a description has everything
// that a server SHALL have.
func usCoreServed(rest *fhir.CapabilityStatementRest) []string {
	lacks := map[string]bool{}
	for _, e := range definitions.USCoreServer() {
		if e.Strength == "SHALL" && !meets(rest, e) {
			for _, version := range e.Versions {
				lacks[version] = true
			}
		}
	}
	return slices.DeleteFunc(definitions.USCoreVersions(), func(version string) bool { return lacks[version] })
}

// meets tells whether a description has what US Core expects. The profile of a
// Questionnaire is another guide's (SDC), which only those follow who support
// Questionnaire by it; US Core leaves that to the server.
func meets(rest *fhir.CapabilityStatementRest, e definitions.Expectation) bool {
	i := slices.IndexFunc(rest.Resource, func(r fhir.CapabilityStatementRestResource) bool { return r.Type.Code() == e.Resource })
	if i < 0 {
		return false
	}
	r := rest.Resource[i]
	switch e.Kind {
	case definitions.ExpectResource:
		return true
	case definitions.ExpectProfile:
		return slices.Contains(r.SupportedProfile, e.Name) || !strings.HasPrefix(e.Name, usCoreProfiles)
	case definitions.ExpectInteraction:
		return slices.ContainsFunc(r.Interaction, func(i fhir.CapabilityStatementRestResourceInteraction) bool { return i.Code.Code() == e.Name })
	case definitions.ExpectParam, definitions.ExpectCombination:
		return hasParams(r, strings.Split(e.Name, "+"))
	case definitions.ExpectInclude:
		return slices.Contains(r.SearchInclude, withoutTarget(e.Name))
	case definitions.ExpectRevInclude:
		return slices.Contains(r.SearchRevInclude, withoutTarget(e.Name))
	case definitions.ExpectOperation:
		return slices.ContainsFunc(r.Operation, func(o fhir.CapabilityStatementRestResourceOperation) bool { return o.Definition == e.Definition })
	}
	return false
}

func hasParams(r fhir.CapabilityStatementRestResource, names []string) bool {
	for _, name := range names {
		if !slices.ContainsFunc(r.SearchParam, func(p fhir.CapabilityStatementRestResourceSearchParam) bool { return p.Name == name }) {
			return false
		}
	}
	return true
}

// withoutTarget is `CareTeam:participant` of `CareTeam:participant:Patient`: each
// include can be asked for with any target.
func withoutTarget(include string) string {
	parts := strings.SplitN(include, ":", 3)
	return strings.Join(parts[:min(2, len(parts))], ":")
}

// supportedProfiles are US Core's for a type: in any of its versions, and in those
// that have it. The server keeps and finds their data like any other, and checks them
// against it where it is asked to. There is no profile that it holds all data to, which
// would stand in `profile`.
func supportedProfiles(typ string) []string {
	var all []string
	for _, e := range definitions.USCoreServer() {
		if e.Resource == typ && e.Kind == definitions.ExpectProfile && strings.HasPrefix(e.Name, usCoreProfiles) {
			all = append(all, versioned(e.Name, e.Versions)...)
		}
	}
	return all
}

// usCoreDefinition is the URL by which US Core defines a parameter of a type, "" where
// it does not. It says the same as R4's, from which US Core's is derived, and what is
// expected of a server beyond; generate refuses one of another meaning.
func usCoreDefinition(typ, code string) string {
	return usCoreDefinitions()[[2]string{typ, code}]
}

// usCoreDefinitions are these URLs by type and code. They are looked up for each
// parameter of each type.
var usCoreDefinitions = sync.OnceValue(func() map[[2]string]string {
	all := map[[2]string]string{}
	for _, e := range definitions.USCoreServer() {
		name := [2]string{e.Resource, e.Name}
		if _, known := all[name]; !known && e.Kind == definitions.ExpectParam {
			all[name] = e.Definition
		}
	}
	return all
})
