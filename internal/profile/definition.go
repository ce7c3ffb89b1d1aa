package profile

import (
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
)

const typeURL = "http://hl7.org/fhir/StructureDefinition/"

// fromDefinition reads a StructureDefinition. It is nil for what is no profile of
// a type that R4 has data of: types themselves, and logical models.
func fromDefinition(r ig.Resource, pack string) (*Profile, error) {
	n := r.Node
	if n.Get("derivation").Text() != "constraint" || n.Get("kind").Text() == "logical" {
		return nil, nil
	}
	p := &Profile{
		URL: r.URL, Version: r.Version, Package: pack,
		Name: n.Get("name").Text(), Title: n.Get("title").Text(),
		Type: n.Get("type").Text(), Base: n.Get("baseDefinition").Text(),
	}
	structure, ok := definitions.LookupStructure(p.Type)
	elements := n.At("snapshot", "element").Items()
	switch {
	case p.URL == "":
		return nil, fmt.Errorf("%s has no url", r.File)
	case !ok:
		return nil, fmt.Errorf("%s restricts %q, which is no type of R4", p.URL, p.Type)
	case len(elements) == 0:
		return nil, fmt.Errorf("%s has no snapshot; have it made by the publisher of its package", p.URL)
	}
	p.Kind = kindOf(structure)
	for _, element := range elements {
		e, err := readElement(element)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.URL, err)
		}
		p.Elements = append(p.Elements, e)
	}
	if err := reduce(p); err != nil {
		return nil, fmt.Errorf("%s: %w", p.URL, err)
	}
	return p, nil
}

func kindOf(s *definitions.Structure) Kind {
	switch {
	case s.Name == "Extension":
		return Extension
	case s.Kind == "resource":
		return Resource
	}
	return Datatype
}

// uscdiURL is the extension by which US Core marks its additional USCDI requirements.
const uscdiURL = "http://hl7.org/fhir/us/core/StructureDefinition/uscdi-requirement"

// readElement reads an ElementDefinition.
func readElement(n *fhirjson.Node) (*Element, error) {
	e := &Element{
		ID:          n.Get("id").Text(),
		Path:        n.Get("path").Text(),
		MustSupport: n.Get("mustSupport").Text() == "true",
		Binding:     readBinding(n.Get("binding")),
		Slicing:     readSlicing(n.Get("slicing")),
		Constraints: readConstraints(n.Get("constraint")),
	}
	e.USCDI = !e.MustSupport && extension(n, uscdiURL).Get("valueBoolean").Text() == "true"
	if e.ID == "" || e.Path == "" {
		return nil, fmt.Errorf("an element of the snapshot has no id or no path")
	}
	if e.Path != pathOf(e.ID) {
		return nil, fmt.Errorf("the element %s has the path %s, want %s", e.ID, e.Path, pathOf(e.ID))
	}
	e.Slice = sliceOf(e.ID)
	var err error
	if e.Min, err = bound(n.Get("min").Text()); err == nil {
		e.Max, err = bound(n.Get("max").Text())
	}
	if err != nil {
		return nil, fmt.Errorf("the element %s: %w", e.ID, err)
	}
	e.Types = readTypes(n.Get("type"))
	if _, path, ok := strings.Cut(n.Get("contentReference").Text(), "#"); ok {
		e.Content = path
	}
	for _, m := range n.Members() {
		switch {
		case isValue(m.Name, "fixed"):
			e.Fixed = m.Value
		case isValue(m.Name, "pattern"):
			e.Pattern = m.Value
		}
	}
	return e, nil
}

// isValue tells "fixedUri" from other names that begin the same.
func isValue(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	return ok && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z'
}

func readTypes(n *fhirjson.Node) []Type {
	var types []Type
	for _, item := range n.Items() {
		t := Type{Code: typeCode(item), MustSupport: mustSupport(item)}
		for _, canonical := range item.Get("profile").Items() {
			t.Profiles = append(t.Profiles, canonical.Text())
		}
		companions := item.Get("_targetProfile").Items()
		for i, canonical := range item.Get("targetProfile").Items() {
			target := Target{Profile: canonical.Text()}
			if i < len(companions) {
				target.MustSupport = mustSupport(companions[i])
			}
			t.Targets = append(t.Targets, target)
		}
		types = append(types, t)
	}
	return types
}

// typeCode is FHIR's name of a type where the definition has FHIRPath's: it is in
// an extension then.
func typeCode(n *fhirjson.Node) string {
	code := n.Get("code").Text()
	if !strings.HasPrefix(code, "http://hl7.org/fhirpath/System.") {
		return code
	}
	if typ := extension(n, typeURL+"structuredefinition-fhir-type").Get("valueUrl"); typ != nil {
		return typ.Text()
	}
	return "string"
}

func mustSupport(n *fhirjson.Node) bool {
	return extension(n, typeURL+"elementdefinition-type-must-support").Get("valueBoolean").Text() == "true"
}

// extension is the first extension of a url, nil if there is none.
func extension(n *fhirjson.Node, url string) *fhirjson.Node {
	for _, e := range n.Get("extension").Items() {
		if e.Get("url").Text() == url {
			return e
		}
	}
	return nil
}

func readBinding(n *fhirjson.Node) Binding {
	b := Binding{Strength: n.Get("strength").Text(), ValueSet: n.Get("valueSet").Text()}
	limit := extension(n, typeURL+"elementdefinition-maxValueSet")
	if b.Max = limit.Get("valueCanonical").Text(); b.Max == "" {
		b.Max = limit.Get("valueUri").Text()
	}
	if b.ValueSet == "" {
		b.Strength = "" // described in words only
	}
	return b
}

func readSlicing(n *fhirjson.Node) *Slicing {
	if n == nil {
		return nil
	}
	s := &Slicing{Rules: n.Get("rules").Text(), Ordered: n.Get("ordered").Text() == "true"}
	for _, d := range n.Get("discriminator").Items() {
		s.Discriminators = append(s.Discriminators, Discriminator{d.Get("type").Text(), d.Get("path").Text()})
	}
	return s
}

// enforced are the invariants that package validation enforces, or JSON does.
var enforced = map[string]bool{"ele-1": true, "ext-1": true, "dom-2": true, "txt-1": true, "txt-2": true, "ref-1": true}

func readConstraints(n *fhirjson.Node) []*Constraint {
	var all []*Constraint
	for _, item := range n.Items() {
		c := &Constraint{
			Key: item.Get("key").Text(), Severity: item.Get("severity").Text(),
			Human: oneLine(item.Get("human").Text()), Expression: oneLine(item.Get("expression").Text()),
		}
		practice := extension(item, typeURL+"elementdefinition-bestpractice").Get("valueBoolean").Text() == "true"
		if c.Expression != "" && !enforced[c.Key] && !practice {
			all = append(all, c)
		}
	}
	return all
}

// oneLine is a text without the breaks that a table's rows cannot have.
func oneLine(text string) string {
	return strings.TrimSpace(breaks.Replace(text))
}

var breaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ")
