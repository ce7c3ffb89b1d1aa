package main

import (
	"fmt"
	"maps"
	"slices"
)

// valueSet and codeSystem are the parts of R4's ValueSet and CodeSystem that
// the expansions need.
type valueSet struct {
	URL     string `json:"url"`
	Compose struct {
		Include []valueSetInclude `json:"include"`
		Exclude []valueSetInclude `json:"exclude"`
	} `json:"compose"`
}

type valueSetInclude struct {
	System   string    `json:"system"`
	Concept  []concept `json:"concept"`
	Filter   []any     `json:"filter"`
	ValueSet []string  `json:"valueSet"`
}

type codeSystem struct {
	URL     string    `json:"url"`
	Content string    `json:"content"`
	Concept []concept `json:"concept"`
}

type concept struct {
	Code    string    `json:"code"`
	Concept []concept `json:"concept"`
}

// requiredValueSets returns the value sets that an element is bound to with
// strength required, sorted.
func requiredValueSets(structures []*structure) []string {
	urls := make(map[string]bool)
	for _, s := range structures {
		for _, e := range s.elements {
			if e.strength == "required" {
				urls[e.valueSet] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(urls))
}

// valueSetTable writes a row for each value set, and under it one that begins
// with a tab for each code. A value set that R4's definitions do not enumerate
// is open and has no codes.
func valueSetTable(urls []string, r4 *r4Definitions) (*table, error) {
	t := newTable("valuesets.tsv", r4Source, "value set: url, closed or open; code: (tab) system, code")
	for _, url := range urls {
		codes, enumerable, err := expand(url, r4)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", url, err)
		}
		if !enumerable {
			t.row(url, "open")
			continue
		}
		t.row(url, "closed")
		for _, system := range slices.Sorted(maps.Keys(codes)) {
			for _, code := range slices.Compact(slices.Sorted(slices.Values(codes[system]))) {
				t.row("", system, code)
			}
		}
	}
	return t, nil
}

// expand returns the codes of a value set by system. It knows the two ways in
// which R4 composes its required value sets, listed codes and whole code
// systems, and fails at any other.
func expand(url string, r4 *r4Definitions) (codes map[string][]string, enumerable bool, err error) {
	definition, ok := r4.valueSets[url]
	if !ok {
		return nil, false, nil
	}
	if len(definition.Compose.Include) == 0 || len(definition.Compose.Exclude) > 0 {
		return nil, false, fmt.Errorf("a composition other than of inclusions")
	}
	codes = make(map[string][]string)
	for _, include := range definition.Compose.Include {
		if len(include.Filter) > 0 || len(include.ValueSet) > 0 {
			return nil, false, fmt.Errorf("inclusion by filter or value set")
		}
		concepts := include.Concept
		if len(concepts) == 0 {
			system := r4.codeSystems[include.System]
			if system.Content != "complete" {
				return nil, false, nil
			}
			concepts = system.Concept
		}
		codes[include.System] = appendCodes(codes[include.System], concepts)
	}
	return codes, true, nil
}

// appendCodes adds the codes of the concepts and of those below them, abstract
// ones among them: R4 does not say that an instance may not have those.
func appendCodes(codes []string, concepts []concept) []string {
	for _, c := range concepts {
		codes = append(codes, c.Code)
		codes = appendCodes(codes, c.Concept)
	}
	return codes
}
