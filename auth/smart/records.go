package smart

import (
	"context"
	"errors"
	"net/http"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/user"
)

// This file says what is recorded of what the authorization server does.

// ofGrant is an event about a grant.
func ofGrant(kind audit.Kind, g auth.Grant) audit.Event {
	e := audit.Event{Kind: kind, Account: g.Account, FHIRUser: g.User, Client: g.Client, Grant: g.ID}
	if g.Patient != "" {
		e.Entities = append(e.Entities, audit.OfPatient(g.Patient))
	}
	return e
}

// from says where a request came from.
func (s *Server) from(r *http.Request, e audit.Event) audit.Event {
	e.Address = s.Address(r)
	return e
}

func withScopes(e audit.Event, scopes string) audit.Event {
	e.Entities = append(e.Entities, audit.Entity{Detail: []audit.Detail{{Type: "scope", Value: scopes}}})
	return e
}

func (s *Server) granted(in *call, issued auth.Issued, by string) audit.Event {
	e := withScopes(ofGrant(audit.Grant, issued.Grant), issued.Scopes)
	e.Description = "by " + by
	return s.from(in.Request, e)
}

func (s *Server) refreshed(in *call, issued auth.Issued) audit.Event {
	return s.from(in.Request, withScopes(ofGrant(audit.Refresh, issued.Grant), issued.Scopes))
}

func (s *Server) revoked(r *http.Request, g auth.Grant, how string) audit.Event {
	e := ofGrant(audit.Revocation, g)
	e.Description = how
	return s.from(r, e)
}

// ended is that of a grant whose code or refresh token was used twice.
func ended(g auth.Grant) audit.Event {
	e := ofGrant(audit.Revocation, g)
	e.Outcome, e.Description = audit.Minor, "a code or refresh token of it was used twice"
	return e
}

func (s *Server) ofUser(v *visit, kind audit.Kind, account user.Account, client string) audit.Event {
	return s.from(v.Request, audit.Event{Kind: kind, Account: account.Name, FHIRUser: account.FHIRUser, Client: client})
}

// refusal records that a client was refused, and is that refusal. It is asked in one
// place, for every endpoint.
func (s *Server) refusal(ctx context.Context, in *call, cause error) error {
	var ended *auth.Ended
	if errors.As(cause, &ended) { // that has been recorded
		return cause
	}
	return s.noted(ctx, s.from(in.Request, audit.Event{Kind: audit.Refusal, Client: in.client}), cause)
}

// noted records a refusal, and is its cause, unless it cannot be recorded. Of who was gone
// before the answer there is no record: nothing was refused.
func (s *Server) noted(ctx context.Context, e audit.Event, cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	if err := s.note(ctx, e, cause); err != nil {
		return err
	}
	return cause
}

// note records a refusal for a cause.
func (s *Server) note(ctx context.Context, e audit.Event, cause error) error {
	refused := s.meaning(cause)
	e.Outcome, e.Description = audit.Minor, refused.Error()
	if refused.Code == oauth.ServerError {
		e.Outcome = audit.Serious
	}
	return s.Audit.Access(ctx, e)
}
