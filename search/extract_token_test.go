package search

import (
	"maps"
	"testing"
)

func TestExtractToken(t *testing.T) {
	runExtract(t, []extractCase{
		{"CodeableConcept", `{"resourceType":"Condition","code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006","display":"Diabetes"},
			{"code":"250"},{"system":"http://x"},{"display":"only shown"}],"text":"Sugar"}}`, "code code:text",
			[]string{"code http://snomed.info/sct|44054006", "code |250", "code http://x|",
				`code:text "diabetes" "Diabetes"`, `code:text "only shown" "only shown"`, `code:text "sugar" "Sugar"`}},
		{"Coding", `{"resourceType":"Encounter","class":{"system":"http://v3","code":"AMB","display":"Ambulatory"}}`, "class class:text",
			[]string{"class http://v3|AMB", `class:text "ambulatory" "Ambulatory"`}},
		{"Identifier", `{"resourceType":"Patient","identifier":[{"system":"http://mrn","value":"1","type":{"coding":[
			{"system":"http://v2","code":"MR"},{"code":"X"},{"system":"http://none"}],"text":"Record"}},
			{"value":"2"},{"system":"http://empty","type":{"coding":[{"code":"MR"}]}}]}`,
			"identifier identifier:of-type identifier:text",
			[]string{"identifier http://mrn|1", "identifier:of-type http://v2|MR|1", "identifier:of-type |X|1",
				"identifier |2", "identifier http://empty|", `identifier:text "record" "Record"`}},
		{"ContactPoint", `{"resourceType":"Patient","telecom":[{"system":"phone","value":"+1 555","use":"home"},
			{"system":"email","value":"a@b.c"},{"value":"alone"}]}`, "telecom phone email",
			[]string{"email |a@b.c", "phone |+1 555", "telecom |+1 555", "telecom |a@b.c", "telecom |alone"}},
		{"code implies its system", `{"resourceType":"Patient","gender":"female"}`, "gender",
			[]string{"gender http://hl7.org/fhir/administrative-gender|female"}},
		{"a code that its value set does not have", `{"resourceType":"Patient","gender":"FEMALE"}`, "gender", []string{"gender |FEMALE"}},
		{"code without required value set", `{"resourceType":"ValueSet","compose":{"include":[{"concept":[{"code":"x"}]}]},
			"expansion":{"contains":[{"system":"http://s","code":"y"}]}}`, "code", []string{"code |y", "code |x"}},
		{"boolean", `{"resourceType":"Patient","active":false}`, "active", []string{"active |false"}},
		{"string", `{"resourceType":"CodeSystem","version":"1.0"}`, "version", []string{"version |1.0"}},
		{"uri", `{"resourceType":"MessageDefinition","eventUri":"http://e"}`, "event", []string{"event |http://e"}},
		{"a choice takes what has tokens", `{"resourceType":"Group","characteristic":[{"code":{"coding":[{"code":"c"}]},"valueQuantity":{"value":1}},
			{"valueBoolean":true}]}`, "value", []string{"value |true"}},
		{"case is kept", `{"resourceType":"Patient","identifier":[{"value":"aB"},{"value":"Ab"}]}`, "identifier",
			[]string{"identifier |aB", "identifier |Ab"}},
	})
}

// Patient.deceased is an expression of its own: alive unless said otherwise.
func TestExtractDeceased(t *testing.T) {
	runExtract(t, []extractCase{
		{"absent", `{"resourceType":"Patient"}`, "deceased", []string{"deceased |false"}},
		{"false", `{"resourceType":"Patient","deceasedBoolean":false}`, "deceased", []string{"deceased |false"}},
		{"true", `{"resourceType":"Patient","deceasedBoolean":true}`, "deceased", []string{"deceased |true"}},
		{"a date", `{"resourceType":"Patient","deceasedDateTime":"2020"}`, "deceased death-date",
			[]string{"deceased |true", "death-date 2020-01-01..2021-01-01"}},
	})
}

// US Core looks into extensions.
func TestExtractUSCore(t *testing.T) {
	const races = `{"resourceType":"Patient","extension":[
		{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[
			{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2054-5"}},
			{"url":"detailed","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2056-0"}},
			{"url":"text","valueString":"Black"}]},
		{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity","extension":[
			{"url":"ombCategory","valueCoding":{"code":"2186-5"}}]},
		{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity",
			"valueCodeableConcept":{"coding":[{"code":"446141000124107"}]}},
		{"url":"http://other","extension":[{"url":"ombCategory","valueCoding":{"code":"other"}}]}]}`
	runExtract(t, []extractCase{
		{"race and ethnicity", races, "race ethnicity gender-identity",
			[]string{"ethnicity |2186-5", "gender-identity |446141000124107", "race |2054-5", "race |2056-0"}},
		{"asserted date", `{"resourceType":"Condition","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
			"valueDateTime":"2020-05"},{"url":"http://other","valueDateTime":"2021"}]}`, "asserted-date",
			[]string{"asserted-date 2020-05-01..2020-06-01"}},
		{"discharge disposition", `{"resourceType":"Encounter","hospitalization":{"dischargeDisposition":{"coding":[{"code":"home"}]}}}`,
			"discharge-disposition", []string{"discharge-disposition |home"}},
	})
}

func TestSystemOfCodes(t *testing.T) {
	got := systemOfCodes(map[string][]string{"http://a": {"x", "both"}, "http://b": {"both", "y"}})
	if want := map[string]string{"x": "http://a", "y": "http://b", "both": ""}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
