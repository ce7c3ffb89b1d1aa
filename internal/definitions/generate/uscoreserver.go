package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// What R4 marks conformance with, and search parameters that go together.
const (
	expectationURL = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
	combinationURL = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
)

// An extension is as much of one as says what is expected.
type extension struct {
	URL         string      `json:"url"`
	ValueCode   string      `json:"valueCode"`
	ValueString string      `json:"valueString"`
	Extension   []extension `json:"extension"`
}

// expectation is SHALL, SHOULD or MAY; "" where nothing is said.
func expectation(all []extension) string {
	for _, e := range all {
		if e.URL == expectationURL {
			return e.ValueCode
		}
	}
	return ""
}

// aside is the underscored sibling of a primitive.
type aside struct {
	Extension []extension `json:"extension"`
}

// serverStatement is the part of US Core's CapabilityStatement for servers that
// the table needs.
type serverStatement struct {
	Rest []struct {
		Resource []serverResource `json:"resource"`
	} `json:"rest"`
}

type serverResource struct {
	Extension         []extension    `json:"extension"`
	Type              string         `json:"type"`
	SupportedProfile  []string       `json:"supportedProfile"`
	SupportedProfiles []aside        `json:"_supportedProfile"`
	Interaction       []serverMember `json:"interaction"`
	SearchInclude     []string       `json:"searchInclude"`
	SearchIncludes    []aside        `json:"_searchInclude"`
	SearchRevInclude  []string       `json:"searchRevInclude"`
	SearchRevIncludes []aside        `json:"_searchRevInclude"`
	SearchParam       []serverMember `json:"searchParam"`
	Operation         []serverMember `json:"operation"`
}

// serverMember is an interaction, a search parameter or an operation.
type serverMember struct {
	Extension  []extension `json:"extension"`
	Code       string      `json:"code"`
	Name       string      `json:"name"`
	Definition string      `json:"definition"`
	Type       string      `json:"type"`
}

// serverRow is a row of the table, and the versions of US Core that have it.
type serverRow struct {
	versions []string
	columns  []string // all but the versions
}

// serverRows are the rows of all versions, those that several have once, in the
// order of resource, kind and name.
func serverRows(packages []usCorePackage) ([]serverRow, error) {
	var rows []serverRow
	for _, p := range packages {
		ofOne, err := p.serverRows()
		if err != nil {
			return nil, fmt.Errorf("US Core %s: %w", p.version, err)
		}
		for _, columns := range ofOne {
			i := slices.IndexFunc(rows, func(r serverRow) bool { return slices.Equal(r.columns, columns) })
			if i < 0 {
				i, rows = len(rows), append(rows, serverRow{columns: columns})
			}
			rows[i].versions = append(rows[i].versions, p.version)
		}
	}
	slices.SortStableFunc(rows, func(a, b serverRow) int {
		return cmp.Or(slices.Compare(a.columns[:3], b.columns[:3]), slices.Compare(a.versions, b.versions))
	})
	return rows, nil
}

// serverRows are the rows of one version.
func (p usCorePackage) serverRows() ([][]string, error) {
	var statement serverStatement
	if err := json.Unmarshal(p.server, &statement); err != nil {
		return nil, err
	}
	if len(statement.Rest) != 1 {
		return nil, fmt.Errorf("%s has %d parts about REST, want one", serverFile, len(statement.Rest))
	}
	byURL := index(p.parameters, func(s searchParameter) string { return s.URL })
	var rows [][]string
	for _, resource := range statement.Rest[0].Resource {
		more, err := resource.rows(byURL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", resource.Type, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// rows are those of one resource type.
func (r serverResource) rows(byURL map[string]searchParameter) ([][]string, error) {
	var rows [][]string
	add := func(kind, name, expected string, more ...string) {
		rows = append(rows, append([]string{r.Type, kind, name, expected}, more...))
	}
	add("resource", "", expectation(r.Extension))
	listed := func(kind string, names []string, expected []aside) {
		for i, name := range names {
			name, _, _ = strings.Cut(name, "|")
			add(kind, name, expectation(expected[i].Extension))
		}
	}
	if len(r.SupportedProfile) != len(r.SupportedProfiles) || len(r.SearchInclude) != len(r.SearchIncludes) ||
		len(r.SearchRevInclude) != len(r.SearchRevIncludes) {
		return nil, fmt.Errorf("something has no expectation")
	}
	listed("profile", r.SupportedProfile, r.SupportedProfiles)
	listed("include", r.SearchInclude, r.SearchIncludes)
	listed("revinclude", r.SearchRevInclude, r.SearchRevIncludes)
	for _, i := range r.Interaction {
		add("interaction", i.Code, expectation(i.Extension))
	}
	for _, o := range r.Operation {
		add("operation", "$"+o.Name, expectation(o.Extension), o.Definition)
	}
	for _, e := range r.Extension {
		if e.URL == combinationURL {
			add("combination", e.combined(), expectation(e.Extension))
		}
	}
	for _, p := range r.SearchParam {
		defined, ok := byURL[p.Definition]
		if !ok || defined.Code != p.Name || defined.Type != p.Type {
			return nil, fmt.Errorf("the definition of %s, %s, is another parameter's or not in the package", p.Name, p.Definition)
		}
		add("param", p.Name, expectation(p.Extension), p.Definition, p.Type, expectation(defined.MultipleOrs.Extension), expectation(defined.MultipleAnds.Extension),
			expected(defined.Comparator, defined.Comparators), expected(defined.Modifier, defined.Modifiers), expected(defined.Chain, defined.Chains))
	}
	return rows, nil
}

// combined are the parameters of a combination, joined by a plus sign.
func (e extension) combined() string {
	var names []string
	for _, part := range e.Extension {
		if part.URL == "required" {
			names = append(names, part.ValueString)
		}
	}
	return strings.Join(names, "+")
}

// expected are codes with what is expected of each: "gt:SHALL eq:MAY".
func expected(codes []string, expected []aside) string {
	var all []string
	for i, code := range codes {
		if i < len(expected) {
			code += ":" + expectation(expected[i].Extension)
		}
		all = append(all, code)
	}
	return strings.Join(all, " ")
}

// serverTable is what US Core expects of a server.
func serverTable(rows []serverRow) *table {
	t := newTable("us_core_server.tsv", usCoreSource,
		"versions, resource, kind, name, expectation, definition, type, expectations of several values, of repetition, of comparators, of modifiers, of chains")
	for _, r := range rows {
		t.row(append([]string{strings.Join(r.versions, " ")}, r.columns...)...)
	}
	return t
}
