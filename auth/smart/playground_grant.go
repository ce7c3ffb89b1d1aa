package smart

import (
	"errors"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
)

// rehearsed is what becomes of scopes that are tried out.
type rehearsed struct {
	granted   []scope.Scope
	refused   []scope.Refusal
	rehearsal *auth.Rehearsal // nil: there would be no token
	problem   string          // why
	notice    string
}

// rehearsed takes scopes the way of real ones, up to where a token would be made: those
// of a user that of an authorization request, those of an app without a user that of a
// backend service, and with neither that of `granary token`.
func (s *Server) rehearsed(v *visit, p play) (got rehearsed, err error) {
	var g auth.Grant
	switch {
	case p.account != nil:
		g, err = s.asUser(v, p, &got)
	case p.app != nil:
		var allowed string
		allowed, got.refused = s.backendScopes(*p.app, p.scopes)
		g = auth.Grant{Scopes: allowed, Client: p.app.ID}
		if p.patient != "" {
			got.notice = "A backend service has no patient in context."
		}
	default:
		_, got.refused = s.Language.ParseList(p.scopes)
		g = auth.Grant{Scopes: p.scopes, Patient: p.patient, Client: "granary token"}
	}
	if err == nil && g.Scopes != "" {
		err = s.rehearseGrant(v, g, &got)
	}
	var refused *oauth.Error
	var none *auth.InvalidScope
	var invalid *auth.InvalidGrant
	switch {
	case errors.As(err, &none), err == nil && got.rehearsal == nil:
		got.refused, got.problem = append(got.refused, refusedBy(none)...), "There would be no token: every scope is refused."
	case errors.As(err, &refused):
		got.problem = "There would be no token: " + refused.Description + "."
	case errors.As(err, &invalid):
		got.problem = "There would be no token: " + invalid.Error() + "."
	default:
		return got, err
	}
	got.granted = nil
	return got, nil
}

func refusedBy(e *auth.InvalidScope) []scope.Refusal {
	if e == nil {
		return nil
	}
	return e.Refused
}

// rehearseGrant rehearses a grant, and tells what of its scopes would be granted.
func (s *Server) rehearseGrant(v *visit, g auth.Grant, got *rehearsed) error {
	rehearsal, err := s.Tokens.Rehearse(g, v.session.Expires)
	if err != nil {
		return err
	}
	got.refused = append(got.refused, rehearsal.Refused...)
	got.granted, _ = s.Language.ParseList(rehearsal.Issued.Scopes)
	got.rehearsal = &rehearsal
	return nil
}

// asUser is the grant that a user would make, who allows everything.
func (s *Server) asUser(v *visit, p play, got *rehearsed) (auth.Grant, error) {
	f := &flow{app: p.registered(), account: *p.account, session: v.session}
	f.request.Scopes = p.scopes
	if p.patient != "" {
		f.request.Patient = choice{true, p.patient}
	}
	if asks(p.scopes, "launch") {
		f.request.EHR = &auth.EHRLaunch{Patient: p.patient, Launch: auth.Launch{Style: true}}
	}
	err := s.prepare(f)
	got.refused = f.offer.refused
	if err != nil {
		return auth.Grant{}, ignoreNone(err)
	}
	ask, err := s.needsPatient(v, f)
	if err != nil {
		return auth.Grant{}, err
	}
	switch {
	case ask:
		got.notice = "Choose a patient, as the user of an app would have to."
	case p.patient == "" && f.request.Patient.ID != "":
		got.notice = "The patient is " + f.request.Patient.ID + ": this user may act for no other, and would not be asked."
	}
	return s.proposal(f, f.offer.scopes), nil
}

// ignoreNone is nil where no scope remains, the reasons of which are known.
func ignoreNone(err error) error {
	var none *auth.InvalidScope
	if errors.As(err, &none) {
		return nil
	}
	return err
}

// registered is the app that asks: the chosen one, or one that may have everything.
func (p play) registered() client.Client {
	if p.app != nil {
		return *p.app
	}
	return client.Client{ID: "any-app", Scopes: client.AnyScope, GrantTypes: client.GrantTypes(), Introspection: true}
}
