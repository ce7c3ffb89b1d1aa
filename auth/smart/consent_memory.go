package smart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// memory is a decision that a user wanted to be remembered: on a client, for a patient.
type memory struct {
	Subject string    `json:"sub"`
	App     string    `json:"app,omitempty"` // its client.Registration
	Asked   []string  `json:"asked"`         // canonical forms of what the user was asked
	Granted string    `json:"granted"`       // what they agreed to
	Decided time.Time `json:"decided"`
}

const (
	consentKind = "consent"
	// consentTime is how long a decision is remembered.
	consentTime = 365 * 24 * time.Hour
)

// consentKey names the decision on a client for a patient; names and ids have no slash.
func consentKey(account, client, patient string) string {
	return account + "/" + client + "/" + patient
}

func (f *flow) consentKey() string {
	return consentKey(f.account.Name, f.app.ID, f.request.Patient.ID)
}

// remembers tells whether a decision on the app can stand for the next one: the app has
// to prove who it is, or the answer has to reach nobody but its web site. Any program on
// the user's machine can pass for a public app that is there, too (RFC 8252, 8.6).
func (s *Server) remembers(f *flow) bool {
	to := f.request.RedirectURI
	return !f.app.Public() || strings.HasPrefix(to, "https://") || strings.HasPrefix(to, s.URLs.Base+"/")
}

// rememberConsent keeps a decision.
func (s *Server) rememberConsent(ctx context.Context, tx *store.Tx, f *flow, g auth.Grant, asked []scope.Scope) error {
	value, err := json.Marshal(memory{Subject: f.account.Subject, App: f.app.Registration, Asked: scope.Canonical(asked), Granted: g.Scopes, Decided: s.Clock().UTC()})
	if err != nil {
		return err
	}
	_, err = tx.Records().Put(ctx, consentKind, f.consentKey(), value, s.Clock().Add(consentTime))
	return err
}

// rememberedConsent is what the user agreed to of the scopes that are offered, if all
// of them have been decided on. Nothing that was not asked then is granted now.
func (s *Server) rememberedConsent(ctx context.Context, f *flow) ([]scope.Scope, bool, error) {
	if !s.remembers(f) {
		return nil, false, nil
	}
	m, _, err := s.memory(ctx, s.Store.Records(), f.account, f.app, f.request.Patient.ID)
	if err != nil || m == nil {
		return nil, false, err
	}
	for _, form := range scope.Canonical(f.offer.scopes) {
		if !slices.Contains(m.Asked, form) {
			return nil, false, nil
		}
	}
	granted, _ := s.Language.ParseList(m.Granted)
	within, _ := scope.Within(granted).Limit(f.offer.scopes, "")
	return within, len(within) > 0, nil
}

// decision is a memory that counts, and what it is on.
type decision struct {
	app     client.Client
	patient string // logical id; "": no patient
	until   time.Time
}

// memories are the decisions of a user that are remembered, by app.
func (s *Server) memories(ctx context.Context, records store.Records, of user.Account) ([]decision, error) {
	var decisions []decision
	for key, err := range store.KeysBelow(ctx, records, consentKind, of.Name+"/") {
		if err != nil {
			return nil, err
		}
		id, patient, _ := strings.Cut(key, "/")
		d, counts, err := s.decisionOn(ctx, records, of, id, patient)
		if err != nil {
			return nil, err
		}
		if counts {
			decisions = append(decisions, d)
		}
	}
	return decisions, nil
}

// decisionOn is what a user decided on an app for a patient, if it counts: the app is
// registered, as it was.
func (s *Server) decisionOn(ctx context.Context, records store.Records, of user.Account, id, patient string) (decision, bool, error) {
	app, err := s.Clients.In(records).Get(ctx, id)
	if isAbsent(err) {
		return decision{}, false, nil
	}
	if err != nil {
		return decision{}, false, err
	}
	m, until, err := s.memory(ctx, records, of, app, patient)
	return decision{app, patient, until}, m != nil, err
}

// memory is what a user decided on an app for a patient, and until when that is
// remembered; nil if there is nothing, or it was another user, or app, of the name.
func (s *Server) memory(ctx context.Context, records store.Records, of user.Account, app client.Client, patient string) (*memory, time.Time, error) {
	found, err := records.Get(ctx, consentKind, consentKey(of.Name, app.ID, patient))
	if isAbsent(err) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	var m memory
	if err := json.Unmarshal(found.Value, &m); err != nil {
		return nil, time.Time{}, fmt.Errorf("consent record: %w", err)
	}
	if m.Subject != of.Subject || m.App != app.Registration {
		return nil, time.Time{}, nil
	}
	return &m, found.Expires, nil
}

// forgetConsent forgets the decisions of a user on a client, and tells whether there were
// any.
func (s *Server) forgetConsent(ctx context.Context, records store.Records, account, client string) (forgot bool, err error) {
	prefix := consentKey(account, client, "") // and the key of a decision for no patient
	_, err = records.Take(ctx, consentKind, prefix)
	if err != nil && !isAbsent(err) {
		return false, err
	}
	forgot = err == nil
	for patient, err := range store.KeysBelow(ctx, records, consentKind, prefix) {
		if err != nil {
			return false, err
		}
		if err := records.Delete(ctx, consentKind, prefix+patient); err != nil {
			return false, err
		}
		forgot = true
	}
	return forgot, nil
}

// isAbsent tells whether a record was not there.
func isAbsent(err error) bool { return errors.Is(err, store.ErrNotFound) }

// ignoreInvalid is nil for a grant that is over.
func ignoreInvalid(err error) error {
	if errors.Is(err, auth.ErrInvalidToken) {
		return nil
	}
	return err
}

// ignoreHidden is nil for a resource that is not there for whoever asks.
func ignoreHidden(err error) error {
	var forbidden *store.Forbidden
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrGone) || errors.As(err, &forbidden) {
		return nil
	}
	return err
}
