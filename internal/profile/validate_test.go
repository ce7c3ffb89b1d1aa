package profile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
)

// definition is a profile of a type, of elements as JSON. Of these the path, and a
// cardinality of 0..*, need not be written.
func definition(t testing.TB, name, typ string, elements ...string) ig.Resource {
	t.Helper()
	var snapshot []string
	for _, text := range append([]string{fmt.Sprintf(`{"id":%q}`, typ)}, elements...) {
		n := parse(t, text)
		b := new(fhirjson.Builder)
		b.AddString("path", pathOf(n.Get("id").Text()))
		for name, value := range map[string]string{"min": "0", "max": `"*"`} {
			if n.Get(name) == nil {
				b.Add(name, []byte(value))
			}
		}
		for _, m := range n.Members() {
			b.Add(m.Name, m.Value.Raw())
		}
		snapshot = append(snapshot, string(b.Bytes()))
	}
	return resource(t, fmt.Sprintf(`{"resourceType":"StructureDefinition","url":"http://example.org/%s","version":"1","derivation":"constraint",
		"kind":"resource","type":%q,"snapshot":{"element":[%s]}}`, name, typ, strings.Join(snapshot, ",")))
}

// setOf makes a set of definitions.
func setOf(t testing.TB, resources ...ig.Resource) *Set {
	t.Helper()
	s, err := New(&ig.Package{Name: "example", Version: "1", Resources: resources})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// issuesOf are the issues as a test writes them.
func issuesOf(t testing.TB, s *Set, profile, resource string) []string {
	t.Helper()
	p, ok := s.Find("http://example.org/" + profile)
	if !ok {
		t.Fatal(profile, "is not in the set")
	}
	var all []string
	for _, issue := range s.Validate(parse(t, resource), p) {
		all = append(all, fmt.Sprintf("%s %s %s", issue.Severity, issue.Code, issue.Error()))
	}
	return all
}

// check is a resource and what is told of it, one issue a line.
type check struct{ resource, want string }

func checkAll(t *testing.T, s *Set, profile string, checks ...check) {
	t.Helper()
	for _, c := range checks {
		var want []string
		for line := range strings.SplitSeq(c.want, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				want = append(want, line)
			}
		}
		if got := issuesOf(t, s, profile, c.resource); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", c.resource, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

func TestCardinality(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.name","min":1,"max":"2"}`,
		`{"id":"Patient.name.given","min":2}`,
		`{"id":"Patient.photo","max":"0"}`,
		`{"id":"Patient.birthDate","min":1,"max":"1"}`,
		`{"id":"Patient.deceased[x]","min":1,"max":"1","type":[{"code":"boolean"}]}`,
		`{"id":"Patient.contact.name","min":1,"max":"1"}`, `{"id":"Patient.contact"}`,
	))
	checkAll(t, s, "p",
		check{`{"resourceType":"Patient","name":[{"given":["A","B"]}],"birthDate":"2000","deceasedBoolean":false}`, ``},
		check{`{"resourceType":"Patient"}`, `
			error required Patient.name: is required (p|1)
			error required Patient.birthDate: is required (p|1)
			error required Patient.deceased: is required, as boolean (p|1)`},
		check{`{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"x"}]},{"given":["A"]},{"text":"x"}],
			"_birthDate":{"extension":[]},"deceasedDateTime":"2020","photo":[{"title":"x"}],"contact":[{"gender":"male"},{"name":{"text":"x"}}]}`, `
			error structure Patient.name: has 3, and may have at most 2 (p|1)
			error required Patient.name[1].given: needs at least 2, and has 1 (p|1)
			error required Patient.name[2].given: needs at least 2, and has 0 (p|1)
			error structure Patient.photo: must not be there (p|1)
			error structure Patient.deceased: is of type dateTime, and must be boolean (p|1)
			error required Patient.contact[0].name: is required (p|1)`},
	)
}

func TestWrongType(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient"))
	checkAll(t, s, "p",
		check{`{"resourceType":"Group"}`, `error structure Patient.resourceType: is "Group", and p|1 is a profile of Patient`},
		check{`[]`, `error structure Patient.resourceType: is "", and p|1 is a profile of Patient`},
	)
}

// TestAnyResource: a profile may be of all resources.
func TestAnyResource(t *testing.T) {
	s := setOf(t, definition(t, "p", "DomainResource", `{"id":"DomainResource.text","min":1,"max":"1"}`))
	checkAll(t, s, "p",
		check{`{"resourceType":"Group","text":{}}`, ``},
		check{`{"resourceType":"Group"}`, `error required Group.text: is required (p|1)`},
		check{`{"resourceType":"Binary"}`, `error structure DomainResource.resourceType: is "Binary", and p|1 is a profile of DomainResource`},
	)
}

// TestPrimitiveValue: snapshots have the values of primitives as elements.
func TestPrimitiveValue(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient", `{"id":"Patient.birthDate","max":"1"}`, `{"id":"Patient.birthDate.value","min":1,"max":"1"}`))
	checkAll(t, s, "p",
		check{`{"resourceType":"Patient","birthDate":"2000"}`, ``},
		check{`{"resourceType":"Patient","_birthDate":{"id":"x"}}`, `error required Patient.birthDate.value: is required (p|1)`},
	)
}

func TestFixedAndPattern(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.status","fixedCode":"final"}`,
		`{"id":"Observation.code","patternCodeableConcept":{"coding":[{"system":"s","code":"a"},{"code":"b"}]}}`,
		`{"id":"Observation.method","fixedCodeableConcept":{"text":"x"}}`,
		`{"id":"Observation.value[x]","max":"1","patternQuantity":{"value":1.0,"unit":"kg"}}`,
	))
	const rest = `"resourceType":"Observation","status":"final"`
	const code = `,"code":{"coding":[{"code":"b","display":"B"},{"system":"s","code":"a"}],"text":"t"}`
	const wrong = `error value Observation.code: must have {"coding":[{"system":"s","code":"a"},{"code":"b"}]} (p|1)`
	checkAll(t, s, "p",
		check{`{` + rest + code + `,"method":{"text":"x"},"valueQuantity":{"value":1,"unit":"kg","code":"kg"}}`, ``},
		check{`{"resourceType":"Observation","status":"amended"` + code + `}`, `error value Observation.status: must be "final", not "amended" (p|1)`},
		check{`{"resourceType":"Observation","_status":{"id":"x"}` + code + `}`, `error value Observation.status: must be "final", and has no value (p|1)`},
		check{`{` + rest + `,"code":{"coding":[{"system":"s","code":"a"}]}}`, wrong},
		check{`{` + rest + `,"code":{"text":"a"}}`, wrong},
		check{`{` + rest + code + `,"method":{"text":"x","id":"1"},"valueQuantity":{"value":1.01,"unit":"kg"}}`, `
			error value Observation.method: must be {"text":"x"} (p|1)
			error value Observation.value: must have {"value":1.0,"unit":"kg"} (p|1)`},
		check{`{` + rest + code + `,"valueString":"kg"}`, `error value Observation.value: must have {"value":1.0,"unit":"kg"}, not "kg" (p|1)`},
	)
}

func TestBindings(t *testing.T) {
	s := setOf(t,
		resource(t, `{"resourceType":"ValueSet","url":"http://example.org/known","compose":{"include":[{"system":"s","concept":[{"code":"a"},{"code":"b"}]}]}}`),
		resource(t, `{"resourceType":"ValueSet","url":"http://example.org/part","compose":{"include":[{"system":"s","filter":[{}]}]}}`),
		definition(t, "p", "Observation",
			`{"id":"Observation.code","binding":{"strength":"required","valueSet":"http://example.org/known|2"}}`,
			`{"id":"Observation.method","binding":{"strength":"extensible","valueSet":"http://example.org/known"}}`,
			`{"id":"Observation.bodySite","binding":{"strength":"required","valueSet":"http://example.org/part"}}`,
			`{"id":"Observation.interpretation","binding":{"strength":"example","valueSet":"http://example.org/known"}}`,
			`{"id":"Observation.component","max":"*"}`, `{"id":"Observation.component.code","binding":{"strength":"required","valueSet":"http://example.org/unknown"}}`,
			`{"id":"Observation.component.value[x]","binding":{"strength":"required","valueSet":"http://example.org/known"}}`,
			`{"id":"Observation.dataAbsentReason","binding":{"strength":"preferred","valueSet":"http://example.org/x",
				"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://example.org/known"}]}}`,
			`{"id":"Observation.status","binding":{"strength":"required","valueSet":"http://example.org/known"}}`,
		))
	const rest = `"resourceType":"Observation","status":"a"`
	const good = `"code":{"coding":[{"system":"x","code":"a"},{"system":"s","code":"b"}]}`
	checkAll(t, s, "p",
		check{`{` + rest + `,` + good + `,"method":{"text":"x"},"interpretation":[{"coding":[{"code":"z"}]}]}`, ``},
		check{`{"resourceType":"Observation","status":"c",` + good + `}`, `error code-invalid Observation.status: must have a code of http://example.org/known, not "c": s|a or s|b (p|1)`},
		check{`{"resourceType":"Observation","_status":{"id":"c"},` + good + `}`, ``},
		check{`{` + rest + `,"code":{"text":"a"}}`, `error code-invalid Observation.code: must have a code of http://example.org/known|2: s|a or s|b (p|1)`},
		check{`{` + rest + `,"code":{"extension":[{"url":"x","valueCode":"y"}]}}`, ``},
		check{`{` + rest + `,"code":{"coding":[{"code":"a"},{"system":"s","code":"c"}]}}`,
			`error code-invalid Observation.code: must have a code of http://example.org/known|2, not "|a", "s|c": s|a or s|b (p|1)`},
		check{`{` + rest + `,` + good + `,"method":{"coding":[{"system":"s","code":"c"}]}}`,
			`warning code-invalid Observation.method: should have a code of http://example.org/known if one of them fits, not "s|c": s|a or s|b (p|1)`},
		check{`{` + rest + `,` + good + `,"bodySite":{"coding":[{"system":"s","code":"c"}]}}`,
			`information informational Observation.bodySite: codes are not held against http://example.org/part, whose codes are not all known here (p|1)`},
		check{`{` + rest + `,` + good + `,"bodySite":{"coding":[{"system":"r","code":"c"}]}}`,
			`error code-invalid Observation.bodySite: must have a code of http://example.org/part, not "r|c" (p|1)`},
		check{`{` + rest + `,` + good + `,"dataAbsentReason":{"coding":[{"system":"r","code":"c"}]}}`,
			`error code-invalid Observation.dataAbsentReason: must have a code of http://example.org/known, not "r|c": s|a or s|b (p|1)`},
		check{`{` + rest + `,` + good + `,"component":[
			{"code":{"coding":[{"code":"c"}]},"valueQuantity":{"value":1,"system":"s","code":"a"}},
			{"code":{"coding":[{"code":"d"}]},"valueQuantity":{"value":1,"system":"s","code":"z"}},
			{"code":{"coding":[{"code":"e"}]},"valueBoolean":true}]}`, `
			information informational Observation.component[0].code: codes are not held against http://example.org/unknown, whose codes are not all known here (p|1)
			error code-invalid Observation.component[1].value: must have a code of http://example.org/known, not "s|z": s|a or s|b (p|1)`},
	)
}

func TestReferences(t *testing.T) {
	s := setOf(t,
		definition(t, "named", "Patient", `{"id":"Patient.name","min":1}`),
		definition(t, "born", "Patient", `{"id":"Patient.birthDate","min":1,"max":"1"}`),
		definition(t, "p", "Observation",
			`{"id":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://example.org/named","http://hl7.org/fhir/StructureDefinition/Group"]}]}`,
			`{"id":"Observation.focus","type":[{"code":"Reference","targetProfile":["http://example.org/named","http://example.org/born"]}]}`,
			`{"id":"Observation.performer","type":[{"code":"Reference","targetProfile":["http://example.org/unknown","http://hl7.org/fhir/StructureDefinition/Patient"]}]}`,
			`{"id":"Observation.encounter","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Resource"]}]}`,
		))
	const wrong = `error value Observation.subject: refers to "Device", and may refer to Group or Patient only (p|1)`
	subject := func(reference, contained string) string {
		return `{"resourceType":"Observation","contained":[` + contained + `],"subject":` + reference + `}`
	}
	checkAll(t, s, "p",
		check{subject(`{"reference":"Patient/1"}`, ``), ``},
		check{subject(`{"reference":"http://x/Group/1/_history/2"}`, ``), ``},
		check{subject(`{"reference":"Device/1"}`, ``), wrong},
		check{subject(`{"reference":"https://x/fhir/Device/1"}`, ``), wrong},
		check{subject(`{"type":"Device","identifier":{"value":"1"}}`, ``), wrong},
		check{subject(`{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","type":"Device"}`, ``), wrong},
		check{subject(`{"display":"someone"}`, ``), ``},
		check{subject(`{"reference":"#d"}`, `{"resourceType":"Device","id":"d"}`), wrong},
		check{subject(`{"reference":"#d"}`, `{"resourceType":"Group","id":"d"}`), ``},
		check{subject(`{"reference":"#d"}`, `{"resourceType":"Patient","id":"d","name":[{"text":"x"}]}`), ``},
		check{subject(`{"reference":"#d"}`, `{"resourceType":"Patient","id":"d"}`),
			`error value Observation.subject: refers to the contained resource "d", which does not conform to named|1: Observation.contained[0].name: is required (named|1) (p|1)`},
		check{`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"d","birthDate":"2000"},{"resourceType":"Patient","id":"e"}],"focus":[{"reference":"#d"},{"reference":"#e"}]}`,
			`error value Observation.focus[1]: refers to the contained resource "e", which does not conform to named|1 or born|1 (2 profiles were tried) (p|1)`},
		check{`{"resourceType":"Observation","performer":[{"reference":"Patient/1"},{"reference":"Device/1"}],"encounter":{"reference":"Device/1"}}`,
			`information informational Observation.performer[1]: it is not checked whether the reference leads to http://example.org/unknown, which is not known here (p|1)`},
	)
}

// TestCircularReferences: contained resources that refer to each other end.
func TestCircularReferences(t *testing.T) {
	s := setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.hasMember","type":[{"code":"Reference","targetProfile":["http://example.org/p"]}]}`,
		`{"id":"Observation.value[x]","min":1,"max":"1"}`))
	var contained []string
	for i := range 30 {
		var members []string
		for j := range 30 {
			members = append(members, fmt.Sprintf(`{"reference":"#%d"}`, (i+j)%30))
		}
		contained = append(contained, fmt.Sprintf(`{"resourceType":"Observation","id":"%d","valueString":"x","hasMember":[%s]}`, i, strings.Join(members, ",")))
	}
	checkAll(t, s, "p", check{
		`{"resourceType":"Observation","valueString":"x","contained":[` + strings.Join(contained, ",") + `],"hasMember":[{"reference":"#0"}]}`, ``,
	})
}

// TestManyIssues: a hostile resource has no huge answer, and a valid one is not
// refused for many warnings.
func TestManyIssues(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient", `{"id":"Patient.name"}`, `{"id":"Patient.name.family","min":1,"max":"1"}`,
		`{"id":"Patient.name.use","max":"1","binding":{"strength":"extensible","valueSet":"http://hl7.org/fhir/ValueSet/link-type"}}`))
	many := func(name string) string {
		return `{"resourceType":"Patient","name":[` + strings.Repeat(name+",", 5000) + name + `]}`
	}
	for name, want := range map[string]string{
		`{"text":"x"}`:                 "error incomplete Patient: has more than 100 issues of this kind; the others are not listed",
		`{"family":"x","use":"usual"}`: "information incomplete Patient: has more than 100 issues of this kind; the others are not listed",
	} {
		if got := issuesOf(t, s, "p", many(name)); len(got) != 101 || got[100] != want {
			t.Errorf("%d issues, the last %s", len(got), got[len(got)-1])
		}
	}
	if got := issuesOf(t, s, "p", many(`{"use":"usual"}`)); len(got) != 201 {
		t.Errorf("%d issues, want 101 errors and the 100 others of these", len(got))
	}
}

// TestContent: what a profile says of items holds for the items in them.
func TestContent(t *testing.T) {
	s := setOf(t, definition(t, "p", "QuestionnaireResponse",
		`{"id":"QuestionnaireResponse.item"}`, `{"id":"QuestionnaireResponse.item.text","min":1,"max":"1"}`,
		`{"id":"QuestionnaireResponse.item.item","contentReference":"#QuestionnaireResponse.item"}`))
	checkAll(t, s, "p", check{
		`{"resourceType":"QuestionnaireResponse","item":[{"text":"a","item":[{"text":"b"},{"linkId":"x","item":[{"linkId":"y"}],"answer":[{"item":[{"linkId":"z"}]}]}]}]}`, `
		error required QuestionnaireResponse.item[0].item[1].text: is required (p|1)
		error required QuestionnaireResponse.item[0].item[1].answer[0].item[0].text: is required (p|1)
		error required QuestionnaireResponse.item[0].item[1].item[0].text: is required (p|1)`,
	})
}

// TestProfilesOfTypes: a value conforms to one of those that its type names.
func TestProfilesOfTypes(t *testing.T) {
	s := setOf(t,
		definition(t, "home", "Address", `{"id":"Address.use","min":1,"max":"1","fixedCode":"home"}`, `{"id":"Address.city","min":1,"max":"1"}`),
		definition(t, "work", "Address", `{"id":"Address.use","min":1,"max":"1","fixedCode":"work"}`),
		definition(t, "one", "Patient", `{"id":"Patient.address","type":[{"code":"Address","profile":["http://example.org/home"]}]}`),
		definition(t, "two", "Patient", `{"id":"Patient.address","type":[{"code":"Address","profile":["http://example.org/home","http://example.org/work"]}]}`),
		definition(t, "unsure", "Patient", `{"id":"Patient.address","type":[{"code":"Address","profile":["http://example.org/home","http://example.org/none"]}]}`),
	)
	const addresses = `{"resourceType":"Patient","address":[{"use":"home","city":"x"},{"use":"work"},{"use":"home"}]}`
	checkAll(t, s, "one", check{addresses, `
		error value Patient.address[1].use: must be "home", not "work" (home|1)
		error required Patient.address[1].city: is required (home|1)
		error required Patient.address[2].city: is required (home|1)`})
	checkAll(t, s, "two", check{addresses, `error value Patient.address[2]: must conform to home|1 or work|1 (two|1)`})
	checkAll(t, s, "unsure", check{addresses, `information informational Patient.address[1]: what http://example.org/none demands is not checked, since it is not known here (unsure|1)`})
}

// TestSlicesSayItOnce: what is demanded of all values is not told of a slice again.
func TestSlicesSayItOnce(t *testing.T) {
	elements := []string{`{"id":"CareTeam.participant","slicing":{"rules":"open","discriminator":[{"type":"exists","path":"period"}]}}`}
	for _, id := range []string{"CareTeam.participant", "CareTeam.participant:a"} {
		elements = append(elements,
			`{"id":"`+id+`.role","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/link-type"}}`,
			`{"id":"`+id+`.member","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Patient"]}]}`,
			`{"id":"`+id+`.onBehalfOf","max":"1","patternReference":{"display":"x"}}`)
	}
	elements = slices.Insert(elements, 4, `{"id":"CareTeam.participant:a"}`)
	s := setOf(t, definition(t, "p", "CareTeam", append(elements, `{"id":"CareTeam.participant:a.period","max":"0"}`)...))
	checkAll(t, s, "p",
		check{`{"resourceType":"CareTeam","participant":[{"role":[{"coding":[{"code":"x"}]}],"member":{"reference":"Group/1"},"onBehalfOf":{"display":"y"}},{"onBehalfOf":{"display":"x"}}]}`, `
			error code-invalid CareTeam.participant[0].role[0]: must have a code of http://hl7.org/fhir/ValueSet/link-type, not "|x": http://hl7.org/fhir/link-type|refer, http://hl7.org/fhir/link-type|replaced-by, http://hl7.org/fhir/link-type|replaces or http://hl7.org/fhir/link-type|seealso (p|1)
			error value CareTeam.participant[0].member: refers to "Group", and may refer to Patient only (p|1)
			error value CareTeam.participant[0].onBehalfOf: must have {"display":"x"} (p|1)
			error required CareTeam.participant[1].member: is required (p|1)`})
}
