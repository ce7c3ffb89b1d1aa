package validation

import (
	"fmt"
	"strings"
	"testing"
)

func TestElements(t *testing.T) {
	run(t, []check{
		{"nothing wrong", `{"resourceType":"Patient","id":"1","active":true,"name":[{"given":["A","B"]}]}`, nil},
		{"nothing there", `{"resourceType":"Patient"}`, nil},
		{"another type", `{"resourceType":"Patients","id":1}`, []string{`structure Patients: "Patients" is no resource type; is Patient meant?`}},
		{"unknown", `{"resourceType":"Patient","nmae":[],"fhir_comments":["x"],"x":1,"telecom":[{"valu":"1","sistem":"x","Use":"home"}]}`, []string{
			`structure Patient.nmae: Patient has no element "nmae"; is name meant?`,
			`structure Patient.fhir_comments: Patient has no element "fhir_comments"`,
			`structure Patient.x: Patient has no element "x"`,
			`structure Patient.telecom[0].valu: ContactPoint has no element "valu"; is value meant?`,
			`structure Patient.telecom[0].sistem: ContactPoint has no element "sistem"; is system meant?`,
			`structure Patient.telecom[0].Use: ContactPoint has no element "Use"; is use meant?`,
		}},
		{"unknown, of few", `{"resourceType":"Patient","text":{"status":"empty","html":"x","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}`, []string{
			`structure Patient.text.html: Narrative has no element "html"; it has id, extension, status, div`,
		}},
		{"unknown, hostile", `{"resourceType":"Patient","a b":1,"\u0000":1,"` + strings.Repeat("x", 100) + `":1,"":1,"_":1,"7":1}`, []string{
			`structure Patient: Patient has no element "a b"`,
			`structure Patient: Patient has no element "\x00"`,
			`structure Patient: Patient has no element "` + strings.Repeat("x", 64) + `"…`,
			`structure Patient: Patient has no element ""`,
			`structure Patient._: Patient has no element "_"`,
			`structure Patient: Patient has no element "7"`,
		}},
		{"resourceType in a data type", `{"resourceType":"Patient","name":[{"resourceType":"HumanName","family":"X"}]}`, []string{
			`structure Patient.name[0].resourceType: HumanName has no element "resourceType"; it has id, extension, use, text, family, given, prefix, suffix, period`,
		}},
		{"missing", `{"resourceType":"Observation","component":[{"valueString":"x"}]}`, []string{
			"required Observation.component[0].code: is required",
			"required Observation.status: is required",
			"required Observation.code: is required",
		}},
		{"missing choice", `{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"display":"x"}}`, []string{
			"required MedicationRequest.medication: is required, as medicationCodeableConcept or medicationReference",
		}},
		{"required by extension", `{"resourceType":"Observation","_status":{"extension":[{"url":"http://x","valueCode":"unknown"}]},"code":{"text":"x"}}`, nil},
		{"choices", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"a","_valueString":{"id":"1"},"effectiveDateTime":"2024"}`, nil},
		{"two choices", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"_valueString":{"id":"1"},"valueBoolean":true,"valueInteger":1,"valueString":"a"}`, []string{
			"structure Observation.value: has both valueString and valueBoolean; one type must be chosen",
			"structure Observation.value: has both valueString and valueInteger; one type must be chosen",
		}},
		{"no such choice", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueMoney":{"value":1},"value":"a","effective":"2024"}`, []string{
			`structure Observation.valueMoney: Observation has no element "valueMoney"; value is written as valueQuantity, valueCodeableConcept, valueString, valueBoolean, valueInteger, valueRange, valueRatio, valueSampledData, valueTime, valueDateTime or valuePeriod`,
			`structure Observation.value: Observation has no element "value"; value is written as valueQuantity, valueCodeableConcept, valueString, valueBoolean, valueInteger, valueRange, valueRatio, valueSampledData, valueTime, valueDateTime or valuePeriod`,
			`structure Observation.effective: Observation has no element "effective"; effective is written as effectiveDateTime, effectivePeriod, effectiveTiming or effectiveInstant`,
		}},
		{"no such required choice", `{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"display":"x"},"medicationString":"x"}`, []string{
			`structure MedicationRequest.medicationString: MedicationRequest has no element "medicationString"; medication is written as medicationCodeableConcept or medicationReference`,
		}},
		{"contentReference", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"code":{"text":"x"},"referenceRange":[{"txt":"y","text":"y"}]}]}`, []string{
			`structure Observation.component[0].referenceRange[0].txt: Observation.referenceRange has no element "txt"; is text meant?`,
		}},
		{"objects", `{"resourceType":"Patient","maritalStatus":"M","text":[],"contact":[1,null,{}],"communication":[{"language":[]}]}`, []string{
			"structure Patient.maritalStatus: must be an object, not string",
			"structure Patient.text: must not be an array: there is at most one",
			"structure Patient.text: is an empty array; what has no value is left out",
			"structure Patient.contact[0]: must be an object, not number",
			"structure Patient.contact[1]: must be an object, not null; what has no value is left out",
			"structure Patient.contact[2]: is an empty object; what has no value is left out",
			"structure Patient.communication[0].language: must not be an array: there is at most one",
			"structure Patient.communication[0].language: is an empty array; what has no value is left out",
		}},
		{"null", `{"resourceType":"Patient","active":null,"name":null,"maritalStatus":null,"_birthDate":null}`, []string{
			"structure Patient.active: must not be null; what has no value is left out",
			"structure Patient.name: must not be null; what has no value is left out",
			"structure Patient.maritalStatus: must not be null; what has no value is left out",
			"structure Patient.birthDate: must not be null; what has no value is left out",
		}},
		{"arrays", `{"resourceType":"Patient","name":{"given":"A","family":["B"]},"identifier":[[{"value":"x"}]]}`, []string{
			"structure Patient.name: must be an array, even of one",
			"structure Patient.name.given: must be an array, even of one",
			"structure Patient.name.family: must not be an array: there is at most one",
			"structure Patient.identifier[0]: must be an object, not array",
		}},
	})
}

func TestCompanions(t *testing.T) {
	const ext = `{"extension":[{"url":"http://x","valueCode":"y"}]}`
	name := func(rest string) string { return `{"resourceType":"Patient","name":[{` + rest + `}]}` }
	run(t, []check{
		{"fine", name(`"given":["A",null,"C"],"_given":[null,` + ext + `,{"id":"c"}],"_family":` + ext), nil},
		{"companion alone", name(`"_given":[` + ext + `]`), nil},
		{"null alone", name(`"given":["A",null]`), []string{
			"structure Patient.name[0].given[1]: must not be null without a value in _given at the same place"}},
		{"null twice", name(`"given":["A",null],"_given":[` + ext + `,null]`), []string{
			"structure Patient.name[0].given[1]: must not be null without a value in _given at the same place",
			"structure Patient.name[0].given[1]: must not be null without a value in given at the same place"}},
		{"uneven", name(`"_given":[{"id":"a"}],"given":["A","B"]`), nil},
		{"uneven, the other way", name(`"_given":[{"id":"a"},{"id":"b"}],"given":["A"]`), nil},
		{"uneven, with null", name(`"_given":[null],"given":["A",null]`), []string{
			"structure Patient.name[0].given[1]: must not be null without a value in _given at the same place"}},
		{"not an array", name(`"given":["A"],"_given":{"id":"a"}`), []string{
			"structure Patient.name[0].given: must be an array, even of one"}},
		{"an array", name(`"_family":[{"id":"a"}]`), []string{
			"structure Patient.name[0].family: must not be an array: there is at most one"}},
		{"content", name(`"_family":{"id":"a","value":"x","extension":[{"url":"http://x"}]}`), []string{
			`structure Patient.name[0].family.value: string has no element "value"; it has id, extension`,
			"invariant Patient.name[0].family.extension[0]: has neither a value nor extensions of its own; it must have one of them (ext-1)"}},
		{"kind", name(`"_family":"x"`), []string{
			"structure Patient.name[0].family: must be an object, not string"}},
		{"empty", name(`"_family":{}`), []string{
			"structure Patient.name[0].family: is an empty object; what has no value is left out"}},
		{"of an object", name(`"_period":{"id":"x"}`), []string{
			`structure Patient.name[0]._period: "_period" is not an element: period is of type Period, and only primitives have a companion with an underscore`}},
		{"of an attribute", `{"resourceType":"Patient","_id":{"id":"x"},"name":[{"_id":{"id":"x"}}],"extension":[{"url":"http://x","valueUrl":"a","_url":{"id":"x"},"_valueUrl":{"id":"x"}}]}`, []string{
			`structure Patient._id: "_id" is not an element: id has no extensions, and so no companion with an underscore`,
			`structure Patient.name[0]._id: "_id" is not an element: id has no extensions, and so no companion with an underscore`,
			`structure Patient.extension[0]._url: "_url" is not an element: url has no extensions, and so no companion with an underscore`}},
		{"of nothing", name(`"_gven":["x"],"__given":["x"]`), []string{
			`structure Patient.name[0]._gven: HumanName has no element "_gven"; is _given meant?`,
			`structure Patient.name[0].__given: HumanName has no element "__given"; is _given meant?`}},
		{"of resourceType", `{"resourceType":"Patient","_resourceType":{"id":"x"}}`, []string{
			`structure Patient._resourceType: Patient has no element "_resourceType"`}},
		{"of a narrative", `{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>","_div":{"id":"a","extension":[{"url":"http://x","valueCode":"y"}]}}}`, []string{
			"structure Patient.text.div.extension: is not allowed here"}},
	})
}

func TestExtensions(t *testing.T) {
	patient := func(extension string) string { return `{"resourceType":"Patient","extension":[` + extension + `]}` }
	run(t, []check{
		{"value", patient(`{"url":"http://x","valueQuantity":{"value":1.0}}`), nil},
		{"value's companion", patient(`{"url":"http://x","_valueString":{"extension":[{"url":"y","valueCode":"z"}]}}`), nil},
		{"nested", patient(`{"url":"http://x","extension":[{"url":"y","valueString":"z"}]}`), nil},
		{"no url", patient(`{"valueString":"z"}`), []string{"required Patient.extension[0].url: is required"}},
		{"both", patient(`{"url":"http://x","valueString":"z","extension":[{"url":"y","valueString":"z"}]}`), []string{
			"invariant Patient.extension[0]: has both a value and extensions of its own; it must have one of them (ext-1)"}},
		{"neither", patient(`{"url":"http://x","id":"a"}`), []string{
			"invariant Patient.extension[0]: has neither a value nor extensions of its own; it must have one of them (ext-1)"}},
		{"two values", patient(`{"url":"http://x","valueString":"z","valueCode":"z"}`), []string{
			"structure Patient.extension[0].value: has both valueString and valueCode; one type must be chosen"}},
		{"of no type", patient(`{"url":"http://x","valueNarrative":{"status":"empty"}}`), []string{
			`structure Patient.extension[0].valueNarrative: Extension has no element "valueNarrative"; value is written as valueBase64Binary or with another type's name`}},
		{"on a primitive, deep", `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://x","valueReference":{"reference":"Nobody/1"}}]}}`, []string{
			`value Patient.birthDate.extension[0].value.reference: "Nobody/1" is no reference: Type/id, Type/id/_history/version, an absolute URL, urn:uuid:…, or #id of a contained resource; "Nobody" is no resource type`}},
	})
}

func TestOutline(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                   "structure Patient: a resource is a JSON object, not array",
		`null`:                                 "structure Patient: a resource is a JSON object, not null",
		`{}`:                                   `structure Patient.resourceType: must be "Patient"; it is missing`,
		`{"resourceType":"Device","x":1}`:      `structure Patient.resourceType: must be "Patient", not "Device"`,
		`{"resourceType":["Patient"]}`:         `structure Patient.resourceType: must be "Patient", not array`,
		`{"resourceType":"Patient","meta":[]}`: "structure Patient.meta: must be an object, not array",
		`{"resourceType":"Patient","meta":{}}`: "",
		`{"resourceType":"Patient","nonsense":{}}`: "",
	} {
		n := parse(t, text)
		if got := strings.Join(found(Outline("Patient", n)), "; "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		if got := Resource("Patient", n); want != "" && len(got) == 0 {
			t.Errorf("%s: Resource finds nothing", text)
		}
	}
	if got := found(Resource("Patient", parse(t, `{"gendre":"x"}`))); len(got) != 2 {
		t.Errorf("without resourceType: %q", got)
	}
}

// A hostile resource has an answer of a few kilobytes.
func TestIssuesAreCapped(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `,"%05d%s":1`, i, strings.Repeat("x", 40))
	}
	for _, text := range []string{
		`{"resourceType":"Patient"` + b.String() + `}`,
		`{"resourceType":"Patient","name":[0` + strings.Repeat(",0", 100_000) + `]}`,
		`{"resourceType":"Patient","contained":[0` + strings.Repeat(",0", 100_000) + `]}`,
	} {
		issues := Resource("Patient", parse(t, text))
		last := issues[len(issues)-1]
		if len(issues) != MaxIssues+1 || last != (Issue{Error, "incomplete", "Patient", "has more than 100 problems; the others are not listed"}) {
			t.Errorf("%d issues, the last is %v", len(issues), last)
		}
	}
	n := `{"resourceType":"Patient","name":[0` + strings.Repeat(",0", MaxIssues-1) + `]}`
	if issues := Resource("Patient", parse(t, n)); len(issues) != MaxIssues {
		t.Errorf("%d issues for %d problems", len(issues), MaxIssues)
	}
}
