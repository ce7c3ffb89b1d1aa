package main

import (
	"fmt"
	"slices"
	"strings"
)

// elementTable writes a row for each structure, and under it one that begins
// with a tab for each element.
func elementTable(structures []*structure) *table {
	t := newTable("elements.tsv", r4Source,
		"structure: name, kind, base; element: (tab) name, cardinality, flags (Array, Summary, Modifier), types, binding strength, value set")
	for _, s := range structures {
		t.row(s.name, s.kind, s.base)
		for _, e := range s.elements {
			cardinality := fmt.Sprintf("%d..%s", e.min, e.max)
			t.row("", e.name, cardinality, e.flags(), strings.Join(e.types, " "), e.strength, e.valueSet)
		}
	}
	return t
}

func (e element) flags() string {
	var flags string
	if e.array {
		flags += "A"
	}
	if e.summary {
		flags += "S"
	}
	if e.modifier {
		flags += "M"
	}
	return flags
}

// resourceTypeTable writes a row for each concrete resource type.
func resourceTypeTable(definitions []structureDefinition) *table {
	var names []string
	for _, definition := range definitions {
		if definition.Kind == "resource" && !definition.Abstract {
			names = append(names, definition.Name)
		}
	}
	slices.Sort(names)
	t := newTable("resource_types.tsv", r4Source, "resource type")
	for _, name := range names {
		t.row(name)
	}
	return t
}
