package audit

import (
	"encoding/base64"
	"net/url"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// encode is the AuditEvent of an event, without an id. Base is that of the server
// that observed it.
func (e Event) encode(base string) *fhirjson.Node {
	return e.encodeTo(fhirjson.NewWriter(e.size(), 48+8*len(e.Entities)), base)
}

// size is about how many bytes the AuditEvent has.
func (e Event) size() int { return 1024 + 224*len(e.Entities) }

// encodeTo writes the AuditEvent. It is written and made a Node at once, since reads
// make many.
func (e Event) encodeTo(writer *fhirjson.Writer, base string) *fhirjson.Node {
	w := text{writer}
	w.Object().Name("resourceType").String("AuditEvent").Name("type").Value(kinds[e.Kind].typ)
	if subtypes := e.subtypes(); len(subtypes) > 0 {
		w.Name("subtype")
		w.list(subtypes)
	}
	w.Name("action").String(string(e.action()))
	recorded := e.Time
	if !e.until.IsZero() {
		w.Name("period").Object().Name("start").String(instant(e.Time)).Name("end").String(instant(e.until)).End()
		recorded = e.until
	}
	w.Name("recorded").String(instant(recorded)).Name("outcome").String(string(e.outcome()))
	w.member("outcomeDesc", e.Description)
	e.agents(w)
	observed(w, base)
	if entities := e.entities(); len(entities) > 0 {
		w.Name("entity").Array()
		for i := range entities {
			entities[i].encode(w)
		}
		w.End()
	}
	return w.End().Node()
}

// observed writes what observed the event: this server.
func observed(w text, base string) {
	w.Name("source").Object().Name("observer").Object()
	if base != "" {
		w.Name("identifier").Object().Name("system").String("urn:ietf:rfc:3986")
		w.member("value", base)
		w.End()
	}
	w.Name("display").String("Granary").End().Name("type")
	w.list([]*fhirjson.Node{server})
	w.End()
}

func (e Event) outcome() Outcome {
	if e.Outcome == "" {
		return Success
	}
	return e.Outcome
}

// entities are those of the event; where it has none, one that names the request.
func (e Event) entities() []Entity {
	if len(e.Entities) > 0 || e.Request == "" {
		return e.Entities
	}
	return []Entity{{Detail: []Detail{{DetailRequest, e.Request}}}}
}

// agents writes the user and the client (AuditEvent.agent). The one who asked is the
// user, where there is one; the network is of the client, whose request it is.
func (e Event) agents(w text) {
	w.Name("agent").Array()
	user, client := e.Account != "" || e.FHIRUser != "", e.Client != ""
	if user {
		agent(w, humanUser)
		if literal(e.FHIRUser) {
			w.Name("who").Object().Name("reference").String(e.FHIRUser).End()
		}
		w.member("altId", e.Account).Name("requestor").Bool(true)
		e.authority(w, !client)
	}
	if client {
		agent(w, application)
		w.member("altId", e.Client).Name("requestor").Bool(!user)
		e.authority(w, true)
	}
	if !user && !client {
		w.Object().Name("who").Object().Name("display").String("anonymous").End().Name("requestor").Bool(true)
		e.authority(w, true)
	}
	w.End()
}

// agent begins an agent of a type.
func agent(w text, typ *fhirjson.Node) {
	w.Object().Name("type").Object().Name("coding")
	w.list([]*fhirjson.Node{typ})
	w.End()
}

// authority ends an agent: by which grant it acted and, for who sent the request,
// from where.
func (e Event) authority(w text, sent bool) {
	if e.Grant != "" {
		w.Name("policy").Array().String(GrantURI(e.Grant)).End()
	}
	if address := plain(e.Address); sent && address != "" {
		w.Name("network").Object().Name("address").String(address).Name("type").String("2").End()
	}
	w.End()
}

// GrantURI names a grant in AuditEvent.agent.policy.
func GrantURI(grant string) string { return "urn:granary:grant:" + url.PathEscape(grant) }

// role is what the entity was to the event, of the codes in object-role, where What
// does not say it: of whom other things may be told, or the question.
func (e *Entity) role() *fhirjson.Node {
	switch {
	case e.Patient:
		return patientRole
	case e.Query != "":
		return queryRole
	}
	return nil
}

func (e *Entity) encode(w text) {
	w.Object()
	known := literal(e.What)
	if known {
		w.Name("what").Object().Name("reference").String(e.What).End()
	}
	role, query := e.role(), cut(e.Query, maxQuery)
	if role != nil {
		w.Name("role").Value(role)
	}
	if query != "" {
		w.Name("query").String(base64.StdEncoding.EncodeToString([]byte(query)))
	}
	if !e.details(w, known) && !known && role == nil && query == "" { // an object has a member (element.html, ele-1)
		w.Name("description").String("nothing is known of it")
	}
	w.End()
}

// details tells whether there was anything to tell. Known says that What has its own
// place.
func (e *Entity) details(w text, known bool) bool {
	some := false
	detail := func(typ, value string) {
		if value = plain(value); value == "" {
			return
		}
		if !some {
			w.Name("detail").Array()
			some = true
		}
		w.Object().Name("type").String(typ).Name("valueString").String(value).End()
	}
	if !e.at.IsZero() {
		detail(DetailTime, instant(e.at))
	}
	detail(DetailRequest, e.request)
	for _, d := range e.Detail {
		detail(d.Type, d.Value)
	}
	if !known {
		detail(DetailWhat, e.What)
	}
	if some {
		w.End()
	}
	return some
}

func instant(t time.Time) string { return t.UTC().Format(store.InstantLayout) }
