package scope

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// Category is some kinds of a resource type: what a scope's parameter `category`
// may narrow it to.
type Category struct {
	Value string // of the parameter: system|code
	Text  string // a plural, in plain words: "vital signs"
}

// The systems of the categories.
const (
	observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category|"
	conditionCategory   = "http://terminology.hl7.org/CodeSystem/condition-category|"
	usCoreCategory      = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|"
	usCoreCondition     = "http://hl7.org/fhir/us/core/CodeSystem/condition-category|"
	usCoreDocument      = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category|"
)

// categories are those of R4's preferred value sets and of US Core 7.0, HTI-1's
// among them. A resource may have several, or others, or none.
var categories = map[string][]Category{
	"Observation": {
		{observationCategory + "vital-signs", "vital signs"},
		{observationCategory + "laboratory", "lab results"},
		{observationCategory + "social-history", "social history"},
		{observationCategory + "survey", "answers to surveys"},
		{usCoreCategory + "sdoh", "social needs and living conditions"},
		{observationCategory + "imaging", "findings of imaging"},
		{observationCategory + "procedure", "results of clinical tests"},
		{observationCategory + "exam", "findings of examinations"},
		{observationCategory + "therapy", "observations of therapies"},
		{observationCategory + "activity", "physical activity"},
		{usCoreCategory + "functional-status", "functional status"},
		{usCoreCategory + "disability-status", "disability status"},
		{usCoreCategory + "cognitive-status", "cognitive status"},
		{usCoreCategory + "treatment-intervention-preference", "wishes for treatment"},
		{usCoreCategory + "care-experience-preference", "wishes for care"},
	},
	"Condition": {
		{conditionCategory + "problem-list-item", "entries of the problem list"},
		{conditionCategory + "encounter-diagnosis", "diagnoses made at visits"},
		{usCoreCondition + "health-concern", "health concerns"},
		{usCoreCategory + "sdoh", "social needs and living conditions"},
	},
	"DocumentReference": {
		{usCoreDocument + "clinical-note", "clinical notes"},
	},
}

// Categories are what scopes for all of a type may be narrowed to when they are
// granted; none for most types.
func Categories(typ string) []Category { return slices.Clone(categories[typ]) }

// Narrowable tells whether a scope is for all of a type that has Categories. One on an
// operation never is.
func (s Scope) Narrowable() bool {
	return s.GrantsData() && s.Operation == "" && len(s.Params) == 0 && len(categories[s.Type]) > 0
}

// Narrowed is the scope for some Categories alone, by their values: one scope for
// each, in their order, spelled like the scope. A value that is none of the
// Categories gives nothing, and none at all leaves nothing. A scope that is not
// Narrowable is not to be asked and stays what it is.
func (s Scope) Narrowed(values []string) []Scope {
	if !s.Narrowable() {
		return []Scope{s}
	}
	var narrowed []Scope
	for _, c := range categories[s.Type] {
		if slices.Contains(values, c.Value) {
			n := s
			n.Params = []search.Pair{{Name: "category", Value: c.Value}}
			n.text = s.text + "?category=" + encode(c.Value, false)
			narrowed = append(narrowed, n)
		}
	}
	return narrowed
}

// categories are the categories that the scope is for, in words, and its other
// parameters. It is not ok if there is none, or one that has no words.
func (s Scope) categories() (words []string, rest []search.Pair, ok bool) {
	for _, p := range s.Params {
		if p.Name != "category" || ok {
			rest = append(rest, p)
			continue
		}
		if words, ok = categoryWords(s.Type, p.Value); !ok {
			return nil, nil, false
		}
	}
	return words, rest, ok
}

// categoryWords are the alternatives of a parameter `category`. A code without a
// system means that of any system.
func categoryWords(typ, value string) (words []string, ok bool) {
	for _, v := range split(value) {
		at := slices.IndexFunc(categories[typ], func(c Category) bool {
			_, code, _ := strings.Cut(c.Value, "|")
			return v == c.Value || v == code
		})
		if at < 0 {
			return nil, false
		}
		words = append(words, categories[typ][at].Text)
	}
	return words, true
}
