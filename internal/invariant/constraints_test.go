package invariant

// constraintTest has values of a type for which a constraint holds and does not
// hold. Part begins the expression that is meant, where a key has several.
type constraintTest struct {
	key, part, typ string
	good, bad      []string
}

const (
	ombAsked = `{"url":"ombCategory","valueCoding":{"code":"ASKU"}}`
	ombOther = `{"url":"ombCategory","valueCoding":{"code":"2106-3"}}`

	enteredInError = `"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]}`
	allergyInError = `"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"entered-in-error"}]}`
)

var constraintTests = []constraintTest{
	{"mqty-1", "", "Quantity", []string{`{"value":1,"code":"USD","system":"urn:iso:std:iso:4217"}`, `{}`}, []string{`{"value":1}`, `{"value":1,"code":"USD","system":"x"}`}},
	{"qty-3", "", "Quantity", []string{`{"value":1}`, `{"code":"mg","system":"http://unitsofmeasure.org"}`}, []string{`{"code":"mg"}`}},
	{"sqty-1", "", "Quantity", []string{`{"value":1}`}, []string{`{"value":1,"comparator":"<"}`}},
	{"dom-3", "", "Condition", []string{
		`{"resourceType":"Condition"}`,
		`{"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}`,
		`{"resourceType":"Condition","contained":[{"resourceType":"Provenance","id":"v","target":[{"reference":"#"}]}]}`,
		`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],"instantiatesCanonical":"#p","extension":[{"url":"u","valueCanonical":"#p"}]}`,
	}, []string{
		`{"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p"}]}`,
		`{"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#q"}}`,
	}},
	{"dom-4", "", "Condition", []string{`{"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p"}]}`}, []string{`{"resourceType":"Condition","contained":[{"resourceType":"Patient","meta":{"versionId":"1"}}]}`}},
	{"dom-5", "", "Condition", []string{`{"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p"}]}`}, []string{`{"resourceType":"Condition","contained":[{"resourceType":"Patient","meta":{"security":[{"code":"R"}]}}]}`}},
	{"obs-3", "", "Observation.referenceRange", []string{`{"text":"x"}`, `{"low":{"value":1}}`}, []string{`{"age":{}}`}},
	{"obs-6", "", "Observation", []string{`{"resourceType":"Observation","valueString":"x"}`, `{"resourceType":"Observation","dataAbsentReason":{}}`}, []string{`{"resourceType":"Observation","valueString":"x","dataAbsentReason":{"text":"y"}}`}},
	{"obs-7", "", "Observation", []string{
		`{"resourceType":"Observation","code":{"coding":[{"code":"a"}]},"component":[{"code":{"coding":[{"code":"a"}]}}]}`,
		`{"resourceType":"Observation","code":{"coding":[{"code":"a"}]},"valueString":"x","component":[{"code":{"coding":[{"code":"b"}]}}]}`,
	}, []string{`{"resourceType":"Observation","code":{"coding":[{"code":"a"}]},"valueString":"x","component":[{"code":{"coding":[{"code":"b"},{"code":"a"}]}}]}`}},
	{"vs-1", "", "dateTime", []string{`"2020-01-01"`, `"2020-01-01T10:00:00Z"`}, []string{`"2020"`, `"2020-01"`}},
	{"us-core-1", "", "dateTime", []string{`"2020-01-01"`}, []string{`"2020"`, `"2020-01"`}},
	{"vs-2", "", "Observation", []string{`{"resourceType":"Observation","valueString":"x"}`, `{"resourceType":"Observation","component":[{}]}`, `{"resourceType":"Observation","dataAbsentReason":{}}`}, []string{`{"resourceType":"Observation"}`}},
	{"us-core-2", "", "Observation", []string{`{"resourceType":"Observation","valueString":"x"}`, `{"resourceType":"Observation","hasMember":[{}]}`}, []string{`{"resourceType":"Observation"}`}},
	{"vs-3", "", "Observation.component", []string{`{"valueString":"x"}`, `{"dataAbsentReason":{}}`}, []string{`{}`}},
	{"us-core-26", "", "Observation.component", []string{`{"valueString":"x"}`, `{"dataAbsentReason":{}}`}, []string{`{}`}},
	{"us-core-3", "value.", "Observation", []string{`{"resourceType":"Observation","valueString":"x"}`, `{"resourceType":"Observation","valueQuantity":{"value":1}}`, `{"resourceType":"Observation","valueQuantity":{"system":"http://unitsofmeasure.org"}}`}, []string{`{"resourceType":"Observation","valueQuantity":{"system":"x"}}`}},
	{"us-core-3", "ofType", "Quantity", []string{`{"value":1}`, `{"system":"http://unitsofmeasure.org"}`}, []string{`{"system":"x"}`}},
	{"us-core-22", "", "Observation.referenceRange", []string{`{"low":{"value":1}}`, `{"high":{"system":"http://unitsofmeasure.org"}}`}, []string{`{"low":{"system":"http://unitsofmeasure.org"},"high":{"system":"x"}}`}},
	{"us-core-23", "", "Extension", []string{`{"extension":[` + ombAsked + `]}`, `{"extension":[` + ombOther + `,` + ombOther + `]}`}, []string{`{"extension":[` + ombAsked + `,` + ombOther + `]}`}},
	{"us-core-24", "", "Observation", []string{
		`{"resourceType":"Observation","code":{"coding":[{"code":"72166-2"}]},"valueCodeableConcept":{"text":"x"}}`, `{"resourceType":"Observation","code":{"coding":[{"code":"401201003"}]}}`,
	}, []string{`{"resourceType":"Observation","code":{"coding":[{"code":"x"},{"code":"11367-0"}]},"valueQuantity":{"value":1}}`}},
	{"us-core-25", "", "Observation", []string{`{"resourceType":"Observation","code":{"coding":[{"code":"401201003"}]},"valueQuantity":{"value":1}}`}, []string{`{"resourceType":"Observation","code":{"coding":[{"code":"782516008"}]},"valueString":"1"}`}},
	{"ait-1", "", "AllergyIntolerance", []string{`{"resourceType":"AllergyIntolerance","clinicalStatus":{}}`, `{"resourceType":"AllergyIntolerance",` + allergyInError + `}`}, []string{`{"resourceType":"AllergyIntolerance"}`}},
	{"ait-2", "", "AllergyIntolerance", []string{`{"resourceType":"AllergyIntolerance","clinicalStatus":{}}`}, []string{`{"resourceType":"AllergyIntolerance","clinicalStatus":{},` + allergyInError + `}`}},
	{"cpl-3", "", "CarePlan.activity", []string{`{"detail":{}}`, `{"reference":{}}`}, []string{`{"detail":{},"reference":{}}`}},
	{"ctm-1", "", "CareTeam.participant", []string{`{"member":{"reference":"Patient/1"}}`, `{"member":{"reference":"Practitioner/1"},"onBehalfOf":{}}`, `{"member":{"display":"x"},"onBehalfOf":{}}`}, []string{`{"member":{"reference":"Patient/1"},"onBehalfOf":{}}`}},
	{"con-1", "", "Condition.stage", []string{`{"summary":{}}`}, []string{`{"type":{}}`}},
	{"con-2", "", "Condition.evidence", []string{`{"code":[{}]}`}, []string{`{"id":"x"}`}},
	{"con-4", "", "Condition", []string{
		`{"resourceType":"Condition"}`,
		`{"resourceType":"Condition","abatementString":"x","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"remission"}]}}`,
	}, []string{`{"resourceType":"Condition","abatementDateTime":"2020","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}}`}},
	{"con-5", "", "Condition", []string{`{"resourceType":"Condition","clinicalStatus":{}}`, `{"resourceType":"Condition",` + enteredInError + `}`}, []string{`{"resourceType":"Condition","clinicalStatus":{},` + enteredInError + `}`}},
	{"us-core-15", "", "Coverage", []string{
		`{"resourceType":"Coverage","subscriberId":"x"}`,
		`{"resourceType":"Coverage","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"}]}}]}`,
	}, []string{`{"resourceType":"Coverage","identifier":[{"type":{"coding":[{"code":"MB"}]}}]}`}},
	{"us-core-8", "", "DiagnosticReport", []string{`{"resourceType":"DiagnosticReport","status":"registered"}`, `{"resourceType":"DiagnosticReport","status":"final","effectivePeriod":{}}`}, []string{`{"resourceType":"DiagnosticReport","status":"final"}`}},
	{"us-core-9", "", "DiagnosticReport", []string{`{"resourceType":"DiagnosticReport","status":"registered"}`, `{"resourceType":"DiagnosticReport","status":"final","issued":"2020-01-01T00:00:00Z"}`}, []string{`{"resourceType":"DiagnosticReport","status":"appended"}`}},
	{"us-core-10", "", "DiagnosticReport", []string{`{"resourceType":"DiagnosticReport","status":"final","effectiveDateTime":"2020"}`}, []string{`{"resourceType":"DiagnosticReport","status":"corrected"}`}},
	{"us-core-6", "url.exists", "Attachment", []string{`{"url":"http://x"}`, `{"data":"eA=="}`}, []string{`{"title":"x"}`}},
	{"us-core-6", "(family", "HumanName", []string{`{"family":"x"}`, `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`},
		[]string{`{"text":"x"}`, `{"given":["x"],"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`}},
	{"gol-1", "", "Goal.target", []string{`{"dueDate":"2020"}`, `{"detailString":"x","measure":{}}`}, []string{`{"detailString":"x"}`}},
	{"imm-1", "", "Immunization.education", []string{`{"reference":"http://x"}`}, []string{`{"publicationDate":"2020"}`}},
	{"mdd-1", "", "MedicationDispense", []string{
		`{"resourceType":"MedicationDispense","whenHandedOver":"2020-01-02","whenPrepared":"2020-01-01"}`, `{"resourceType":"MedicationDispense","whenPrepared":"2020-01-01"}`,
	}, []string{`{"resourceType":"MedicationDispense","whenHandedOver":"2020-01-01T00:00:00Z","whenPrepared":"2020-01-01T00:00:01Z"}`}},
	{"us-core-20", "", "MedicationDispense", []string{`{"resourceType":"MedicationDispense","status":"completed","whenHandedOver":"2020"}`, `{"resourceType":"MedicationDispense","status":"unknown"}`}, []string{`{"resourceType":"MedicationDispense","status":"completed"}`}},
	{"us-core-21", "", "MedicationRequest", []string{`{"resourceType":"MedicationRequest","intent":"plan"}`, `{"resourceType":"MedicationRequest","intent":"order","requester":{}}`}, []string{`{"resourceType":"MedicationRequest","intent":"filler-order"}`}},
	{"org-1", "", "Organization", []string{`{"resourceType":"Organization","name":"x"}`, `{"resourceType":"Organization","identifier":[{"value":"x"}]}`}, []string{`{"resourceType":"Organization","active":true}`}},
	{"org-2", "", "Address", []string{`{"use":"work"}`}, []string{`{"use":"home"}`}},
	{"org-3", "", "ContactPoint", []string{`{"use":"work"}`}, []string{`{"use":"home"}`}},
	{"us-core-16", "", "Identifier", []string{`{"value":"1234567893"}`}, []string{`{"value":"123456789"}`, `{"value":"12345678930"}`, `{"value":"123456789A"}`}},
	{"us-core-17", "", "Identifier", []string{`{"value":"1234567893"}`, `{"value":"1144221847"}`}, []string{`{"value":"1234567890"}`, `{"value":"123456789A"}`, `{"value":"12"}`}},
	{"us-core-18", "", "Identifier", []string{`{"value":"12D4567890"}`}, []string{`{"value":"1234567890"}`}},
	{"us-core-19", "", "Identifier", []string{`{"value":"12345"}`}, []string{`{"value":"123456"}`}},
	{"pat-1", "", "Patient.contact", []string{`{"name":{}}`, `{"organization":{}}`}, []string{`{"gender":"male"}`}},
	{"pd-1", "", "PractitionerRole", []string{`{"resourceType":"PractitionerRole","telecom":[{"value":"1"},{"value":"2"}]}`, `{"resourceType":"PractitionerRole","endpoint":[{"reference":"Endpoint/1"}]}`}, []string{`{"resourceType":"PractitionerRole"}`}},
	{"us-core-13", "", "PractitionerRole", []string{`{"resourceType":"PractitionerRole","location":[{"reference":"Location/1"},{"reference":"Location/2"}]}`}, []string{`{"resourceType":"PractitionerRole"}`}},
	{"us-core-7", "", "Procedure", []string{`{"resourceType":"Procedure","status":"completed","performedDateTime":"2020"}`, `{"resourceType":"Procedure","status":"preparation"}`}, []string{`{"resourceType":"Procedure","status":"in-progress"}`}},
	{"provenance-1", "", "Provenance.agent", []string{`{"who":{"reference":"Practitioner/1"},"onBehalfOf":{}}`, `{"who":{"reference":"Organization/1"}}`, `{"who":{"display":"x"}}`}, []string{`{"who":{"reference":"Practitioner/1"}}`, `{"who":{"reference":"http://x/Device/1"}}`}},
	{"qrs-1", "", "QuestionnaireResponse.item", []string{`{"answer":[{}]}`, `{"item":[{}]}`}, []string{`{"answer":[{"valueString":"x"}],"item":[{"linkId":"x"}]}`}},
	{"us-core-14", "", "RelatedPerson", []string{`{"resourceType":"RelatedPerson","name":[{"text":"x"}]}`}, []string{`{"resourceType":"RelatedPerson"}`}},
	{"prr-1", "", "ServiceRequest", []string{`{"resourceType":"ServiceRequest","code":{},"orderDetail":[{}]}`}, []string{`{"resourceType":"ServiceRequest","orderDetail":[{}]}`}},
}
