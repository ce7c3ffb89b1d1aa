package audit

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	head   = `{"resourceType":"AuditEvent","type":`
	source = `,"source":{"observer":{"identifier":{"system":"urn:ietf:rfc:3986","value":"http://granary.test/fhir"},"display":"Granary"},"type":[{"system":"http://terminology.hl7.org/CodeSystem/security-source-type","code":"4","display":"Application Server"}]}`
	now    = `"recorded":"2026-03-01T12:00:00.000Z"`

	alert  = `{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110113","display":"Security Alert"}`
	authn  = `{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110114","display":"User Authentication"}`
	rights = `{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110137","display":"User Security Attributes Changed"}`
	restOp = `{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest","display":"RESTful Operation"}`

	human = `{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/extra-security-role-type","code":"humanuser","display":"human user"}]},`
	app   = `{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110150","display":"Application"}]},`

	// A user with a client, and a user alone.
	both  = `,"agent":[` + human + `"who":{"reference":"Practitioner/1"},"altId":"helen","requestor":true,"policy":["urn:granary:grant:g1"]},` + app + `"altId":"app","requestor":false,"policy":["urn:granary:grant:g1"],"network":{"address":"127.0.0.1","type":"2"}}]`
	alone = `,"agent":[` + human + `"who":{"reference":"Practitioner/1"},"altId":"helen","requestor":true,"network":{"address":"127.0.0.1","type":"2"}}]`
	named = `,"entity":[{"detail":[{"type":"request","valueString":"r1"}]}]}`
)

func own(code, display string) string {
	return `{"system":"urn:granary:audit","code":"` + code + `","display":"` + display + `"}`
}

func interaction(code string) string {
	return `{"system":"http://hl7.org/fhir/restful-interaction","code":"` + code + `","display":"` + code + `"}`
}

func dcm(code, display string) string {
	return `{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"` + code + `","display":"` + display + `"}`
}

// Each kind of event as AuditEvent, which R4's definition has nothing against.
func TestEncode(t *testing.T) {
	user := Event{Time: noon, Account: "helen", FHIRUser: "Practitioner/1", Address: "127.0.0.1", Request: "r1"}
	granted := user
	granted.Client, granted.Grant = "app", "g1"
	of := func(e Event, kind Kind) Event { e.Kind = kind; return e }
	backend := Event{Kind: Access, Time: noon, Client: "backend", Grant: "g/2", Address: "::1"}
	for name, c := range map[string]struct {
		event Event
		want  string
	}{
		"login":        {of(user, Login), head + authn + `,"subtype":[` + dcm("110122", "Login") + `],"action":"E",` + now + `,"outcome":"0"` + alone + source + named},
		"logout":       {of(user, Logout), head + authn + `,"subtype":[` + dcm("110123", "Logout") + `],"action":"E",` + now + `,"outcome":"0"` + alone + source + named},
		"grant":        {of(granted, Grant), head + authn + `,"subtype":[` + own("grant", "Access token issued") + `],"action":"C",` + now + `,"outcome":"0"` + both + source + named},
		"refresh":      {of(granted, Refresh), head + authn + `,"subtype":[` + own("refresh", "Access token refreshed") + `],"action":"U",` + now + `,"outcome":"0"` + both + source + named},
		"consent":      {of(granted, Consent), head + alert + `,"subtype":[` + own("consent", "Consent") + `,` + rights + `],"action":"C",` + now + `,"outcome":"0"` + both + source + named},
		"revocation":   {of(granted, Revocation), head + alert + `,"subtype":[` + own("revocation", "Grant revoked") + `,` + rights + `],"action":"D",` + now + `,"outcome":"0"` + both + source + named},
		"registration": {of(granted, Registration), head + alert + `,"subtype":[` + own("registration", "Client registered") + `,` + dcm("110129", "Security Configuration") + `],"action":"C",` + now + `,"outcome":"0"` + both + source + named},
		"account":      {of(granted, Account), head + alert + `,"subtype":[` + own("account", "Account changed") + `,` + dcm("110137", "User Security Attributes Changed") + `],"action":"U",` + now + `,"outcome":"0"` + both + source + named},
		"import": {Event{Kind: Import, Time: noon, Client: "granary import", Entities: []Entity{{Detail: []Detail{{DetailCount, "3"}}}}},
			head + dcm("110107", "Import") + `,"action":"C",` + now + `,"outcome":"0","agent":[` + app + `"altId":"granary import","requestor":true}]` + source + `,"entity":[{"detail":[{"type":"count","valueString":"3"}]}]}`},
		"refusal": {Event{Kind: Refusal, Interaction: "read", Time: noon, Outcome: Minor, Description: "401 Unauthorized", Address: "127.0.0.1", Entities: []Entity{{What: "Patient/1", Patient: true}}},
			head + alert + `,"subtype":[` + own("refusal", "Request refused") + `,` + interaction("read") + `],"action":"E",` + now + `,"outcome":"4","outcomeDesc":"401 Unauthorized","agent":[{"who":{"display":"anonymous"},"requestor":true,"network":{"address":"127.0.0.1","type":"2"}}]` + source +
				`,"entity":[{"what":{"reference":"Patient/1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}}]}`},
		"search by a backend": {func() Event {
			e := backend
			e.Interaction, e.Entities = "search-type", []Entity{{Query: "Patient?name=x"}, OfPatient("1")}
			return e
		}(), head + restOp + `,"subtype":[` + interaction("search-type") + `],"action":"E",` + now + `,"outcome":"0","agent":[` + app + `"altId":"backend","requestor":true,"policy":["urn:granary:grant:g%2F2"],"network":{"address":"::1","type":"2"}}]` + source +
			`,"entity":[{"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"24"},"query":"UGF0aWVudD9uYW1lPXg="},{"what":{"reference":"Patient/1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}}]}`},
		"several reads": {func() Event {
			e := backend
			e.Interaction, e.until = "read", noon.Add(500*time.Millisecond)
			e.Entities = []Entity{{What: "Observation/1", Detail: []Detail{{DetailTime, "x"}, {DetailVersion, "2"}}}, {What: "Observation/2"}}
			return e
		}(), head + restOp + `,"subtype":[` + interaction("read") + `],"action":"R","period":{"start":"2026-03-01T12:00:00.000Z","end":"2026-03-01T12:00:00.500Z"},"recorded":"2026-03-01T12:00:00.500Z","outcome":"0","agent":[` + app + `"altId":"backend","requestor":true,"policy":["urn:granary:grant:g%2F2"],"network":{"address":"::1","type":"2"}}]` + source +
			`,"entity":[{"what":{"reference":"Observation/1"},"detail":[{"type":"time","valueString":"x"},{"type":"version","valueString":"2"}]},{"what":{"reference":"Observation/2"}}]}`},
	} {
		record := c.event.encode("http://granary.test/fhir")
		got := string(record.Raw())
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		mustBeValid(t, name, record)
	}
}

// Every kind and interaction is an AuditEvent, whatever texts clients choose.
func TestEncodeIsValid(t *testing.T) {
	hostile := []string{"", " ", "\x00", "a\x00b\n\"\\\u2028\u0085", "\xff\xfe", strings.Repeat("ü", 5000), `Patient/1"},{"x":"`, "Patient/" + strings.Repeat("x", 65), "Nothing/1"}
	for kind := range kinds {
		for interaction := range actions {
			mustBeValid(t, string(kind)+" "+interaction, Event{Kind: kind, Interaction: interaction, Time: noon}.encode(""))
		}
		for _, text := range hostile {
			for _, outcome := range []Outcome{"", Minor, Serious} {
				e := Event{Kind: kind, Time: noon, Outcome: outcome, Description: text, Account: text, FHIRUser: text, Client: text, Grant: text, Address: text, Request: text,
					Entities: []Entity{{What: text}, {What: text, Patient: true, Query: text, Detail: []Detail{{DetailVersion, text}}}, {}}}
				mustBeValid(t, string(kind)+" of "+text, e.encode(text))
				e.Entities = nil
				mustBeValid(t, string(kind)+" about nothing by "+text, e.encode("http://granary.test/fhir"))
			}
		}
	}
}

// mustBeValid holds a record to R4's definition, and to be what is read of its text.
func mustBeValid(t *testing.T, name string, record *fhirjson.Node) {
	t.Helper()
	text := string(record.Raw())
	resource, err := fhirjson.Parse(record.Raw())
	if err != nil {
		t.Errorf("%s: %v: %s", name, err, text)
		return
	}
	if !reflect.DeepEqual(record, resource) {
		t.Errorf("%s: what was made is not what is read of %s", name, text)
	}
	for _, issue := range validation.Resource("AuditEvent", resource) {
		if issue.Severity == validation.Error {
			t.Errorf("%s: %v: %s", name, issue, text)
		}
	}
}
