package search

import (
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// The parts of these composites are found by parameters of their own, or by none.
func TestWider(t *testing.T) {
	registry := realRegistry(t)
	for part, want := range map[[2]string]string{
		{"Observation", "code-value-quantity$0"}:                 "code",
		{"Observation", "code-value-quantity$1"}:                 "value-quantity",
		{"Observation", "code-value-quantity$1:canonical"}:       "value-quantity:canonical",
		{"Observation", "combo-code-value-concept$0"}:            "combo-code",
		{"Observation", "component-code-value-quantity$1"}:       "component-value-quantity",
		{"DocumentReference", "relationship$1"}:                  "relatesto",
		{"ValueSet", "context-type-value$1"}:                     "context",
		{"Group", "characteristic-value$0"}:                      "characteristic",
		{"Group", "characteristic-value$1"}:                      "", // value[x] there, CodeableConcept and boolean in the definition
		{"MolecularSequence", "chromosome-variant-coordinate$0"}: "", // of %resource
		{"Location", "near$lat"}:                                 "",
	} {
		p, ok := registry.Derived(part[0], part[1])
		if !ok {
			t.Errorf("%v is no parameter", part)
			continue
		}
		got := ""
		if p.Wider != nil {
			got = p.Wider.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", p.Name(), got, want)
		}
	}
}

// What is entered under a part of a composite is entered under its wider
// parameter.
func TestWiderEntries(t *testing.T) {
	registry := realRegistry(t)
	for name, resource := range map[string]string{
		"ValueSet": `{"resourceType":"ValueSet","status":"draft","useContext":[
			{"code":{"system":"s","code":"a"},"valueCodeableConcept":{"coding":[{"system":"s","code":"b"}],"text":"B"}},
			{"code":{"system":"s","code":"c"},"valueRange":{"low":{"value":1,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}]}`,
		"DocumentReference": `{"resourceType":"DocumentReference","status":"current","content":[],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/1"}}]}`,
		"MolecularSequence": `{"resourceType":"MolecularSequence","coordinateSystem":0,"variant":[{"start":1,"end":2}],
			"referenceSeq":{"chromosome":{"coding":[{"code":"2"}]},"referenceSeqId":{"coding":[{"code":"x"}]},"windowStart":3,"windowEnd":4}}`,
		"Observation": `{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"},{"code":"b"}]},"valueDateTime":"2024","component":[
			{"code":{"coding":[{"code":"c"}]},"valueQuantity":{"value":1.50,"unit":"mmHg"}},
			{"code":{"coding":[{"code":"d"}]},"valueCodeableConcept":{"coding":[{"system":"s","code":"e"}]}}]}`,
		"Observation of a string": `{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"}]},"valueString":"Ä"}`,
	} {
		if n := wideEntries(t, mustExtract(t, registry, resource)); n == 0 {
			t.Errorf("%s: nothing is entered under a part of a composite", name)
		}
	}
	n := 0
	syntheaResources(t, func(resource *fhirjson.Node) {
		e, err := registry.Extract(resource.Get("resourceType").Text(), resource, "")
		if err != nil {
			t.Fatal(err)
		}
		n += wideEntries(t, e)
	})
	if n < 10_000 {
		t.Errorf("only %d entries of Synthea are under a part of a composite", n)
	}
}

// wideEntries checks that every entry under a part of a composite is there under
// its wider parameter too.
func wideEntries(t *testing.T, e Entries) (checked int) {
	t.Helper()
	terms, strings := map[TermEntry]bool{}, map[StringEntry]bool{}
	dates, quantities := map[DateEntry]bool{}, map[QuantityEntry]bool{}
	for _, x := range e.Terms {
		x.Group = 0
		terms[x] = true
	}
	for _, x := range e.Strings {
		x.Group = 0
		strings[x] = true
	}
	for _, x := range e.Dates {
		x.Group = 0
		dates[x] = true
	}
	for _, x := range e.Quantities {
		x.Group = 0
		quantities[x] = true
	}
	is := func(p *Param, there bool) {
		checked++
		if !there {
			t.Errorf("an entry under %s is not under %s", p.Name(), p.Wider.Name())
		}
	}
	for x := range terms {
		if p := x.Param; p.Wider != nil {
			x.Param = p.Wider
			is(p, terms[x])
		}
	}
	for x := range strings {
		if p := x.Param; p.Wider != nil {
			x.Param = p.Wider
			is(p, strings[x])
		}
	}
	for x := range dates {
		if p := x.Param; p.Wider != nil {
			x.Param = p.Wider
			is(p, dates[x])
		}
	}
	for x := range quantities {
		if p := x.Param; p.Wider != nil {
			x.Param = p.Wider
			is(p, quantities[x])
		}
	}
	return checked
}
