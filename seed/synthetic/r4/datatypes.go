package r4

// Coding is a code of a code system.
type Coding struct {
	System  string `json:"system,omitzero"`
	Code    string `json:"code,omitzero"`
	Display string `json:"display,omitzero"`
}

// CodeableConcept is a concept: codes, or a text, or both.
type CodeableConcept struct {
	Coding []Coding `json:"coding,omitzero"`
	Text   string   `json:"text,omitzero"`
}

// Identifier identifies something outside of the server.
type Identifier struct {
	Extension []Extension      `json:"extension,omitzero"`
	Use       string           `json:"use,omitzero"`
	Type      *CodeableConcept `json:"type,omitzero"`
	System    string           `json:"system,omitzero"`
	Value     string           `json:"value,omitzero"`
}

// Reference leads to another resource.
type Reference struct {
	Reference string `json:"reference,omitzero"`
	Display   string `json:"display,omitzero"`
}

// Period is a time from start to end, of which either may be open.
type Period struct {
	Start string `json:"start,omitzero"`
	End   string `json:"end,omitzero"`
}

// Quantity is a measured amount.
type Quantity struct {
	Value  Decimal `json:"value"`
	Unit   string  `json:"unit,omitzero"`
	System string  `json:"system,omitzero"`
	Code   string  `json:"code,omitzero"`
}

// Range is what lies between two amounts.
type Range struct {
	Low  *Quantity `json:"low,omitzero"`
	High *Quantity `json:"high,omitzero"`
}

// HumanName is a name of a person.
type HumanName struct {
	Use       string      `json:"use,omitzero"`
	Text      string      `json:"text,omitzero"`
	Family    string      `json:"family,omitzero"`
	Given     []string    `json:"given,omitzero"`
	Prefix    []string    `json:"prefix,omitzero"`
	Suffix    []string    `json:"suffix,omitzero"`
	Period    *Period     `json:"period,omitzero"`
	Extension []Extension `json:"extension,omitzero"`
}

// ContactPoint is a phone number, an email address and the like.
type ContactPoint struct {
	Extension []Extension `json:"extension,omitzero"`
	System    string      `json:"system,omitzero"`
	Value     string      `json:"value,omitzero"`
	Use       string      `json:"use,omitzero"`
}

// Address is a postal address.
type Address struct {
	Use        string   `json:"use,omitzero"`
	Line       []string `json:"line,omitzero"`
	City       string   `json:"city,omitzero"`
	State      string   `json:"state,omitzero"`
	PostalCode string   `json:"postalCode,omitzero"`
	Country    string   `json:"country,omitzero"`
	Period     *Period  `json:"period,omitzero"`
}

// Attachment is content, or says where it is.
type Attachment struct {
	ContentType string `json:"contentType,omitzero"`
	Language    string `json:"language,omitzero"`
	Data        string `json:"data,omitzero"`
	URL         string `json:"url,omitzero"`
	Size        *int   `json:"size,omitzero"`
	Title       string `json:"title,omitzero"`
	Creation    string `json:"creation,omitzero"`
}

// Annotation is a note.
type Annotation struct {
	AuthorReference *Reference `json:"authorReference,omitzero"`
	Time            string     `json:"time,omitzero"`
	Text            string     `json:"text,omitzero"`
}

// Narrative is the text of a resource.
type Narrative struct {
	Status string `json:"status,omitzero"`
	Div    string `json:"div,omitzero"`
}

// Meta is what is said about a resource.
type Meta struct {
	Profile  []string `json:"profile,omitzero"`
	Security []Coding `json:"security,omitzero"`
	Tag      []Coding `json:"tag,omitzero"`
}

// Extension is an additional element.
type Extension struct {
	Extension            []Extension      `json:"extension,omitzero"`
	URL                  string           `json:"url,omitzero"`
	ValueBoolean         *bool            `json:"valueBoolean,omitzero"`
	ValueCode            string           `json:"valueCode,omitzero"`
	ValueCodeableConcept *CodeableConcept `json:"valueCodeableConcept,omitzero"`
	ValueCoding          *Coding          `json:"valueCoding,omitzero"`
	ValueDateTime        string           `json:"valueDateTime,omitzero"`
	ValueString          string           `json:"valueString,omitzero"`
	ValueURI             string           `json:"valueUri,omitzero"`
	ValueAddress         *Address         `json:"valueAddress,omitzero"`
	ValueReference       *Reference       `json:"valueReference,omitzero"`
	ValueAttachment      *Attachment      `json:"valueAttachment,omitzero"`
	ValueDecimal         *Decimal         `json:"valueDecimal,omitzero"`
	ValueSignature       *Signature       `json:"valueSignature,omitzero"`
}

// Signature says who signed something, and when.
type Signature struct {
	Type []Coding   `json:"type,omitzero"`
	When string     `json:"when,omitzero"`
	Who  *Reference `json:"who,omitzero"`
}

// Element carries the extensions of a primitive value.
type Element struct {
	Extension []Extension `json:"extension,omitzero"`
}

// Timing says when something happens.
type Timing struct {
	Repeat *Repeat          `json:"repeat,omitzero"`
	Code   *CodeableConcept `json:"code,omitzero"`
}

// Repeat says how often.
type Repeat struct {
	BoundsPeriod *Period `json:"boundsPeriod,omitzero"`
	Frequency    int     `json:"frequency,omitzero"`
	Period       Decimal `json:"period"`
	PeriodUnit   string  `json:"periodUnit,omitzero"`
}

// Dosage says how a medication is taken.
type Dosage struct {
	Text            string           `json:"text,omitzero"`
	Timing          *Timing          `json:"timing,omitzero"`
	AsNeededBoolean *bool            `json:"asNeededBoolean,omitzero"`
	Route           *CodeableConcept `json:"route,omitzero"`
	DoseAndRate     []DoseAndRate    `json:"doseAndRate,omitzero"`
}

// DoseAndRate is the amount of a dose.
type DoseAndRate struct {
	DoseQuantity *Quantity `json:"doseQuantity,omitzero"`
	DoseRange    *Range    `json:"doseRange,omitzero"`
}
