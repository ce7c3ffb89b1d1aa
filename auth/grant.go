package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// Grant is what a user or a client was given.
type Grant struct {
	ID      string    `json:"id"`
	Scopes  string    `json:"scopes"`            // as granted, separated by spaces
	Patient string    `json:"patient,omitempty"` // logical id of the patient in context
	User    string    `json:"user,omitempty"`    // literal reference to the user: "Practitioner/1"
	Client  string    `json:"client,omitempty"`  // client_id
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

// Panel says which patients a practitioner reaches; see [scope.Panel].
type Panel = scope.Panel

// The panels.
const (
	PanelAll  = scope.PanelAll
	PanelCare = scope.PanelCare
)

const grantKind = "grant"

// check holds the context to what can be in one.
func (g Grant) check() error {
	if g.Patient != "" && !store.ValidID(g.Patient) {
		return &InvalidGrant{"patient", g.Patient, "it should be the logical id of a Patient"}
	}
	typ, id, _ := strings.Cut(g.User, "/")
	switch typ {
	case "", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person":
	default:
		return &InvalidGrant{"user", g.User, "it should be a Patient, Practitioner, PractitionerRole, RelatedPerson or Person"}
	}
	if g.User != "" && !store.ValidID(id) {
		return &InvalidGrant{"user", g.User, "it should be a reference like Practitioner/1"}
	}
	return nil
}

// context is what the grant's scopes are relative to.
func (g Grant) context(panel Panel) scope.Context {
	return scope.Context{Patient: g.Patient, User: g.User, Panel: panel, Now: g.Issued}
}

// saveGrant writes a grant, which vanishes when it expires.
func (t *Tokens) saveGrant(ctx context.Context, g Grant) error {
	value, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("grant %s: %w", g.ID, err)
	}
	_, err = t.records.Put(ctx, grantKind, g.ID, value, g.Expires)
	return err
}

// loadGrant reads a grant and its revision; ErrInvalidToken if it is over.
func (t *Tokens) loadGrant(ctx context.Context, id string) (Grant, int64, error) {
	found, err := t.records.Get(ctx, grantKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return Grant{}, 0, ErrInvalidToken
	}
	if err != nil {
		return Grant{}, 0, err
	}
	var g Grant
	if err := json.Unmarshal(found.Value, &g); err != nil {
		return Grant{}, 0, fmt.Errorf("grant %s: %w", id, err)
	}
	if !t.clock().Before(g.Expires) {
		return Grant{}, 0, ErrInvalidToken
	}
	return g, found.Revision, nil
}

// Revoke ends a grant and every token for it, at once and for good. That there
// is none is no error.
func (t *Tokens) Revoke(ctx context.Context, grantID string) error {
	return t.records.Delete(ctx, grantKind, grantID)
}
