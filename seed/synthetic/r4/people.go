package r4

// Patient is a person in care.
type Patient struct {
	Resource
	BirthDateElement     *Element         `json:"_birthDate,omitzero"`
	Identifier           []Identifier     `json:"identifier,omitzero"`
	Active               *bool            `json:"active,omitzero"`
	Name                 []HumanName      `json:"name,omitzero"`
	Telecom              []ContactPoint   `json:"telecom,omitzero"`
	Gender               string           `json:"gender,omitzero"`
	BirthDate            string           `json:"birthDate,omitzero"`
	DeceasedBoolean      *bool            `json:"deceasedBoolean,omitzero"`
	DeceasedDateTime     string           `json:"deceasedDateTime,omitzero"`
	Address              []Address        `json:"address,omitzero"`
	MaritalStatus        *CodeableConcept `json:"maritalStatus,omitzero"`
	MultipleBirthInteger *int             `json:"multipleBirthInteger,omitzero"`
	Contact              []Contact        `json:"contact,omitzero"`
	Communication        []Communication  `json:"communication,omitzero"`
	GeneralPractitioner  []Reference      `json:"generalPractitioner,omitzero"`
	ManagingOrganization *Reference       `json:"managingOrganization,omitzero"`
	Link                 []Link           `json:"link,omitzero"`
}

// Contact is whom to call for a patient.
type Contact struct {
	Relationship []CodeableConcept `json:"relationship,omitzero"`
	Name         *HumanName        `json:"name,omitzero"`
	Telecom      []ContactPoint    `json:"telecom,omitzero"`
}

// Communication is a language of a patient.
type Communication struct {
	Language  *CodeableConcept `json:"language,omitzero"`
	Preferred *bool            `json:"preferred,omitzero"`
}

// Link joins a patient's records.
type Link struct {
	Other *Reference `json:"other,omitzero"`
	Type  string     `json:"type,omitzero"`
}

// RelatedPerson is somebody close to a patient.
type RelatedPerson struct {
	Resource
	Identifier   []Identifier      `json:"identifier,omitzero"`
	Active       *bool             `json:"active,omitzero"`
	Patient      *Reference        `json:"patient,omitzero"`
	Relationship []CodeableConcept `json:"relationship,omitzero"`
	Name         []HumanName       `json:"name,omitzero"`
	Telecom      []ContactPoint    `json:"telecom,omitzero"`
	Gender       string            `json:"gender,omitzero"`
	BirthDate    string            `json:"birthDate,omitzero"`
	Address      []Address         `json:"address,omitzero"`
	Period       *Period           `json:"period,omitzero"`
}

// Practitioner is somebody who gives care.
type Practitioner struct {
	Resource
	Identifier    []Identifier    `json:"identifier,omitzero"`
	Active        *bool           `json:"active,omitzero"`
	Name          []HumanName     `json:"name,omitzero"`
	Telecom       []ContactPoint  `json:"telecom,omitzero"`
	Address       []Address       `json:"address,omitzero"`
	Gender        string          `json:"gender,omitzero"`
	Qualification []Qualification `json:"qualification,omitzero"`
}

// Qualification is what a practitioner learned.
type Qualification struct {
	Identifier []Identifier     `json:"identifier,omitzero"`
	Code       *CodeableConcept `json:"code,omitzero"`
	Issuer     *Reference       `json:"issuer,omitzero"`
}

// PractitionerRole is what a practitioner does, where.
type PractitionerRole struct {
	Resource
	Active       *bool             `json:"active,omitzero"`
	Period       *Period           `json:"period,omitzero"`
	Practitioner *Reference        `json:"practitioner,omitzero"`
	Organization *Reference        `json:"organization,omitzero"`
	Code         []CodeableConcept `json:"code,omitzero"`
	Specialty    []CodeableConcept `json:"specialty,omitzero"`
	Location     []Reference       `json:"location,omitzero"`
	// HealthcareService are the services in which somebody has the role.
	HealthcareService []Reference    `json:"healthcareService,omitzero"`
	Telecom           []ContactPoint `json:"telecom,omitzero"`
	Endpoint          []Reference    `json:"endpoint,omitzero"`
}

// HealthcareService is what an organization offers.
type HealthcareService struct {
	Resource
	Active     *bool          `json:"active,omitzero"`
	ProvidedBy *Reference     `json:"providedBy,omitzero"`
	Name       string         `json:"name,omitzero"`
	Location   []Reference    `json:"location,omitzero"`
	Telecom    []ContactPoint `json:"telecom,omitzero"`
}

// Organization is a clinic, a laboratory, a payer.
type Organization struct {
	Resource
	Identifier []Identifier      `json:"identifier,omitzero"`
	Active     *bool             `json:"active,omitzero"`
	Type       []CodeableConcept `json:"type,omitzero"`
	Name       string            `json:"name,omitzero"`
	Alias      []string          `json:"alias,omitzero"`
	Telecom    []ContactPoint    `json:"telecom,omitzero"`
	Address    []Address         `json:"address,omitzero"`
	PartOf     *Reference        `json:"partOf,omitzero"`
	Endpoint   []Reference       `json:"endpoint,omitzero"`
}

// Location is a place of care.
type Location struct {
	Resource
	Identifier           []Identifier      `json:"identifier,omitzero"`
	Status               string            `json:"status,omitzero"`
	Name                 string            `json:"name,omitzero"`
	Mode                 string            `json:"mode,omitzero"`
	Type                 []CodeableConcept `json:"type,omitzero"`
	Telecom              []ContactPoint    `json:"telecom,omitzero"`
	Address              *Address          `json:"address,omitzero"`
	PhysicalType         *CodeableConcept  `json:"physicalType,omitzero"`
	Position             *Position         `json:"position,omitzero"`
	ManagingOrganization *Reference        `json:"managingOrganization,omitzero"`
	PartOf               *Reference        `json:"partOf,omitzero"`
}

// Position is a point on the earth, in degrees.
type Position struct {
	Longitude Decimal `json:"longitude"`
	Latitude  Decimal `json:"latitude"`
}

// Endpoint is an address of a system.
type Endpoint struct {
	Resource
	Status               string            `json:"status,omitzero"`
	ConnectionType       *Coding           `json:"connectionType,omitzero"`
	Name                 string            `json:"name,omitzero"`
	ManagingOrganization *Reference        `json:"managingOrganization,omitzero"`
	PayloadType          []CodeableConcept `json:"payloadType,omitzero"`
	Address              string            `json:"address,omitzero"`
}

// Group is a list of patients.
type Group struct {
	Resource
	Type     string           `json:"type,omitzero"`
	Actual   bool             `json:"actual"`
	Active   *bool            `json:"active,omitzero"`
	Code     *CodeableConcept `json:"code,omitzero"`
	Name     string           `json:"name,omitzero"`
	Quantity *int             `json:"quantity,omitzero"`
	Member   []Member         `json:"member,omitzero"`
}

// Member is one patient of a Group.
type Member struct {
	Entity *Reference `json:"entity,omitzero"`
	Period *Period    `json:"period,omitzero"`
}

// TypeName is Patient.
func (*Patient) TypeName() string { return "Patient" }

// TypeName is RelatedPerson.
func (*RelatedPerson) TypeName() string { return "RelatedPerson" }

// TypeName is Practitioner.
func (*Practitioner) TypeName() string { return "Practitioner" }

// TypeName is PractitionerRole.
func (*PractitionerRole) TypeName() string { return "PractitionerRole" }

// TypeName is Organization.
func (*Organization) TypeName() string { return "Organization" }

// TypeName is Location.
func (*Location) TypeName() string { return "Location" }

// TypeName is Endpoint.
func (*Endpoint) TypeName() string { return "Endpoint" }

// TypeName is Group.
func (*Group) TypeName() string { return "Group" }

// TypeName is HealthcareService.
func (*HealthcareService) TypeName() string { return "HealthcareService" }
