package r4

// Condition is a problem, a concern or a diagnosis.
type Condition struct {
	Resource
	ClinicalStatus     *CodeableConcept  `json:"clinicalStatus,omitzero"`
	VerificationStatus *CodeableConcept  `json:"verificationStatus,omitzero"`
	Category           []CodeableConcept `json:"category,omitzero"`
	Severity           *CodeableConcept  `json:"severity,omitzero"`
	Code               *CodeableConcept  `json:"code,omitzero"`
	BodySite           []CodeableConcept `json:"bodySite,omitzero"`
	Subject            *Reference        `json:"subject,omitzero"`
	Encounter          *Reference        `json:"encounter,omitzero"`
	OnsetDateTime      string            `json:"onsetDateTime,omitzero"`
	AbatementDateTime  string            `json:"abatementDateTime,omitzero"`
	RecordedDate       string            `json:"recordedDate,omitzero"`
	Recorder           *Reference        `json:"recorder,omitzero"`
	Note               []Annotation      `json:"note,omitzero"`
}

// AllergyIntolerance is what a patient does not bear.
type AllergyIntolerance struct {
	Resource
	ClinicalStatus     *CodeableConcept `json:"clinicalStatus,omitzero"`
	VerificationStatus *CodeableConcept `json:"verificationStatus,omitzero"`
	Type               string           `json:"type,omitzero"`
	Category           []string         `json:"category,omitzero"`
	Criticality        string           `json:"criticality,omitzero"`
	Code               *CodeableConcept `json:"code,omitzero"`
	Patient            *Reference       `json:"patient,omitzero"`
	OnsetDateTime      string           `json:"onsetDateTime,omitzero"`
	RecordedDate       string           `json:"recordedDate,omitzero"`
	Reaction           []Reaction       `json:"reaction,omitzero"`
}

// Reaction is what an allergy does.
type Reaction struct {
	Manifestation []CodeableConcept `json:"manifestation,omitzero"`
	Severity      string            `json:"severity,omitzero"`
}

// Observation is what was measured, seen or answered.
type Observation struct {
	Resource
	Identifier           []Identifier      `json:"identifier,omitzero"`
	BasedOn              []Reference       `json:"basedOn,omitzero"`
	Status               string            `json:"status,omitzero"`
	Category             []CodeableConcept `json:"category,omitzero"`
	Code                 *CodeableConcept  `json:"code,omitzero"`
	Subject              *Reference        `json:"subject,omitzero"`
	Encounter            *Reference        `json:"encounter,omitzero"`
	EffectiveDateTime    string            `json:"effectiveDateTime,omitzero"`
	EffectivePeriod      *Period           `json:"effectivePeriod,omitzero"`
	Issued               string            `json:"issued,omitzero"`
	Performer            []Reference       `json:"performer,omitzero"`
	ValueQuantity        *Quantity         `json:"valueQuantity,omitzero"`
	ValueCodeableConcept *CodeableConcept  `json:"valueCodeableConcept,omitzero"`
	ValueString          string            `json:"valueString,omitzero"`
	ValueInteger         *int              `json:"valueInteger,omitzero"`
	ValueBoolean         *bool             `json:"valueBoolean,omitzero"`
	ValueDateTime        string            `json:"valueDateTime,omitzero"`
	DataAbsentReason     *CodeableConcept  `json:"dataAbsentReason,omitzero"`
	Interpretation       []CodeableConcept `json:"interpretation,omitzero"`
	Note                 []Annotation      `json:"note,omitzero"`
	Specimen             *Reference        `json:"specimen,omitzero"`
	Device               *Reference        `json:"device,omitzero"`
	ReferenceRange       []ReferenceRange  `json:"referenceRange,omitzero"`
	HasMember            []Reference       `json:"hasMember,omitzero"`
	DerivedFrom          []Reference       `json:"derivedFrom,omitzero"`
	Component            []Component       `json:"component,omitzero"`
}

// ReferenceRange is what is usual.
type ReferenceRange struct {
	Low  *Quantity `json:"low,omitzero"`
	High *Quantity `json:"high,omitzero"`
	Text string    `json:"text,omitzero"`
}

// Component is a part of an Observation.
type Component struct {
	Code                 *CodeableConcept `json:"code,omitzero"`
	ValueQuantity        *Quantity        `json:"valueQuantity,omitzero"`
	ValueCodeableConcept *CodeableConcept `json:"valueCodeableConcept,omitzero"`
	DataAbsentReason     *CodeableConcept `json:"dataAbsentReason,omitzero"`
}

// DiagnosticReport is what was found, together.
type DiagnosticReport struct {
	Resource
	Identifier        []Identifier      `json:"identifier,omitzero"`
	BasedOn           []Reference       `json:"basedOn,omitzero"`
	Status            string            `json:"status,omitzero"`
	Category          []CodeableConcept `json:"category,omitzero"`
	Code              *CodeableConcept  `json:"code,omitzero"`
	Subject           *Reference        `json:"subject,omitzero"`
	Encounter         *Reference        `json:"encounter,omitzero"`
	EffectiveDateTime string            `json:"effectiveDateTime,omitzero"`
	EffectivePeriod   *Period           `json:"effectivePeriod,omitzero"`
	Issued            string            `json:"issued,omitzero"`
	Performer         []Reference       `json:"performer,omitzero"`
	Specimen          []Reference       `json:"specimen,omitzero"`
	Result            []Reference       `json:"result,omitzero"`
	Media             []ReportMedia     `json:"media,omitzero"`
	Conclusion        string            `json:"conclusion,omitzero"`
	PresentedForm     []Attachment      `json:"presentedForm,omitzero"`
}

// ReportMedia is a picture of a report.
type ReportMedia struct {
	Comment string     `json:"comment,omitzero"`
	Link    *Reference `json:"link,omitzero"`
}

// Specimen is what was taken for a test.
type Specimen struct {
	Resource
	Identifier          []Identifier      `json:"identifier,omitzero"`
	AccessionIdentifier *Identifier       `json:"accessionIdentifier,omitzero"`
	Status              string            `json:"status,omitzero"`
	Type                *CodeableConcept  `json:"type,omitzero"`
	Subject             *Reference        `json:"subject,omitzero"`
	ReceivedTime        string            `json:"receivedTime,omitzero"`
	Collection          *Collection       `json:"collection,omitzero"`
	Condition           []CodeableConcept `json:"condition,omitzero"`
}

// Collection says how a Specimen was taken.
type Collection struct {
	Collector         *Reference       `json:"collector,omitzero"`
	CollectedDateTime string           `json:"collectedDateTime,omitzero"`
	BodySite          *CodeableConcept `json:"bodySite,omitzero"`
}

// Immunization is a vaccination, also one that was not given.
type Immunization struct {
	Resource
	Status             string           `json:"status,omitzero"`
	StatusReason       *CodeableConcept `json:"statusReason,omitzero"`
	VaccineCode        *CodeableConcept `json:"vaccineCode,omitzero"`
	Patient            *Reference       `json:"patient,omitzero"`
	Encounter          *Reference       `json:"encounter,omitzero"`
	OccurrenceDateTime string           `json:"occurrenceDateTime,omitzero"`
	OccurrenceElement  *Element         `json:"_occurrenceDateTime,omitzero"`
	OccurrenceString   string           `json:"occurrenceString,omitzero"`
	PrimarySource      *bool            `json:"primarySource,omitzero"`
	Location           *Reference       `json:"location,omitzero"`
	LotNumber          string           `json:"lotNumber,omitzero"`
	ExpirationDate     string           `json:"expirationDate,omitzero"`
	Site               *CodeableConcept `json:"site,omitzero"`
	Performer          []Performer      `json:"performer,omitzero"`
	Note               []Annotation     `json:"note,omitzero"`
}

// Medication is a drug.
type Medication struct {
	Resource
	Code   *CodeableConcept `json:"code,omitzero"`
	Status string           `json:"status,omitzero"`
	Form   *CodeableConcept `json:"form,omitzero"`
}

// MedicationRequest is a prescription, or what a patient says to take.
type MedicationRequest struct {
	Resource
	Status                    string            `json:"status,omitzero"`
	Intent                    string            `json:"intent,omitzero"`
	Category                  []CodeableConcept `json:"category,omitzero"`
	ReportedBoolean           *bool             `json:"reportedBoolean,omitzero"`
	ReportedReference         *Reference        `json:"reportedReference,omitzero"`
	MedicationCodeableConcept *CodeableConcept  `json:"medicationCodeableConcept,omitzero"`
	MedicationReference       *Reference        `json:"medicationReference,omitzero"`
	Subject                   *Reference        `json:"subject,omitzero"`
	Encounter                 *Reference        `json:"encounter,omitzero"`
	AuthoredOn                string            `json:"authoredOn,omitzero"`
	Requester                 *Reference        `json:"requester,omitzero"`
	ReasonCode                []CodeableConcept `json:"reasonCode,omitzero"`
	ReasonReference           []Reference       `json:"reasonReference,omitzero"`
	DosageInstruction         []Dosage          `json:"dosageInstruction,omitzero"`
	DispenseRequest           *DispenseRequest  `json:"dispenseRequest,omitzero"`
}

// DispenseRequest says how much is to be given out.
type DispenseRequest struct {
	NumberOfRepeatsAllowed *int      `json:"numberOfRepeatsAllowed,omitzero"`
	Quantity               *Quantity `json:"quantity,omitzero"`
}

// MedicationDispense is what was given out.
type MedicationDispense struct {
	Resource
	Status                    string           `json:"status,omitzero"`
	MedicationCodeableConcept *CodeableConcept `json:"medicationCodeableConcept,omitzero"`
	MedicationReference       *Reference       `json:"medicationReference,omitzero"`
	Subject                   *Reference       `json:"subject,omitzero"`
	Context                   *Reference       `json:"context,omitzero"`
	Performer                 []Performer      `json:"performer,omitzero"`
	AuthorizingPrescription   []Reference      `json:"authorizingPrescription,omitzero"`
	Type                      *CodeableConcept `json:"type,omitzero"`
	Quantity                  *Quantity        `json:"quantity,omitzero"`
	DaysSupply                *Quantity        `json:"daysSupply,omitzero"`
	WhenHandedOver            string           `json:"whenHandedOver,omitzero"`
	DosageInstruction         []Dosage         `json:"dosageInstruction,omitzero"`
}

// TypeName is Condition.
func (*Condition) TypeName() string { return "Condition" }

// TypeName is AllergyIntolerance.
func (*AllergyIntolerance) TypeName() string { return "AllergyIntolerance" }

// TypeName is Observation.
func (*Observation) TypeName() string { return "Observation" }

// TypeName is DiagnosticReport.
func (*DiagnosticReport) TypeName() string { return "DiagnosticReport" }

// TypeName is Specimen.
func (*Specimen) TypeName() string { return "Specimen" }

// TypeName is Immunization.
func (*Immunization) TypeName() string { return "Immunization" }

// TypeName is Medication.
func (*Medication) TypeName() string { return "Medication" }

// TypeName is MedicationRequest.
func (*MedicationRequest) TypeName() string { return "MedicationRequest" }

// TypeName is MedicationDispense.
func (*MedicationDispense) TypeName() string { return "MedicationDispense" }
