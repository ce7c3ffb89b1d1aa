package scope

import "strings"

// topic is types that belong together on a page, and what people call one of each.
type topic struct {
	title  string
	shared bool // what is of no patient: a directory, definitions
	nouns  map[string]string
}

// topics have the types of which patients have data, and the directory. The other
// types are called by their own names.
var topics = []topic{
	{"Vital signs, lab results and other observations", false, map[string]string{
		"Observation": "observation", "MolecularSequence": "genetic sequence", "Specimen": "specimen",
		"DiagnosticReport": "report of a test or an examination", "ImagingStudy": "imaging study", "Media": "photo, video or recording"}},
	{"Health problems and allergies", false, map[string]string{
		"Condition": "health problem", "AllergyIntolerance": "allergy or intolerance", "AdverseEvent": "adverse event",
		"ClinicalImpression": "clinical assessment", "DetectedIssue": "detected issue", "RiskAssessment": "risk assessment",
		"Flag": "warning", "FamilyMemberHistory": "illness in the family", "BodyStructure": "body structure"}},
	{"Medications and vaccinations", false, map[string]string{
		"Medication": "medication", "MedicationRequest": "prescription", "MedicationStatement": "statement on medications",
		"MedicationAdministration": "administration of a medication", "MedicationDispense": "dispensed medication",
		"Immunization": "vaccination", "ImmunizationEvaluation": "evaluation of a vaccination",
		"ImmunizationRecommendation": "recommended vaccination", "Substance": "substance"}},
	{"Visits and appointments", false, map[string]string{
		"Encounter": "visit", "EpisodeOfCare": "episode of care", "Appointment": "appointment",
		"AppointmentResponse": "answer to an appointment", "Schedule": "schedule"}},
	{"Procedures, orders and devices", false, map[string]string{
		"Procedure": "procedure", "ServiceRequest": "order or referral", "NutritionOrder": "order for a diet",
		"VisionPrescription": "prescription of glasses or lenses", "Device": "device", "DeviceRequest": "request for a device",
		"DeviceUseStatement": "statement on the use of a device", "SupplyRequest": "request for supplies", "SupplyDelivery": "delivery of supplies"}},
	{"Documents and questionnaires", false, map[string]string{
		"DocumentReference": "document", "DocumentManifest": "set of documents", "Composition": "structured document",
		"QuestionnaireResponse": "filled-in questionnaire", "Binary": "file", "List": "list", "Consent": "consent"}},
	{"Care plans, teams and messages", false, map[string]string{
		"CarePlan": "care plan", "CareTeam": "care team", "Goal": "goal", "RequestGroup": "group of requests", "Task": "task",
		"Communication": "message", "CommunicationRequest": "request for a message"}},
	{"Insurance and bills", false, map[string]string{
		"Coverage": "insurance", "Claim": "claim to an insurer", "ClaimResponse": "answer to a claim",
		"ExplanationOfBenefit": "statement of benefits", "CoverageEligibilityRequest": "question about coverage",
		"CoverageEligibilityResponse": "answer about coverage", "EnrollmentRequest": "enrollment in an insurance",
		"Account": "account", "Invoice": "bill", "ChargeItem": "charge"}},
	{"Personal details", false, map[string]string{
		"Patient": "personal details", "RelatedPerson": "related person", "ResearchSubject": "participation in research",
		"Provenance": "statement of origin"}},
	{"Practitioners, clinics and places", true, map[string]string{
		"Practitioner": "practitioner", "PractitionerRole": "role of a practitioner", "Organization": "organization",
		"Location": "place", "HealthcareService": "healthcare service", "Endpoint": "technical endpoint"}},
	{"Definitions", true, map[string]string{
		"Questionnaire": "questionnaire", "ValueSet": "value set", "CodeSystem": "code system", "ConceptMap": "concept map", "Library": "library",
		"ActivityDefinition": "", "CapabilityStatement": "", "ChargeItemDefinition": "", "CompartmentDefinition": "", "DeviceDefinition": "",
		"EffectEvidenceSynthesis": "", "EventDefinition": "", "Evidence": "", "EvidenceVariable": "", "ExampleScenario": "",
		"GraphDefinition": "", "ImplementationGuide": "", "Measure": "", "MessageDefinition": "", "NamingSystem": "",
		"ObservationDefinition": "", "OperationDefinition": "", "PlanDefinition": "", "ResearchDefinition": "", "ResearchElementDefinition": "",
		"RiskEvidenceSynthesis": "", "SearchParameter": "", "SpecimenDefinition": "", "StructureDefinition": "", "StructureMap": "",
		"TerminologyCapabilities": "", "TestScript": ""}},
}

// topicOf is the topic of a type.
func topicOf(typ string) topic {
	for _, t := range topics {
		if _, ok := t.nouns[typ]; ok {
			return t
		}
	}
	return topic{title: GroupOther}
}

// noun is what people call a resource of the type: the name in separate words if
// there is nothing better.
func (t topic) noun(typ string) string {
	if noun := t.nouns[typ]; noun != "" {
		return noun
	}
	var b strings.Builder
	for i, r := range typ {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
