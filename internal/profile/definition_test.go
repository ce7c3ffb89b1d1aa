package profile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/ig"
)

func TestNewRefuses(t *testing.T) {
	of := func(typ, elements string) string {
		return `{"resourceType":"StructureDefinition","url":"http://example.org/p","derivation":"constraint","type":"` + typ + `","snapshot":{"element":[` + elements + `]}}`
	}
	const root = `{"id":"Patient","path":"Patient","min":0,"max":"*"}`
	tests := map[string]struct{ definition, want string }{
		"no url":         {`{"resourceType":"StructureDefinition","derivation":"constraint","type":"Patient"}`, "p.json has no url"},
		"no type":        {of("Patients", root), `http://example.org/p restricts "Patients", which is no type of R4`},
		"no snapshot":    {of("Patient", ``), "http://example.org/p has no snapshot; have it made by the publisher of its package"},
		"no id":          {of("Patient", `{"path":"Patient","min":0,"max":"*"}`), "http://example.org/p: an element of the snapshot has no id or no path"},
		"another path":   {of("Patient", root+`,{"id":"Patient.name:a","path":"Patient.names","min":0,"max":"*"}`), "http://example.org/p: the element Patient.name:a has the path Patient.names, want Patient.name"},
		"another root":   {of("Patient", `{"id":"Group","path":"Group","min":0,"max":"*"}`), "http://example.org/p: the snapshot has the element Group outside of Patient"},
		"no element":     {of("Patient", root+`,{"id":"Patient.nam","path":"Patient.nam","min":0,"max":"*"}`), "http://example.org/p: Patient.nam is no element of Patient in R4"},
		"no such choice": {of("Patient", root+`,{"id":"Patient.deceasedQuantity","path":"Patient.deceasedQuantity","min":0,"max":"1"}`), "http://example.org/p: Patient.deceasedQuantity is no element of Patient in R4"},
		"no parent":      {of("Patient", root+`,{"id":"Patient.name.given","path":"Patient.name.given","min":0,"max":"1"}`), "http://example.org/p: the snapshot has elements in Patient.name, and not itself"},
		"twice":          {of("Patient", root+`,`+root), "http://example.org/p: the snapshot has the element Patient twice"},
		"no minimum":     {of("Patient", `{"id":"Patient","path":"Patient","max":"1"}`), `http://example.org/p: the element Patient: "" is no bound of a cardinality; it is a number or *`},
		"no maximum":     {of("Patient", `{"id":"Patient","path":"Patient","min":0,"max":"-1"}`), `http://example.org/p: the element Patient: "-1" is no bound of a cardinality; it is a number or *`},
		"too many": {of("Patient", root+strings.Repeat(`,{"id":"Patient.id","path":"Patient.id","min":0,"max":"1"}`, maxElements)),
			"http://example.org/p: the snapshot has more than 5000 elements"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := resource(t, test.definition)
			r.File = "p.json"
			_, err := New(&ig.Package{Name: "n", Version: "2", Resources: []ig.Resource{r}})
			if fmt.Sprint(err) != "n 2: "+test.want {
				t.Errorf("error %v, want n 2: %s", err, test.want)
			}
		})
	}
}

// TestNewLeavesOut: what is no profile of data is none of its business.
func TestNewLeavesOut(t *testing.T) {
	s := setOf(t,
		resource(t, `{"resourceType":"StructureDefinition","url":"http://example.org/Patient","derivation":"specialization","kind":"resource","type":"Patient"}`),
		resource(t, `{"resourceType":"StructureDefinition","url":"http://example.org/model","derivation":"constraint","kind":"logical","type":"http://example.org/model"}`))
	if all := s.Profiles(); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

// TestReduce: what a snapshot says as R4 does is left out.
func TestReduce(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.status","min":1,"max":"1","type":[{"code":"code"}],"binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/observation-status|4.0.1"}}`,
		`{"id":"Observation.extension","slicing":{"rules":"open","discriminator":[{"type":"value","path":"url"}]},"type":[{"code":"Extension"}]}`,
		`{"id":"Observation.specimen","max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Specimen"]}]}`,
		`{"id":"Observation.referenceRange"}`,
		`{"id":"Observation.referenceRange.low","max":"1","type":[{"code":"Quantity","profile":["http://hl7.org/fhir/StructureDefinition/SimpleQuantity"]}]}`,
		`{"id":"Observation.referenceRange.low.unit","max":"1","type":[{"code":"string"}]}`,
		`{"id":"Observation.valueQuantity","max":"1","type":[{"code":"Quantity"}]}`,
		`{"id":"Observation.valueQuantity.unit","min":1,"max":"1","type":[{"code":"string"}]}`,
		`{"id":"Observation.language","max":"1","type":[{"code":"code"}],"binding":{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/languages",
			"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://hl7.org/fhir/ValueSet/all-languages"}]}}`,
		`{"id":"Observation.device","max":"1","mustSupport":true,"type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Device"]}]}`,
		`{"id":"Observation.note","max":"3"}`,
	))
	var got []string
	for _, e := range s.Profiles()[0].Elements {
		got = append(got, e.ID)
	}
	if want := "Observation Observation.valueQuantity.unit Observation.device Observation.note"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
	checkAll(t, s, "p", check{`{"resourceType":"Observation","valueQuantity":{"value":1}}`, `error required Observation.value.unit: is required (p|1)`},
		check{`{"resourceType":"Observation","valueString":"x"}`, ``})
}
