package main

import (
	"cmp"
	"slices"
	"strings"
)

// compartmentDefinition is the part of R4's CompartmentDefinition that the
// table needs.
type compartmentDefinition struct {
	URL      string                `json:"url"`
	Code     string                `json:"code"`
	Resource []compartmentResource `json:"resource"`
}

type compartmentResource struct {
	Code  string   `json:"code"`
	Param []string `json:"param"`
}

// compartmentTable writes a row for each type that has parameters. R4 also
// lists the types that have none: they are never in the compartment.
func compartmentTable(definitions []compartmentDefinition) *table {
	slices.SortFunc(definitions, func(a, b compartmentDefinition) int { return cmp.Compare(a.Code, b.Code) })
	t := newTable("compartments.tsv", r4Source, "compartment, url, type, parameters")
	for _, definition := range definitions {
		resources := definition.Resource
		slices.SortFunc(resources, func(a, b compartmentResource) int { return cmp.Compare(a.Code, b.Code) })
		for _, r := range resources {
			if len(r.Param) > 0 {
				t.row(definition.Code, definition.URL, r.Code, strings.Join(r.Param, " "))
			}
		}
	}
	return t
}
