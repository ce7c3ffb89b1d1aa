package profile

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// A profileParser reads the table of profiles that internal/definitions/generate
// writes:
//
//	constraint	id	severity	expression	what it demands
//	package	name#version
//	profile	url	version	name	title	kind	type	base
//		element	cardinality	flags	types	facets...
//
// A constraint's id is its key, with ~2 and so on where one key has several
// expressions. An element is its id without the type, "." for the root. Its flag S
// is must support. A type is Reference!{profile,...}(target!,...), with ! for must
// support, and R4's own definitions by their names. A facet is a word and a value.
type profileParser struct {
	constraints map[string]*Constraint
	pack        string
	profiles    []*Profile
}

func parseProfiles(table string) []*Profile {
	p := profileParser{constraints: make(map[string]*Constraint)}
	for line := range strings.Lines(table) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch columns[0] {
		case "constraint":
			p.constraint(columns[1:])
		case "package":
			p.pack = columns[1]
		case "profile":
			p.profile(columns[1:])
		case "":
			last := p.profiles[len(p.profiles)-1]
			last.Elements = append(last.Elements, p.element(last, columns[1:]))
		}
	}
	return p.profiles
}

func (p *profileParser) constraint(columns []string) {
	key, _, _ := strings.Cut(columns[0], "~")
	p.constraints[columns[0]] = &Constraint{Key: key, Severity: columns[1], Expression: columns[2], Human: columns[3]}
}

func (p *profileParser) profile(columns []string) {
	p.profiles = append(p.profiles, &Profile{
		URL: columns[0], Version: columns[1], Name: columns[2], Title: columns[3],
		Kind: Kind(columns[4]), Type: columns[5], Base: columns[6], Package: p.pack,
	})
}

func (p *profileParser) element(in *Profile, columns []string) *Element {
	e := &Element{ID: in.Type}
	if columns[0] != "." {
		e.ID += "." + columns[0]
	}
	e.Path, e.Slice = pathOf(e.ID), sliceOf(e.ID)
	low, high, _ := strings.Cut(columns[1], "..")
	// The generator has made sure that both are bounds.
	e.Min, _ = bound(low)
	e.Max, _ = bound(high)
	for i, column := range columns[2:] {
		switch i {
		case 0:
			e.MustSupport, e.USCDI = column == "S", column == "U"
		case 1:
			e.Types = parseTypes(column)
		default:
			p.facet(e, column)
		}
	}
	return e
}

// facet reads what only some elements have.
func (p *profileParser) facet(e *Element, column string) {
	word, value, _ := strings.Cut(column, " ")
	switch word {
	case "fixed":
		e.Fixed = literal(value)
	case "pattern":
		e.Pattern = literal(value)
	case "content":
		e.Content = value
	case "required", "extensible", "preferred", "example":
		e.Binding.Strength, e.Binding.ValueSet = word, value
	case "max":
		e.Binding.Max = value
	case "slicing":
		rules, ordered, _ := strings.Cut(value, " ")
		e.Slicing = &Slicing{Rules: rules, Ordered: ordered != ""}
	case "by":
		typ, path, _ := strings.Cut(value, " ")
		e.Slicing.Discriminators = append(e.Slicing.Discriminators, Discriminator{typ, path})
	case "constraint":
		e.Constraints = append(e.Constraints, p.constraints[value])
	}
}

// literal reads JSON that the generator has written.
func literal(text string) *fhirjson.Node {
	n, _ := fhirjson.Parse([]byte(text))
	return n
}

// parseTypes reads "Reference!{p}(a,b!) string".
func parseTypes(column string) []Type {
	var types []Type
	for word := range strings.FieldsSeq(column) {
		var t Type
		word, targets, _ := strings.Cut(strings.TrimSuffix(word, ")"), "(")
		word, profiles, _ := strings.Cut(strings.TrimSuffix(word, "}"), "{")
		t.Code, t.MustSupport = strings.CutSuffix(word, "!")
		for name := range strings.SplitSeq(profiles, ",") {
			if name != "" {
				t.Profiles = append(t.Profiles, canonical(name))
			}
		}
		for name := range strings.SplitSeq(targets, ",") {
			if name != "" {
				name, mustSupport := strings.CutSuffix(name, "!")
				t.Targets = append(t.Targets, Target{canonical(name), mustSupport})
			}
		}
		types = append(types, t)
	}
	return types
}

// canonical is what a table means by a name: a definition of R4's own, or a URL.
func canonical(name string) string {
	if strings.ContainsAny(name, ":/") {
		return name
	}
	return typeURL + name
}

// parseValueSets reads the table of value sets:
//
//	url	packages	open
//		system	extent
//			code
func parseValueSets(table string) map[string][]boundSet {
	all := make(map[string][]boundSet)
	var set *ValueSet
	var codes *Codes
	for line := range strings.Lines(table) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case columns[0] != "":
			set = &ValueSet{URL: columns[0], Systems: make(map[string]*Codes), Open: len(columns) > 2}
			all[set.URL] = append(all[set.URL], boundSet{strings.Fields(columns[1]), set})
		case columns[1] != "":
			codes = &Codes{}
			if len(columns) > 2 {
				codes.Extent = Extent(columns[2])
			}
			set.Systems[columns[1]] = codes
		default:
			codes.Listed = append(codes.Listed, columns[2])
		}
	}
	return all
}
