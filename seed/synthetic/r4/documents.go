package r4

// DocumentReference says where a document is.
type DocumentReference struct {
	Resource
	Identifier    []Identifier      `json:"identifier,omitzero"`
	Status        string            `json:"status,omitzero"`
	DocStatus     string            `json:"docStatus,omitzero"`
	Type          *CodeableConcept  `json:"type,omitzero"`
	Category      []CodeableConcept `json:"category,omitzero"`
	Subject       *Reference        `json:"subject,omitzero"`
	Date          string            `json:"date,omitzero"`
	Author        []Reference       `json:"author,omitzero"`
	Custodian     *Reference        `json:"custodian,omitzero"`
	RelatesTo     []RelatesTo       `json:"relatesTo,omitzero"`
	Description   string            `json:"description,omitzero"`
	SecurityLabel []CodeableConcept `json:"securityLabel,omitzero"`
	Content       []Content         `json:"content,omitzero"`
	Context       *Context          `json:"context,omitzero"`
}

// RelatesTo joins two documents.
type RelatesTo struct {
	Code   string     `json:"code,omitzero"`
	Target *Reference `json:"target,omitzero"`
}

// Content is a form of a document.
type Content struct {
	Attachment *Attachment `json:"attachment,omitzero"`
	Format     *Coding     `json:"format,omitzero"`
}

// Context says where a document comes from.
type Context struct {
	Encounter []Reference `json:"encounter,omitzero"`
	Period    *Period     `json:"period,omitzero"`
}

// Binary is content of any type.
type Binary struct {
	Resource
	ContentType     string     `json:"contentType,omitzero"`
	SecurityContext *Reference `json:"securityContext,omitzero"`
	Data            string     `json:"data,omitzero"`
}

// Media is a picture.
type Media struct {
	Resource
	Status          string           `json:"status,omitzero"`
	Type            *CodeableConcept `json:"type,omitzero"`
	Modality        *CodeableConcept `json:"modality,omitzero"`
	Subject         *Reference       `json:"subject,omitzero"`
	Encounter       *Reference       `json:"encounter,omitzero"`
	CreatedDateTime string           `json:"createdDateTime,omitzero"`
	Content         *Attachment      `json:"content,omitzero"`
}

// Questionnaire is a form.
type Questionnaire struct {
	Resource
	URL         string              `json:"url,omitzero"`
	Version     string              `json:"version,omitzero"`
	Name        string              `json:"name,omitzero"`
	Title       string              `json:"title,omitzero"`
	Status      string              `json:"status,omitzero"`
	SubjectType []string            `json:"subjectType,omitzero"`
	Date        string              `json:"date,omitzero"`
	Publisher   string              `json:"publisher,omitzero"`
	Code        []Coding            `json:"code,omitzero"`
	Item        []QuestionnaireItem `json:"item,omitzero"`
}

// QuestionnaireItem is a question.
type QuestionnaireItem struct {
	LinkID       string              `json:"linkId,omitzero"`
	Code         []Coding            `json:"code,omitzero"`
	Text         string              `json:"text,omitzero"`
	Type         string              `json:"type,omitzero"`
	AnswerOption []AnswerOption      `json:"answerOption,omitzero"`
	Item         []QuestionnaireItem `json:"item,omitzero"`
}

// AnswerOption is a possible answer.
type AnswerOption struct {
	ValueCoding *Coding `json:"valueCoding,omitzero"`
}

// QuestionnaireResponse is a form that was filled in.
type QuestionnaireResponse struct {
	Resource
	Identifier           *Identifier    `json:"identifier,omitzero"`
	Questionnaire        string         `json:"questionnaire,omitzero"`
	QuestionnaireElement *Element       `json:"_questionnaire,omitzero"`
	Status               string         `json:"status,omitzero"`
	Subject              *Reference     `json:"subject,omitzero"`
	Encounter            *Reference     `json:"encounter,omitzero"`
	Authored             string         `json:"authored,omitzero"`
	Author               *Reference     `json:"author,omitzero"`
	Source               *Reference     `json:"source,omitzero"`
	Item                 []ResponseItem `json:"item,omitzero"`
}

// ResponseItem is a question that was answered.
type ResponseItem struct {
	Extension []Extension    `json:"extension,omitzero"`
	LinkID    string         `json:"linkId,omitzero"`
	Text      string         `json:"text,omitzero"`
	Answer    []Answer       `json:"answer,omitzero"`
	Item      []ResponseItem `json:"item,omitzero"`
}

// Answer is an answer.
type Answer struct {
	Extension    []Extension    `json:"extension,omitzero"`
	ValueDecimal *Decimal       `json:"valueDecimal,omitzero"`
	ValueCoding  *Coding        `json:"valueCoding,omitzero"`
	ValueInteger *int           `json:"valueInteger,omitzero"`
	ValueString  string         `json:"valueString,omitzero"`
	ValueBoolean *bool          `json:"valueBoolean,omitzero"`
	Item         []ResponseItem `json:"item,omitzero"`
}

// Provenance says who made what.
type Provenance struct {
	Resource
	Target   []Reference      `json:"target,omitzero"`
	Recorded string           `json:"recorded,omitzero"`
	Activity *CodeableConcept `json:"activity,omitzero"`
	Agent    []Agent          `json:"agent,omitzero"`
}

// Agent is who took part in making it.
type Agent struct {
	Type       *CodeableConcept `json:"type,omitzero"`
	Who        *Reference       `json:"who,omitzero"`
	OnBehalfOf *Reference       `json:"onBehalfOf,omitzero"`
}

// TypeName is DocumentReference.
func (*DocumentReference) TypeName() string { return "DocumentReference" }

// TypeName is Binary.
func (*Binary) TypeName() string { return "Binary" }

// TypeName is Media.
func (*Media) TypeName() string { return "Media" }

// TypeName is Questionnaire.
func (*Questionnaire) TypeName() string { return "Questionnaire" }

// TypeName is QuestionnaireResponse.
func (*QuestionnaireResponse) TypeName() string { return "QuestionnaireResponse" }

// TypeName is Provenance.
func (*Provenance) TypeName() string { return "Provenance" }
