package search

import "fmt"

// mainDates is the main clinical date of each type: when that which the resource
// tells of happened, else when it was written. Resources of a type are ordered by
// it unless the client asks otherwise.
var mainDates = map[string]string{
	"Account":                     "period",
	"AdverseEvent":                "date",
	"AllergyIntolerance":          "date",
	"Appointment":                 "date",
	"AuditEvent":                  "date",
	"Basic":                       "created",
	"Bundle":                      "timestamp",
	"CarePlan":                    "date",
	"CareTeam":                    "date",
	"ChargeItem":                  "occurrence",
	"Claim":                       "created",
	"ClaimResponse":               "created",
	"ClinicalImpression":          "date",
	"Communication":               "sent",
	"CommunicationRequest":        "authored",
	"Composition":                 "date",
	"Condition":                   "onset-date",
	"Consent":                     "date",
	"Contract":                    "issued",
	"CoverageEligibilityRequest":  "created",
	"CoverageEligibilityResponse": "created",
	"DetectedIssue":               "identified",
	"DeviceRequest":               "authored-on",
	"DiagnosticReport":            "date",
	"DocumentManifest":            "created",
	"DocumentReference":           "date",
	"Encounter":                   "date",
	"EpisodeOfCare":               "date",
	"ExplanationOfBenefit":        "created",
	"FamilyMemberHistory":         "date",
	"Flag":                        "date",
	"Goal":                        "start-date",
	"ImagingStudy":                "started",
	"Immunization":                "date",
	"ImmunizationEvaluation":      "date",
	"ImmunizationRecommendation":  "date",
	"Invoice":                     "date",
	"List":                        "date",
	"MeasureReport":               "date",
	"Media":                       "created",
	"MedicationAdministration":    "effective-time",
	"MedicationDispense":          "whenhandedover",
	"MedicationRequest":           "authoredon",
	"MedicationStatement":         "effective",
	"NutritionOrder":              "datetime",
	"Observation":                 "date",
	"PaymentNotice":               "created",
	"PaymentReconciliation":       "created",
	"Procedure":                   "date",
	"Provenance":                  "recorded",
	"QuestionnaireResponse":       "authored",
	"RequestGroup":                "authored",
	"ResearchStudy":               "date",
	"ResearchSubject":             "date",
	"RiskAssessment":              "date",
	"Schedule":                    "date",
	"ServiceRequest":              "authored",
	"Slot":                        "start",
	"Specimen":                    "collected",
	"SupplyRequest":               "date",
	"Task":                        "authored-on",
	"TestReport":                  "issued",
	"VisionPrescription":          "datewritten",

	// Definitions: when they last changed.
	"ActivityDefinition":        "date",
	"CapabilityStatement":       "date",
	"ChargeItemDefinition":      "date",
	"CodeSystem":                "date",
	"CompartmentDefinition":     "date",
	"ConceptMap":                "date",
	"EffectEvidenceSynthesis":   "date",
	"EventDefinition":           "date",
	"Evidence":                  "date",
	"EvidenceVariable":          "date",
	"ExampleScenario":           "date",
	"GraphDefinition":           "date",
	"ImplementationGuide":       "date",
	"Library":                   "date",
	"Measure":                   "date",
	"MessageDefinition":         "date",
	"NamingSystem":              "date",
	"OperationDefinition":       "date",
	"PlanDefinition":            "date",
	"Questionnaire":             "date",
	"ResearchDefinition":        "date",
	"ResearchElementDefinition": "date",
	"RiskEvidenceSynthesis":     "date",
	"SearchParameter":           "date",
	"StructureDefinition":       "date",
	"StructureMap":              "date",
	"TerminologyCapabilities":   "date",
	"TestScript":                "date",
	"ValueSet":                  "date",
}

func (t *typeParams) setSort(typ string) error {
	code, ok := mainDates[typ]
	if !ok {
		return nil
	}
	p := t.byCode[code]
	if p == nil || p.Kind != KindDate {
		return fmt.Errorf("the main date of %s, %q, is not a search parameter of type date", typ, code)
	}
	t.sort = p
	return nil
}
