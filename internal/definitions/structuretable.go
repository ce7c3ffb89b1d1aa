package definitions

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

//go:embed elements.tsv
var elementTable string

var structures = sync.OnceValue(func() map[string]*Structure {
	return parseStructures(elementTable)
})

// A structureParser cuts the slices of elements and of types from two slabs, so
// that thousands of small slices cost two allocations.
type structureParser struct {
	elements []Element
	types    []TypeRef
}

// parseStructures reads the table of elements: a row that begins with a name is
// a structure, a row that begins with a tab is an element of the last one.
func parseStructures(table string) map[string]*Structure {
	elementCount := strings.Count(table, "\n\t")
	structureCount := strings.Count(table, "\n") - elementCount
	parser := structureParser{
		elements: make([]Element, 0, elementCount),
		types:    make([]TypeRef, 0, elementCount+strings.Count(table, " ")),
	}
	slab := make([]Structure, 0, structureCount) // never grows: byName points into it
	byName := make(map[string]*Structure, structureCount)
	var first int
	for row := range rows(table) {
		if element, ok := strings.CutPrefix(row, "\t"); ok {
			parser.parseElement(element)
			slab[len(slab)-1].Elements = parser.elements[first:len(parser.elements):len(parser.elements)]
			continue
		}
		first = len(parser.elements)
		slab = append(slab, parseStructure(row))
		last := &slab[len(slab)-1]
		byName[last.Name] = last
	}
	for i := range slab {
		slab[i].indexProperties()
	}
	return byName
}

func parseStructure(row string) Structure {
	var s Structure
	s.Name, row = column(row)
	s.Kind, s.Base = column(row)
	return s
}

func (p *structureParser) parseElement(row string) {
	var e Element
	var name, cardinality, flags, types string
	name, row = column(row)
	cardinality, row = column(row)
	flags, row = column(row)
	types, row = column(row)
	e.Binding.Strength, e.Binding.ValueSet = column(row)
	e.Name, e.Choice = strings.CutSuffix(name, "[x]")
	e.Min, e.Max = parseCardinality(cardinality)
	e.Array = strings.Contains(flags, "A")
	e.Summary = strings.Contains(flags, "S")
	e.Modifier = strings.Contains(flags, "M")
	e.Types = p.parseTypes(types)
	p.elements = append(p.elements, e)
}

// parseTypes reads "string" or "Reference(Patient,Group) CodeableConcept".
func (p *structureParser) parseTypes(column string) []TypeRef {
	first := len(p.types)
	for typ := range strings.SplitSeq(column, " ") {
		code, targets, _ := strings.Cut(strings.TrimSuffix(typ, ")"), "(")
		p.types = append(p.types, TypeRef{Code: code, Targets: list(targets, ",")})
	}
	return p.types[first:len(p.types):len(p.types)]
}

// parseCardinality reads "0..1" or "1..*". The generator has made sure that both
// bounds are numbers.
func parseCardinality(s string) (low, high int) {
	before, after, _ := strings.Cut(s, "..")
	low, _ = strconv.Atoi(before)
	if after == "*" {
		return low, -1
	}
	high, _ = strconv.Atoi(after)
	return low, high
}
