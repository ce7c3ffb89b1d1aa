package definitions

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed search_parameters.tsv
var searchParameterTable string

// A SearchParameter is one SearchParameter resource
// (https://hl7.org/fhir/R4/searchparameter.html) of R4 or of US Core.
type SearchParameter struct {
	// URL is the canonical URL, unique in the table.
	URL string
	// Code is the name used in a search, unique for each type it applies to.
	Code string
	// Type is number, date, string, token, reference, composite, quantity, uri
	// or special (https://hl7.org/fhir/R4/valueset-search-param-type.html).
	Type string
	// Base lists the resource types the parameter applies to. "Resource" and
	// "DomainResource" stand as published: the parameter applies to all types,
	// or to all that have DomainResource as Base.
	Base []string
	// Expression is the FHIRPath that selects the values: the whole union, of
	// which a branch, perhaps in parentheses, belongs to the type it begins
	// with. It is empty for _text, _content and _query. Types are selected by
	// ofType(), where HL7's text has the equivalent as(); two misspellings of
	// HL7's are corrected (generate/corrections.go).
	Expression string
	// Target lists the types that a reference parameter may refer to; none
	// means any. Parameters of other kinds have none.
	Target []string
	// Components are the parts of a composite parameter, in order.
	Components []Component
	// Source is "R4" or "USCore".
	Source string
}

// A Component is one part of a composite search parameter
// (https://hl7.org/fhir/R4/search.html#composite).
type Component struct {
	// Definition is the URL of the SearchParameter that says how the part's
	// values are compared.
	Definition string
	// Expression is FHIRPath relative to each element that the composite's own
	// expression selects.
	Expression string
}

var searchParameters = sync.OnceValue(func() []SearchParameter {
	return parseSearchParameters(searchParameterTable)
})

// SearchParameters returns every search parameter, sorted by URL. A parameter of
// US Core that only restates one of R4 for a type (same code, same meaning) is
// left out: R4's serves both.
func SearchParameters() []SearchParameter {
	return searchParameters()
}

func parseSearchParameters(table string) []SearchParameter {
	parameters := make([]SearchParameter, 0, strings.Count(table, "\n"))
	for row := range rows(table) {
		var p SearchParameter
		var base, target, components string
		p.URL, row = column(row)
		p.Source, row = column(row)
		p.Code, row = column(row)
		p.Type, row = column(row)
		base, row = column(row)
		target, row = column(row)
		p.Expression, components = column(row)
		p.Base = list(base, " ")
		p.Target = list(target, " ")
		p.Components = parseComponents(components)
		parameters = append(parameters, p)
	}
	return parameters
}

// parseComponents reads the last columns of a row: definition and expression of
// each component in turn.
func parseComponents(columns string) []Component {
	var components []Component
	for columns != "" {
		var c Component
		c.Definition, columns = column(columns)
		c.Expression, columns = column(columns)
		components = append(components, c)
	}
	return components
}
