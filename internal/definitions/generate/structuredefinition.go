package main

import "strings"

// structureDefinition and what follows are the parts of R4's
// StructureDefinition that the tables need.
type structureDefinition struct {
	Name           string `json:"name"`
	Kind           string `json:"kind"`
	Abstract       bool   `json:"abstract"`
	BaseDefinition string `json:"baseDefinition"`
	Derivation     string `json:"derivation"`
	Snapshot       struct {
		Element []elementDefinition `json:"element"`
	} `json:"snapshot"`
}

type elementDefinition struct {
	Path string `json:"path"`
	Min  int    `json:"min"`
	Max  string `json:"max"`
	Base struct {
		Max string `json:"max"`
	} `json:"base"`
	Type             []elementType `json:"type"`
	ContentReference string        `json:"contentReference"`
	IsSummary        bool          `json:"isSummary"`
	IsModifier       bool          `json:"isModifier"`
	Binding          struct {
		Strength string `json:"strength"`
		ValueSet string `json:"valueSet"`
	} `json:"binding"`
}

type elementType struct {
	Code          string   `json:"code"`
	TargetProfile []string `json:"targetProfile"`
	Extension     []struct {
		URL      string `json:"url"`
		ValueURL string `json:"valueUrl"`
	} `json:"extension"`
}

// isType reports whether the definition is of a resource or a data type, rather
// than a profile (SimpleQuantity) or a logical model (MetadataResource).
func (s structureDefinition) isType() bool {
	return s.Kind != "logical" && s.Derivation != "constraint"
}

// parent is the path of the element that this one is in; a root has none.
func (e elementDefinition) parent() string {
	dot := strings.LastIndexByte(e.Path, '.')
	if dot < 0 {
		return ""
	}
	return e.Path[:dot]
}

// name is the last part of the path.
func (e elementDefinition) name() string {
	return e.Path[strings.LastIndexByte(e.Path, '.')+1:]
}
