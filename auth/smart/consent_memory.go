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
	"github.com/granary-fhir/granary/auth/scope"
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
	found, err := s.Store.Records().Get(ctx, consentKind, f.consentKey())
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var m memory
	if err := json.Unmarshal(found.Value, &m); err != nil {
		return nil, false, fmt.Errorf("consent record: %w", err)
	}
	if m.Subject != f.account.Subject || m.App != f.app.Registration {
		return nil, false, nil
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

// forgetConsent forgets the decisions of a user on a client.
func (s *Server) forgetConsent(ctx context.Context, records store.Records, account, client string) error {
	const portion = 100
	prefix := consentKey(account, client, "") // and the key of a decision for no patient
	if err := records.Delete(ctx, consentKind, prefix); err != nil {
		return err
	}
	keys, err := records.List(ctx, consentKind, prefix, portion)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, prefix) {
			return nil
		}
		if err := records.Delete(ctx, consentKind, key); err != nil {
			return err
		}
	}
	if len(keys) < portion {
		return nil
	}
	return s.forgetConsent(ctx, records, account, client)
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
