package main

import (
	"slices"
	"strings"
	"testing"
)

func TestBranches(t *testing.T) {
	tests := []struct {
		expression, base string
		want             []string
	}{
		{"Condition.code | Observation.code", "Observation", []string{"code"}},
		{"Specimen.id", "Specimen", []string{"id"}},
		{"Resource.id", "Specimen", []string{"id"}},
		{"(Goal.target.due as date)", "Goal", []string{"target.due.ofType(date)"}},
		{"Condition.onset.as(Period)|Condition.onset.as(dateTime)", "Condition", []string{"onset.ofType(Period)", "onset.ofType(dateTime)"}},
		{"(Goal.target.due.ofType(date))", "Goal", []string{"target.due.ofType(date)"}},
		{"Goal.subject.where(resolve() is Patient)", "Goal", []string{"subject.where(resolve() is Patient)"}},
	}
	for _, test := range tests {
		if got := branches(test.expression, test.base); !slices.Equal(got, test.want) {
			t.Errorf("branches(%q, %s) = %q, want %q", test.expression, test.base, got, test.want)
		}
	}
}

func TestMergeRefusesAnotherMeaning(t *testing.T) {
	r4 := []searchParameter{{URL: "r4", Code: "date", Type: "date", Base: []string{"Encounter"}, Expression: "Encounter.period"}}
	usCore := []searchParameter{{URL: "us", Code: "date", Type: "date", Base: []string{"Encounter"}, Expression: "Encounter.length"}}
	if _, err := mergeSearchParameters(r4, usCore); err == nil {
		t.Error("a code with two meanings was accepted")
	}
}

// dataElement wraps an element as dataelements.json does.
func dataElement(path, typeCode string) structureDefinition {
	var s structureDefinition
	s.Snapshot.Element = []elementDefinition{{Path: path, Type: []elementType{{Code: typeCode}}}}
	return s
}

func TestRestorePutsBackElementsInOrder(t *testing.T) {
	published := newDataElements([]structureDefinition{
		dataElement("A.b.first", "code"), dataElement("A.b.removed", "code"), dataElement("A.b.last", "code"),
		dataElement("A.changed", "code"),
	})
	edited := []elementDefinition{
		{Path: "A"}, {Path: "A.b"}, {Path: "A.b.first"}, {Path: "A.b.last"},
		{Path: "A.changed", Type: []elementType{{Code: "string"}}},
	}
	restored := published.restore(edited)
	var paths []string
	for _, e := range restored {
		paths = append(paths, e.Path)
	}
	if got, want := strings.Join(paths, " "), "A A.b A.b.first A.b.removed A.b.last A.changed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := restored[len(restored)-1].Type[0].Code; got != "code" {
		t.Errorf("A.changed has type %s, want code", got)
	}
}

func TestCorrectionsMustApply(t *testing.T) {
	pending := newPending([]string{"a", "b"})
	pending.done("a")
	if err := pending.err(); err == nil || !strings.Contains(err.Error(), "at b") {
		t.Errorf("got %v, want an error about b", err)
	}
}

func TestExpandRefusesFilters(t *testing.T) {
	var filtered valueSet
	filtered.Compose.Include = []valueSetInclude{{System: "s", Filter: []any{"f"}}}
	r4 := &r4Definitions{valueSets: map[string]valueSet{"v": filtered}}
	if _, _, err := expand("v", r4); err == nil {
		t.Error("a filter was ignored")
	}
}
