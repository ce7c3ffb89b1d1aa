package main

import (
	"cmp"
	"slices"
	"strings"
)

// searchParameter is the part of R4's SearchParameter that the table needs, and
// where it comes from.
type searchParameter struct {
	URL        string      `json:"url"`
	Code       string      `json:"code"`
	Type       string      `json:"type"`
	Base       []string    `json:"base"`
	Expression string      `json:"expression"`
	Target     []string    `json:"target"`
	Component  []component `json:"component"`
	source     string

	// US Core's parameters say what is expected of a server.
	MultipleOrs  aside    `json:"_multipleOr"`
	MultipleAnds aside    `json:"_multipleAnd"`
	Comparator   []string `json:"comparator"`
	Comparators  []aside  `json:"_comparator"`
	Modifier     []string `json:"modifier"`
	Modifiers    []aside  `json:"_modifier"`
	Chain        []string `json:"chain"`
	Chains       []aside  `json:"_chain"`
}

type component struct {
	Definition string `json:"definition"`
	Expression string `json:"expression"`
}

// searchParameterTable writes a row for each parameter, sorted by URL.
func searchParameterTable(parameters []searchParameter) *table {
	slices.SortFunc(parameters, func(a, b searchParameter) int { return cmp.Compare(a.URL, b.URL) })
	t := newTable("search_parameters.tsv", r4Source+" and "+usCoreSource,
		"url, source, code, type, base, target, expression, then definition and expression of each component")
	for _, p := range parameters {
		columns := []string{
			p.URL, p.source, p.Code, p.Type,
			strings.Join(p.Base, " "), strings.Join(p.Target, " "), p.Expression,
		}
		for _, c := range p.Component {
			columns = append(columns, c.Definition, c.Expression)
		}
		t.row(columns...)
	}
	return t
}
