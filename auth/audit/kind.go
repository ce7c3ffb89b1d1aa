package audit

import "github.com/granary-fhir/granary/internal/fhirjson"

// Kind is what was done.
type Kind string

// The kinds. Access is an interaction of FHIR's REST API, of which Event.Interaction
// says which; Grant is a token that was issued, Refusal a request that was refused
// before it was known what it may do.
const (
	Access       Kind = "access"
	Login        Kind = "login"
	Logout       Kind = "logout"
	Consent      Kind = "consent"
	Grant        Kind = "grant"
	Refresh      Kind = "refresh"
	Revocation   Kind = "revocation"
	Registration Kind = "registration" // of a client
	Account      Kind = "account"      // one that was made, changed or removed
	Refusal      Kind = "refusal"
	Import       Kind = "import"
)

// Action is AuditEvent.action.
type Action string

// The actions.
const (
	Create  Action = "C"
	Read    Action = "R"
	Update  Action = "U"
	Delete  Action = "D"
	Execute Action = "E"
)

// Outcome is AuditEvent.outcome, which R4 compares with HTTP's statuses: "0" with
// those of success, "4" with 400, "8" with 500. The zero Outcome is Success.
type Outcome string

// The outcomes.
const (
	Success Outcome = "0"
	Minor   Outcome = "4" // what was asked for was refused
	Serious Outcome = "8" // the server made a mistake
)

// Systems of codes. Own has the codes of what the others have none for.
const (
	dicom       = "http://dicom.nema.org/resources/ontology/DCM"
	restful     = "http://hl7.org/fhir/restful-interaction"
	eventType   = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	roleOfAgent = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
	objectRole  = "http://terminology.hl7.org/CodeSystem/object-role"
	sourceType  = "http://terminology.hl7.org/CodeSystem/security-source-type"
	Own         = "urn:granary:audit"
)

var (
	rest           = coding(eventType, "rest", "RESTful Operation")
	imported       = coding(dicom, "110107", "Import")
	securityAlert  = coding(dicom, "110113", "Security Alert")
	authentication = coding(dicom, "110114", "User Authentication")
	application    = coding(dicom, "110150", "Application")
	humanUser      = coding(roleOfAgent, "humanuser", "human user")
	server         = coding(sourceType, "4", "Application Server")
	patientRole    = object("system", objectRole, "code", "1")
	queryRole      = object("system", objectRole, "code", "24")
)

// kinds say how a Kind is written (AuditEvent.type, .subtype, .action).
var kinds = map[Kind]struct {
	typ     *fhirjson.Node
	subtype []*fhirjson.Node
	action  Action
}{
	Access:       {rest, nil, ""},
	Login:        {authentication, []*fhirjson.Node{coding(dicom, "110122", "Login")}, Execute},
	Logout:       {authentication, []*fhirjson.Node{coding(dicom, "110123", "Logout")}, Execute},
	Grant:        {authentication, []*fhirjson.Node{coding(Own, "grant", "Access token issued")}, Create},
	Refresh:      {authentication, []*fhirjson.Node{coding(Own, "refresh", "Access token refreshed")}, Update},
	Consent:      {securityAlert, []*fhirjson.Node{coding(Own, "consent", "Consent"), coding(dicom, "110137", "User Security Attributes Changed")}, Create},
	Revocation:   {securityAlert, []*fhirjson.Node{coding(Own, "revocation", "Grant revoked"), coding(dicom, "110137", "User Security Attributes Changed")}, Delete},
	Registration: {securityAlert, []*fhirjson.Node{coding(Own, "registration", "Client registered"), coding(dicom, "110129", "Security Configuration")}, Create},
	Account:      {securityAlert, []*fhirjson.Node{coding(Own, "account", "Account changed"), coding(dicom, "110137", "User Security Attributes Changed")}, Update},
	Refusal:      {securityAlert, []*fhirjson.Node{coding(Own, "refusal", "Request refused")}, Execute},
	Import:       {imported, nil, Create},
}

// actions are those of the interactions, by their codes in CapabilityStatement.
var actions = map[string]Action{
	"read": Read, "vread": Read, "history-instance": Read, "history-type": Read, "history-system": Read,
	"search": Execute, "search-type": Execute, "search-system": Execute,
	"create": Create, "update": Update, "patch": Update, "delete": Delete,
	"batch": Execute, "transaction": Execute, "operation": Execute,
}

// action is what the event says, or that of what was done.
func (e Event) action() Action {
	if e.Action != "" {
		return e.Action
	}
	if known := kinds[e.Kind].action; known != "" {
		return known
	}
	if known, ok := actions[e.Interaction]; ok {
		return known
	}
	return Execute
}

// subtypes are the codes of what was done, the interaction among them.
func (e Event) subtypes() []*fhirjson.Node {
	subtypes := kinds[e.Kind].subtype
	if e.Interaction == "" {
		return subtypes
	}
	return append(subtypes[:len(subtypes):len(subtypes)], coding(restful, e.Interaction, e.Interaction))
}
