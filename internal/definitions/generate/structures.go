package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const structureURL = "http://hl7.org/fhir/StructureDefinition/"

// A structure is what one JSON object may have: a definition's own elements, or
// those of a backbone element.
type structure struct {
	name, kind, base string
	elements         []element
}

type element struct {
	name               string // ends in [x] for a choice
	min                int
	max                string
	array              bool
	summary, modifier  bool
	types              []string // "Reference(Patient,Group)"
	strength, valueSet string
}

// splitStructures makes a structure of every type and of every element that has
// elements of its own, sorted by name.
func splitStructures(definitions []structureDefinition) ([]*structure, error) {
	var all []*structure
	for _, definition := range definitions {
		split, err := splitDefinition(definition)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", definition.Name, err)
		}
		all = append(all, split...)
	}
	slices.SortFunc(all, func(a, b *structure) int { return cmp.Compare(a.name, b.name) })
	return all, checkTypes(all)
}

func splitDefinition(definition structureDefinition) ([]*structure, error) {
	elements := definition.Snapshot.Element
	root := &structure{
		name: definition.Name,
		kind: strings.TrimSuffix(definition.Kind, "-type"),
		base: strings.TrimPrefix(definition.BaseDefinition, structureURL),
	}
	split := []*structure{root}
	byPath := map[string]*structure{root.name: root}
	for _, e := range elements[1:] {
		if isPrimitiveValue(root, e) {
			continue
		}
		parent, err := structureAt(e.parent(), byPath, elements)
		if err != nil {
			return nil, err
		}
		if len(parent.elements) == 0 && parent != root {
			split = append(split, parent)
		}
		own, err := newElement(root, e, elements)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
		parent.elements = append(parent.elements, own)
	}
	return split, nil
}

// isPrimitiveValue reports whether the element is the value of a primitive,
// which has no property in JSON.
func isPrimitiveValue(root *structure, e elementDefinition) bool {
	return root.kind == "primitive" && e.Path == root.name+".value"
}

// structureAt returns the structure of a path, making that of a backbone element
// when its first element is met.
func structureAt(path string, byPath map[string]*structure, elements []elementDefinition) (*structure, error) {
	if s, ok := byPath[path]; ok {
		return s, nil
	}
	i := slices.IndexFunc(elements, func(e elementDefinition) bool { return e.Path == path })
	if i < 0 || len(elements[i].Type) != 1 {
		return nil, fmt.Errorf("%s has elements, but not one type", path)
	}
	s := &structure{name: path, kind: "backbone", base: elements[i].Type[0].Code}
	byPath[path] = s
	return s, nil
}

func newElement(root *structure, e elementDefinition, elements []elementDefinition) (element, error) {
	if e.Max != "*" && e.Max != "1" && e.Max != "0" {
		return element{}, fmt.Errorf("unexpected max %q", e.Max)
	}
	types := elementTypes(root, e, elements)
	if len(types) == 0 {
		return element{}, fmt.Errorf("no type")
	}
	valueSet, _, _ := strings.Cut(e.Binding.ValueSet, "|")
	return element{
		name:     e.name(),
		min:      e.Min,
		max:      e.Max,
		array:    e.Base.Max == "*",
		summary:  e.IsSummary,
		modifier: e.IsModifier,
		types:    types,
		strength: e.Binding.Strength,
		valueSet: valueSet,
	}, nil
}

// elementTypes returns the types as the table writes them. An element that has
// elements of its own, or another's, has the structure of that path.
func elementTypes(root *structure, e elementDefinition, elements []elementDefinition) []string {
	if path, ok := strings.CutPrefix(e.ContentReference, "#"); ok {
		return []string{path}
	}
	inside := func(other elementDefinition) bool { return other.parent() == e.Path }
	if slices.ContainsFunc(elements, inside) {
		return []string{e.Path}
	}
	var types []string
	for _, t := range e.Type {
		types = append(types, typeCode(root, e, t)+typeTargets(t))
	}
	return types
}

// typeCode returns FHIR's name of a type, where the definitions may have a
// FHIRPath system type with FHIR's in an extension. R4 says "string" of a
// resource's id there, whose type is id (https://hl7.org/fhir/R4/resource.html#id).
func typeCode(root *structure, e elementDefinition, t elementType) string {
	if !strings.HasPrefix(t.Code, "http://hl7.org/fhirpath/System.") {
		return t.Code
	}
	if root.kind == "resource" && e.Path == root.name+".id" {
		return "id"
	}
	for _, extension := range t.Extension {
		if extension.URL == structureURL+"structuredefinition-fhir-type" {
			return extension.ValueURL
		}
	}
	return "string" // xhtml.id, which lacks the extension
}

// typeTargets returns the resource types that a reference may be to, in
// parentheses.
func typeTargets(t elementType) string {
	if len(t.TargetProfile) == 0 {
		return ""
	}
	var names []string
	for _, profile := range t.TargetProfile {
		names = append(names, strings.TrimPrefix(profile, structureURL))
	}
	return "(" + strings.Join(names, ",") + ")"
}

// checkTypes fails if an element has a type or a target that is not R4's: the
// sign of an edit that the corrections miss.
func checkTypes(structures []*structure) error {
	known := make(map[string]bool)
	for _, s := range structures {
		known[s.name] = true
	}
	for _, s := range structures {
		for _, e := range s.elements {
			for _, typ := range e.types {
				for name := range strings.FieldsFuncSeq(typ, isTypePunctuation) {
					if !known[name] {
						return fmt.Errorf("%s.%s has unknown type %s", s.name, e.name, name)
					}
				}
			}
		}
	}
	return nil
}

func isTypePunctuation(r rune) bool {
	return r == '(' || r == ',' || r == ')'
}
