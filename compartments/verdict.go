package compartments

import "strings"

// Verdict says which resources of a type can be reached in the context of a
// patient: under `patient/` scopes, and under `user/` scopes of a user whose
// panel is bounded.
type Verdict int

// The verdicts.
const (
	// Never: nothing of the type.
	Never Verdict = iota
	// ByChart: what is in the patient's chart, to read and to write.
	ByChart
	// ReadOnly: all of the type, to read and to search.
	ReadOnly
	// Linked: what a visible resource of the chart leads to, to read and,
	// but for Binary, to search.
	Linked
	// AllTargets: what has only visible targets, to read and to search.
	AllTargets
	// Records: nothing of the type, and without a bound no more than to add to it
	// and, for those who may look after the records, to read them.
	Records
)

func (v Verdict) String() string {
	switch v {
	case ByChart:
		return "by chart"
	case ReadOnly:
		return "whole and read-only"
	case Linked:
		return "linked from the chart"
	case AllTargets:
		return "all targets visible"
	case Records:
		return "records of what was done"
	}
	return "never"
}

// row is a verdict for some types, separated by spaces, and its reason.
type row struct {
	verdict Verdict
	why     string
	types   string
}

// table has every resource type of R4 once. A test holds it against the list of
// types and against the Patient compartment.
var table = []row{
	{ByChart, "in the Patient compartment", `
		Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse
		Basic BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse
		ClinicalImpression Communication CommunicationRequest Composition
		Condition Consent Coverage CoverageEligibilityRequest
		CoverageEligibilityResponse DetectedIssue DeviceRequest
		DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference
		Encounter EnrollmentRequest EpisodeOfCare ExplanationOfBenefit
		FamilyMemberHistory Flag Goal ImagingStudy Immunization
		ImmunizationEvaluation ImmunizationRecommendation Invoice List
		MeasureReport Media MedicationAdministration MedicationDispense
		MedicationRequest MedicationStatement MolecularSequence NutritionOrder
		Observation Procedure QuestionnaireResponse RelatedPerson RequestGroup
		ResearchSubject RiskAssessment Schedule ServiceRequest Specimen
		SupplyDelivery SupplyRequest VisionPrescription`},
	{ByChart, "the patient itself; Patient.link makes no member", `Patient`},
	{ByChart, "outside the compartment, by its own patient element", `Device Task`},

	{ReadOnly, "a directory, whose entries are of no patient", `
		Endpoint HealthcareService Location Organization Practitioner
		PractitionerRole`},
	{ReadOnly, "a definition, the same for every patient", `
		ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem
		CompartmentDefinition ConceptMap DeviceDefinition
		EffectEvidenceSynthesis EventDefinition Evidence EvidenceVariable
		ExampleScenario GraphDefinition ImplementationGuide Library Measure
		MessageDefinition NamingSystem ObservationDefinition OperationDefinition
		PlanDefinition Questionnaire ResearchDefinition
		ResearchElementDefinition RiskEvidenceSynthesis SearchParameter
		SpecimenDefinition StructureDefinition StructureMap
		TerminologyCapabilities TestScript ValueSet`},

	{Linked, "reached by reference, with one step from ingredient to ingredient", `
		Medication Substance`},
	{Linked, "reached by its securityContext or as an attachment", `Binary`},
	{AllTargets, "it speaks of its targets", `Provenance`},

	{Never, "in the compartment, but it tells of other people", `
		Group Person`},
	{Records, "in the compartment, but it tells who did what", `AuditEvent`},
	{Never, "it delivers with its author's rights at another time", `Subscription`},
	{Never, "it wraps resources of any patient", `Bundle MessageHeader Parameters`},
	{Never, "outside the compartment", `
		BiologicallyDerivedProduct CatalogEntry Contract DeviceMetric
		EnrollmentResponse GuidanceResponse InsurancePlan Linkage
		MedicationKnowledge MedicinalProduct MedicinalProductAuthorization
		MedicinalProductContraindication MedicinalProductIndication
		MedicinalProductIngredient MedicinalProductInteraction
		MedicinalProductManufactured MedicinalProductPackaged
		MedicinalProductPharmaceutical MedicinalProductUndesirableEffect
		OperationOutcome OrganizationAffiliation PaymentNotice
		PaymentReconciliation ResearchStudy Slot SubstanceNucleicAcid
		SubstancePolymer SubstanceProtein SubstanceReferenceInformation
		SubstanceSourceMaterial SubstanceSpecification TestReport
		VerificationResult`},
}

// outside are the types with a chart that are no members of R4's Patient
// compartment, and the parameter that confers membership.
var outside = map[string]string{"Device": "patient", "Task": "patient"}

// noMember are the parameters of the definition that confer no membership of a
// chart: a linked Patient is another record, perhaps of another person
// (leaks.md row 28).
var noMember = map[string]string{"Patient": "link"}

func verdicts() map[string]Verdict {
	byType := map[string]Verdict{}
	for _, r := range table {
		for _, typ := range strings.Fields(r.types) {
			byType[typ] = r.verdict
		}
	}
	return byType
}
