package profile

import (
	"errors"
	"testing"
)

// oddities evaluates a few expressions for the tests.
type oddities struct{}

func (oddities) Compile(expression, typ string) (Invariant, error) {
	if expression == "unknown()" {
		return nil, errors.New("no function unknown")
	}
	return oddity{expression, typ}, nil
}

type oddity struct{ expression, typ string }

func (o oddity) Holds(at Focus) (bool, error) {
	switch {
	case at.Type != o.typ:
		return false, errors.New("type " + at.Type + ", want " + o.typ)
	case o.expression == "error":
		return false, errors.New("it is not at hand")
	case o.expression == "named":
		return at.Node.Get("name") != nil, nil
	case o.expression == "companion":
		return at.Companion.Get("id").Text() == "c", nil
	case o.expression == "contained":
		return at.Resource.Get("id").Text() == "c" && at.Root.Get("id").Text() == "r", nil
	}
	return at.Resource == at.Root && at.Resource.Get("id").Text() == "r", nil
}

func TestInvariants(t *testing.T) {
	constraint := func(key, severity, expression string) string {
		return `{"key":"` + key + `","severity":"` + severity + `","human":"Be so.","expression":"` + expression + `"}`
	}
	bare := setOf(t,
		definition(t, "inner", "Patient", `{"id":"Patient.active","max":"1","constraint":[`+constraint("i-1", "error", "contained")+`]}`),
		definition(t, "p", "Patient",
			`{"id":"Patient.contact","constraint":[`+constraint("p-1", "error", "named")+`,`+constraint("ele-1", "error", "named")+`]}`,
			`{"id":"Patient.birthDate","max":"1","constraint":[`+constraint("p-2", "warning", "companion")+`]}`,
			`{"id":"Patient.deceased[x]","max":"1","constraint":[`+constraint("p-3", "error", "root")+`,`+constraint("p-4", "error", "unknown()")+`,`+constraint("p-5", "error", "error")+`]}`,
			`{"id":"Patient.contact.name","max":"1","constraint":[{"key":"p-6","severity":"error","human":"x","expression":"named",
				"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice","valueBoolean":true}]}]}`,
			`{"id":"Patient.managingOrganization","max":"1","type":[{"code":"Reference","targetProfile":["http://example.org/inner"]}]}`,
		))
	checkAll(t, bare, "p", check{`{"resourceType":"Patient"}`, `information informational Patient: invariants are not checked: p-1, p-2, p-3, p-4, p-5 (p|1)`})
	s := bare.WithInvariants(oddities{})
	checkAll(t, s, "p",
		check{`{"resourceType":"Patient","id":"r","contact":[{"name":{"text":"x"}}],"birthDate":"2000","_birthDate":{"id":"c"}}`, ``},
		check{`{"resourceType":"Patient","id":"r","contact":[{"name":{}},{"gender":"male"}],"birthDate":"2000"}`, `
			error invariant Patient.contact[1]: p-1: Be so. (p|1)
			warning invariant Patient.birthDate: p-2: Be so. (p|1)`},
		check{`{"resourceType":"Patient","id":"r","deceasedDateTime":"2000"}`, `
			information informational Patient.deceased: the invariant p-4 is not checked: no function unknown (p|1)
			information informational Patient.deceased: the invariant p-5 could not be checked: it is not at hand (p|1)`},
		check{`{"resourceType":"Patient","id":"other","deceasedBoolean":true}`, `
			error invariant Patient.deceased: p-3: Be so. (p|1)
			information informational Patient.deceased: the invariant p-4 is not checked: no function unknown (p|1)
			information informational Patient.deceased: the invariant p-5 could not be checked: it is not at hand (p|1)`},
		check{`{"resourceType":"Patient","id":"r","contained":[{"resourceType":"Patient","id":"c","active":true}],"managingOrganization":{"reference":"#c"}}`, ``},
		check{`{"resourceType":"Patient","id":"x","contained":[{"resourceType":"Patient","id":"c","active":true}],"managingOrganization":{"reference":"#c"}}`,
			`error value Patient.managingOrganization: refers to the contained resource "c", which does not conform to inner|1: Patient.contained[0].active: i-1: Be so. (inner|1) (p|1)`},
	)
}
