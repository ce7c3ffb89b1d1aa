package api

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// This file is the one place where requests are recorded. What was written is
// recorded in the transaction that writes it, by a witness that every View has that
// a request gets; what was shown, and what was refused, before the answer is sent.

// audited is the view of a request's caller. What is written through it is recorded
// with it.
func (d *dispatcher) audited(view *store.View, r *request) *store.View {
	if d.audit == nil {
		return view
	}
	return view.Witnessed(func(ctx context.Context, tx *store.Tx, changes []store.Change) error {
		r.recorded = len(changes) > 0
		if !r.recorded {
			return nil
		}
		return d.audit.Record(ctx, tx, r.changed(changes))
	})
}

// recorded is the answer to a request, once there is a record of it or will be one
// within a second; or an error if there cannot be.
func (d *dispatcher) recorded(r *request, answer *response) *response {
	if d.audit == nil || !r.isRecorded(answer.status) {
		return answer
	}
	if err := d.audit.Access(r.context, d.accessed(r, answer)); err != nil {
		return d.outcome(r, err)
	}
	return answer
}

// continued records the next part of a long answer, before it is sent.
func (d *dispatcher) continued(r *request, part pieces) error {
	if d.audit == nil {
		return nil
	}
	return d.audit.Access(r.context, d.accessed(r, &response{status: http.StatusOK, parts: part}))
}

// isRecorded tells whether there is to be a record of a request with an answer of a
// status. There is none of what is refused before it is asked who sent it, such as a
// path that leads nowhere, nor of an answer that nobody waits for.
func (r *request) isRecorded(status int) bool {
	switch {
	case r.route == nil || status == statusClientGone:
		return false
	case !r.admitted:
		return status == http.StatusUnauthorized
	case status >= http.StatusBadRequest:
		return true
	}
	return !r.recorded && r.bundle != "batch" // of which each entry is recorded
}

// event is what all records of a request say.
func (r *request) event() audit.Event {
	g := r.caller.Grant
	return audit.Event{Kind: audit.Access, Interaction: r.code(), Account: g.Account, FHIRUser: g.User, Client: g.Client, Grant: g.ID, Address: r.address(), Request: r.id}
}

// code is the interaction in R4's list of them (valueset-restful-interaction.html),
// "" where a Bundle could not be read.
func (r *request) code() string {
	switch interaction := r.route.interaction; {
	case len(r.route.codes) > 0:
		return r.bundle
	case interaction == "search-compartment":
		return "search"
	case strings.HasPrefix(interaction, "$"):
		return "operation"
	default:
		return strings.TrimPrefix(interaction, "conditional ")
	}
}

// address is the IP address that the request came from.
func (r *request) address() string {
	host, _, err := net.SplitHostPort(r.remote)
	if err != nil {
		return r.remote
	}
	return host
}

// changed is the event of what a request has written.
func (r *request) changed(changes []store.Change) audit.Event {
	e := r.event()
	var patients []string
	for _, c := range changes {
		e.Entities = append(e.Entities, audit.Entity{What: c.Key.String(), Patient: c.Type == "Patient", Detail: []audit.Detail{
			{Type: audit.DetailVersion, Value: strconv.FormatInt(c.Version, 10)}, {Type: "method", Value: c.Verb.String()}}})
		patients = append(patients, c.Patients...)
	}
	e.Entities = append(e.Entities, r.noted...)
	e.Entities = r.concerning(e.Entities, patients)
	return e
}

// accessed is the event of a request with its answer.
func (d *dispatcher) accessed(r *request, answer *response) audit.Event {
	e := r.event()
	switch {
	case answer.status >= http.StatusInternalServerError:
		e.Outcome = audit.Serious
	case answer.status >= http.StatusBadRequest:
		e.Outcome = audit.Minor
	}
	if e.Outcome != "" {
		e.Description = strconv.Itoa(answer.status) + " " + http.StatusText(answer.status)
	}
	if !r.admitted {
		e.Kind = audit.Refusal
	}
	if len(r.route.codes) > 0 {
		e.Entities = r.noted
	} else {
		e.Entities = r.about(answer, d.base)
	}
	return e
}

// about are the resource or question that a request is about, and the patients of
// whom its answer tells.
func (r *request) about(answer *response, base string) []audit.Entity {
	own := audit.Entity{}
	key := r.resource()
	if r.key == "" && answer.key.ID != "" {
		key = answer.key
	}
	if store.ValidID(key.ID) {
		own.What, own.Patient = key.String(), key.Type == "Patient"
	}
	if own.What == "" || r.key == "" || r.route.letter == 0 {
		own.Query = r.question()
	}
	if version := r.version; version != "" {
		own.Detail = append(own.Detail, audit.Detail{Type: audit.DetailVersion, Value: version})
	} else if answer.version > 0 {
		own.Detail = append(own.Detail, audit.Detail{Type: audit.DetailVersion, Value: strconv.FormatInt(answer.version, 10)})
	}
	patients := r.asksOf(base)
	if answer.status < http.StatusBadRequest {
		patients = append(patients, answer.patients(base)...)
	}
	return r.concerning([]audit.Entity{own}, patients)
}

// concerning adds to what an event is about the patients whom it concerns: the one
// in context, and others.
func (r *request) concerning(entities []audit.Entity, patients []string) []audit.Entity {
	if context := r.caller.Grant.Patient; context != "" {
		patients = append(patients, context)
	}
	if len(patients) == 0 {
		return entities
	}
	told := make(map[string]bool, len(entities)+len(patients))
	for _, e := range entities {
		told[e.What] = true
	}
	for _, id := range patients {
		if e := audit.OfPatient(id); !told[e.What] {
			told[e.What] = true
			entities = append(entities, e)
		}
	}
	return entities
}

// question is the path of a request below the base with its parameters.
func (r *request) question() string {
	path := strings.TrimPrefix(r.path(), "/")
	query := r.query
	if r.route.form {
		query = joined(r.params)
	}
	if query == "" {
		return path
	}
	return path + "?" + query
}

// joined is a query string of parameters, without a token, which some send where
// none is taken.
func joined(params []search.Pair) string {
	var b strings.Builder
	for _, p := range params {
		if p.Name == "access_token" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Name + "=" + p.Value)
	}
	return b.String()
}
