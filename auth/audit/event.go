package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/store"
)

// Event is something that was done. What is "" or zero is not known, or not there.
type Event struct {
	Kind        Kind
	Interaction string // its code in http://hl7.org/fhir/restful-interaction
	Action      Action // "": the usual one of the kind or interaction
	Outcome     Outcome
	Description string    // of the outcome, for people
	Time        time.Time // zero: now

	// Who: the login name and the resource of the user, the client_id, and the id
	// of the grant; with none of them the event is anonymous.
	Account  string
	FHIRUser string // "Practitioner/1"
	Client   string
	Grant    string

	Address string // IP address that the request came from
	Request string // its id, as the server's log has it

	Entities []Entity

	until time.Time // of several events in one: when the last one was
}

// Entity is what an event is about: a resource, or a question.
type Entity struct {
	What    string // literal reference: "Observation/5"
	Patient bool   // it is a patient whose data the event is about
	Query   string // what was asked for, as a URL below the base
	Detail  []Detail

	// Of one among several events: when it was, and its request.
	at      time.Time
	request string
}

// Detail says more about an entity.
type Detail struct{ Type, Value string }

// The types of details that Granary gives.
const (
	DetailTime    = "time"    // when, of one among several
	DetailRequest = "request" // Event.Request
	DetailVersion = "version" // versionId
	DetailStatus  = "status"  // HTTP status
	DetailCount   = "count"   // how many events are told as one
	DetailWhat    = "what"    // what is none of this server's resources
)

// OfPatient is the entity that says of whom something is told.
func OfPatient(id string) Entity { return Entity{What: "Patient/" + id, Patient: true} }

// mentions tells whether an entity says no more than OfPatient does, so that once
// is enough.
func (e Entity) mentions() bool { return e.Patient && e.Query == "" && len(e.Detail) == 0 }

// requested is the event with the id of its request, as a detail of the first entity.
func (e Event) requested() Event {
	if e.Request == "" || len(e.Entities) == 0 {
		return e
	}
	e.Entities = slices.Clone(e.Entities)
	first := &e.Entities[0]
	first.Detail = append([]Detail{{DetailRequest, e.Request}}, first.Detail...)
	return e
}

// literal tells whether a text is a literal reference to a resource of a server.
func literal(reference string) bool {
	typ, id, ok := strings.Cut(reference, "/")
	return ok && definitions.IsResourceType(typ) && store.ValidID(id)
}

// The most that is kept of a text, and of a question, in bytes: records are kept
// for long, and clients write them.
const (
	maxText  = 1000
	maxQuery = 8000
)

// plain is a text as AuditEvent can have it: no control characters, no white space
// around it, and not too long.
func plain(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			text = strings.Map(printable, text)
			break
		}
	}
	return strings.TrimSpace(cut(text, maxText))
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// cut is the beginning of a text that is too long.
func cut(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	return strings.ToValidUTF8(text, "")
}
