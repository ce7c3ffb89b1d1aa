package validation

import (
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

func TestRequiredBindings(t *testing.T) {
	condition := func(status string) string {
		return `{"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":` + status + `}`
	}
	const system = `"system":"http://terminology.hl7.org/CodeSystem/condition-clinical"`
	refused := []string{"code-invalid Condition.clinicalStatus: must have a coding with system and code in http://hl7.org/fhir/ValueSet/condition-clinical: " +
		"of http://terminology.hl7.org/CodeSystem/condition-clinical, active, inactive, recurrence, relapse, remission or resolved"}
	run(t, []check{
		{"code", `{"resourceType":"Patient","gender":"Male"}`, []string{
			`code-invalid Patient.gender: "Male" is not in http://hl7.org/fhir/ValueSet/administrative-gender: female, male, other or unknown`}},
		{"code of many", `{"resourceType":"Bundle","type":"colection","entry":[{"request":{"method":"GETT","url":"x"}}]}`, []string{
			`code-invalid Bundle.type: "colection" is not in http://hl7.org/fhir/ValueSet/bundle-type: batch, batch-response, collection, document, history, message, searchset, transaction or transaction-response`,
			`code-invalid Bundle.entry[0].request.method: "GETT" is not in http://hl7.org/fhir/ValueSet/http-verb: DELETE, GET, HEAD, PATCH, POST or PUT`}},
		{"code of very many", `{"resourceType":"CompartmentDefinition","url":"http://x","name":"x","status":"draft","code":"Patient","search":true,"resource":[{"code":"Observatio"},{"code":"Nothing"}]}`, []string{
			`code-invalid CompartmentDefinition.resource[0].code: "Observatio" is not in http://hl7.org/fhir/ValueSet/resource-types; is Observation meant?`,
			`code-invalid CompartmentDefinition.resource[1].code: "Nothing" is not in http://hl7.org/fhir/ValueSet/resource-types`}},
		{"codes", `{"resourceType":"HealthcareService","availableTime":[{"daysOfWeek":["mon","Mon"]}]}`, []string{
			`code-invalid HealthcareService.availableTime[0].daysOfWeek[1]: "Mon" is not in http://hl7.org/fhir/ValueSet/days-of-week: fri, mon, sat, sun, thu, tue or wed`}},
		{"open", `{"resourceType":"Patient","photo":[{"contentType":"image/anything"}]}`, nil},
		{"extensible", `{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://x","code":"Z"}]}}`, nil},
		{"concept", condition(`{"coding":[{` + system + `,"code":"active"}]}`), nil},
		{"concept, one of them", condition(`{"coding":[{"system":"http://snomed.info/sct","code":"1"},{` + system + `,"code":"active"}],"text":"x"}`), nil},
		{"concept, absent", condition(`{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`), nil},
		{"concept, another code", condition(`{"coding":[{` + system + `,"code":"Active"}]}`), refused},
		{"concept, another system", condition(`{"coding":[{"system":"http://x","code":"active"}]}`), refused},
		{"concept, no system", condition(`{"coding":[{"code":"active"}]}`), refused},
		{"concept, text only", condition(`{"text":"active"}`), refused},
	})
}

// What concept and code do not do is not needed in R4.
func TestRequiredBindingsAreOfCodesAndConcepts(t *testing.T) {
	for name, s := range structures() {
		definition, _ := definitions.LookupStructure(name)
		for _, e := range definition.Elements {
			if e.Binding.Strength == "required" && e.Types[0].Code != "code" && e.Types[0].Code != "CodeableConcept" {
				t.Errorf("%s.%s: a %s with a required binding", s.name, e.Name, e.Types[0].Code)
			}
		}
	}
}
