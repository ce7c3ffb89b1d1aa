package r4

// Encounter is a contact of a patient with care.
type Encounter struct {
	Resource
	Identifier      []Identifier           `json:"identifier,omitzero"`
	Status          string                 `json:"status,omitzero"`
	Class           *Coding                `json:"class,omitzero"`
	Type            []CodeableConcept      `json:"type,omitzero"`
	Subject         *Reference             `json:"subject,omitzero"`
	Participant     []EncounterParticipant `json:"participant,omitzero"`
	Period          *Period                `json:"period,omitzero"`
	ReasonCode      []CodeableConcept      `json:"reasonCode,omitzero"`
	ReasonReference []Reference            `json:"reasonReference,omitzero"`
	Hospitalization *Hospitalization       `json:"hospitalization,omitzero"`
	Location        []EncounterLocation    `json:"location,omitzero"`
	ServiceProvider *Reference             `json:"serviceProvider,omitzero"`
}

// EncounterParticipant is who took part in an Encounter.
type EncounterParticipant struct {
	Type       []CodeableConcept `json:"type,omitzero"`
	Period     *Period           `json:"period,omitzero"`
	Individual *Reference        `json:"individual,omitzero"`
}

// Hospitalization is about a stay.
type Hospitalization struct {
	DischargeDisposition *CodeableConcept `json:"dischargeDisposition,omitzero"`
}

// EncounterLocation is where an Encounter was.
type EncounterLocation struct {
	Location *Reference `json:"location,omitzero"`
}

// CarePlan is what is planned for a patient.
type CarePlan struct {
	Resource
	Status      string            `json:"status,omitzero"`
	Intent      string            `json:"intent,omitzero"`
	Category    []CodeableConcept `json:"category,omitzero"`
	Title       string            `json:"title,omitzero"`
	Description string            `json:"description,omitzero"`
	Subject     *Reference        `json:"subject,omitzero"`
	Encounter   *Reference        `json:"encounter,omitzero"`
	Period      *Period           `json:"period,omitzero"`
	Author      *Reference        `json:"author,omitzero"`
	CareTeam    []Reference       `json:"careTeam,omitzero"`
	Addresses   []Reference       `json:"addresses,omitzero"`
	Goal        []Reference       `json:"goal,omitzero"`
}

// CareTeam is who cares for a patient.
type CareTeam struct {
	Resource
	Status               string            `json:"status,omitzero"`
	Category             []CodeableConcept `json:"category,omitzero"`
	Name                 string            `json:"name,omitzero"`
	Subject              *Reference        `json:"subject,omitzero"`
	Period               *Period           `json:"period,omitzero"`
	Participant          []TeamParticipant `json:"participant,omitzero"`
	ReasonReference      []Reference       `json:"reasonReference,omitzero"`
	ManagingOrganization []Reference       `json:"managingOrganization,omitzero"`
}

// TeamParticipant is a member of a CareTeam.
type TeamParticipant struct {
	Role   []CodeableConcept `json:"role,omitzero"`
	Member *Reference        `json:"member,omitzero"`
	Period *Period           `json:"period,omitzero"`
}

// Goal is what shall be reached.
type Goal struct {
	Resource
	LifecycleStatus   string           `json:"lifecycleStatus,omitzero"`
	AchievementStatus *CodeableConcept `json:"achievementStatus,omitzero"`
	Description       *CodeableConcept `json:"description,omitzero"`
	Subject           *Reference       `json:"subject,omitzero"`
	StartDate         string           `json:"startDate,omitzero"`
	Target            []Target         `json:"target,omitzero"`
	Addresses         []Reference      `json:"addresses,omitzero"`
}

// Target is by what a Goal is measured.
type Target struct {
	Measure        *CodeableConcept `json:"measure,omitzero"`
	DetailQuantity *Quantity        `json:"detailQuantity,omitzero"`
	DueDate        string           `json:"dueDate,omitzero"`
}

// Coverage is an insurance.
type Coverage struct {
	Resource
	Identifier   []Identifier     `json:"identifier,omitzero"`
	Status       string           `json:"status,omitzero"`
	Type         *CodeableConcept `json:"type,omitzero"`
	Subscriber   *Reference       `json:"subscriber,omitzero"`
	SubscriberID string           `json:"subscriberId,omitzero"`
	Beneficiary  *Reference       `json:"beneficiary,omitzero"`
	Relationship *CodeableConcept `json:"relationship,omitzero"`
	Period       *Period          `json:"period,omitzero"`
	Payor        []Reference      `json:"payor,omitzero"`
	Class        []CoverageClass  `json:"class,omitzero"`
}

// CoverageClass is a group or plan of a Coverage.
type CoverageClass struct {
	Type  *CodeableConcept `json:"type,omitzero"`
	Value string           `json:"value,omitzero"`
	Name  string           `json:"name,omitzero"`
}

// ServiceRequest is an order or a referral.
type ServiceRequest struct {
	Resource
	Status             string            `json:"status,omitzero"`
	Intent             string            `json:"intent,omitzero"`
	Category           []CodeableConcept `json:"category,omitzero"`
	Code               *CodeableConcept  `json:"code,omitzero"`
	Subject            *Reference        `json:"subject,omitzero"`
	Encounter          *Reference        `json:"encounter,omitzero"`
	OccurrenceDateTime string            `json:"occurrenceDateTime,omitzero"`
	OccurrencePeriod   *Period           `json:"occurrencePeriod,omitzero"`
	AuthoredOn         string            `json:"authoredOn,omitzero"`
	Requester          *Reference        `json:"requester,omitzero"`
	ReasonCode         []CodeableConcept `json:"reasonCode,omitzero"`
	ReasonReference    []Reference       `json:"reasonReference,omitzero"`
}

// Procedure is what was done.
type Procedure struct {
	Resource
	BasedOn           []Reference       `json:"basedOn,omitzero"`
	Status            string            `json:"status,omitzero"`
	Category          *CodeableConcept  `json:"category,omitzero"`
	Code              *CodeableConcept  `json:"code,omitzero"`
	Subject           *Reference        `json:"subject,omitzero"`
	Encounter         *Reference        `json:"encounter,omitzero"`
	PerformedDateTime string            `json:"performedDateTime,omitzero"`
	PerformedPeriod   *Period           `json:"performedPeriod,omitzero"`
	Performer         []Performer       `json:"performer,omitzero"`
	Location          *Reference        `json:"location,omitzero"`
	ReasonCode        []CodeableConcept `json:"reasonCode,omitzero"`
	ReasonReference   []Reference       `json:"reasonReference,omitzero"`
	Report            []Reference       `json:"report,omitzero"`
	FocalDevice       []FocalDevice     `json:"focalDevice,omitzero"`
}

// Performer is who did something.
type Performer struct {
	Function *CodeableConcept `json:"function,omitzero"`
	Actor    *Reference       `json:"actor,omitzero"`
}

// FocalDevice is a device that a Procedure is about.
type FocalDevice struct {
	Action      *CodeableConcept `json:"action,omitzero"`
	Manipulated *Reference       `json:"manipulated,omitzero"`
}

// Device is what was implanted.
type Device struct {
	Resource
	Identifier         []Identifier     `json:"identifier,omitzero"`
	UDICarrier         []UDICarrier     `json:"udiCarrier,omitzero"`
	Status             string           `json:"status,omitzero"`
	DistinctIdentifier string           `json:"distinctIdentifier,omitzero"`
	Manufacturer       string           `json:"manufacturer,omitzero"`
	ManufactureDate    string           `json:"manufactureDate,omitzero"`
	ExpirationDate     string           `json:"expirationDate,omitzero"`
	LotNumber          string           `json:"lotNumber,omitzero"`
	SerialNumber       string           `json:"serialNumber,omitzero"`
	DeviceName         []DeviceName     `json:"deviceName,omitzero"`
	Type               *CodeableConcept `json:"type,omitzero"`
	Patient            *Reference       `json:"patient,omitzero"`
}

// UDICarrier is the barcode of a Device.
type UDICarrier struct {
	DeviceIdentifier string `json:"deviceIdentifier,omitzero"`
	Issuer           string `json:"issuer,omitzero"`
	CarrierHRF       string `json:"carrierHRF,omitzero"`
}

// DeviceName is what a Device is called.
type DeviceName struct {
	Name string `json:"name,omitzero"`
	Type string `json:"type,omitzero"`
}

// TypeName is Encounter.
func (*Encounter) TypeName() string { return "Encounter" }

// TypeName is CarePlan.
func (*CarePlan) TypeName() string { return "CarePlan" }

// TypeName is CareTeam.
func (*CareTeam) TypeName() string { return "CareTeam" }

// TypeName is Goal.
func (*Goal) TypeName() string { return "Goal" }

// TypeName is Coverage.
func (*Coverage) TypeName() string { return "Coverage" }

// TypeName is ServiceRequest.
func (*ServiceRequest) TypeName() string { return "ServiceRequest" }

// TypeName is Procedure.
func (*Procedure) TypeName() string { return "Procedure" }

// TypeName is Device.
func (*Device) TypeName() string { return "Device" }
