package definitions

import (
	_ "embed"
	"sync"
)

//go:embed compartments.tsv
var compartmentTable string

// A Compartment is one CompartmentDefinition of R4
// (https://hl7.org/fhir/R4/compartmentdefinition.html).
type Compartment struct {
	// Code is the type of the resource that the compartment is of: Device,
	// Encounter, Patient, Practitioner or RelatedPerson.
	Code string
	// URL is the canonical URL of the definition.
	URL string
	// Members are the types whose resources can be in the compartment, sorted by type.
	Members []Member
}

// A Member says how resources of one type come to be in a compartment.
type Member struct {
	// Type is the resource type.
	Type string
	// Params are codes of the type's search parameters: a resource is in the
	// compartment if any of them refers to the compartment's resource. "{def}",
	// as published, means the compartment's resource itself (an Encounter is in
	// its own compartment); it is not the code of a search parameter.
	Params []string
}

var compartments = sync.OnceValue(func() []Compartment {
	return parseCompartments(compartmentTable)
})

// Compartments returns R4's five compartments, sorted by code. A type without
// parameters is never in the compartment and is not a member.
func Compartments() []Compartment {
	return compartments()
}

func parseCompartments(table string) []Compartment {
	var all []Compartment
	for row := range rows(table) {
		code, row := column(row)
		url, row := column(row)
		resourceType, params := column(row)
		if len(all) == 0 || all[len(all)-1].Code != code {
			all = append(all, Compartment{Code: code, URL: url})
		}
		last := &all[len(all)-1]
		last.Members = append(last.Members, Member{Type: resourceType, Params: list(params, " ")})
	}
	return all
}
