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

// Grant is what a user or a client was given. It does not change: narrower tokens
// are made of it, and ending it ends them all.
type Grant struct {
	ID      string   `json:"id"`
	Scopes  string   `json:"scopes"`            // as granted, separated by spaces
	Patient string   `json:"patient,omitempty"` // logical id of the patient in context
	User    string   `json:"user,omitempty"`    // literal reference to the user, `fhirUser`: "Practitioner/1"
	Also    []string `json:"also,omitempty"`    // what else the user acts as: see [scope.Context]
	Client  string   `json:"client,omitempty"`  // client_id
	Name    string   `json:"name,omitempty"`    // display name of the user
	// Administrator: the user looks after the server, see [scope.Context].
	Administrator bool `json:"administrator,omitempty"`

	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`

	Account  string    `json:"account,omitempty"` // login name of the user
	Subject  string    `json:"sub,omitempty"`     // `sub` of the user in ID tokens and introspection
	Session  string    `json:"session,omitempty"` // session that an online grant ends with
	Launch   Launch    `json:"launch,omitzero"`
	AuthTime time.Time `json:"authTime,omitzero"` // when the user logged in
	Nonce    string    `json:"nonce,omitempty"`   // of the authorization request, for ID tokens
}

// Launch is the context beside the patient that comes with an access token
// (scopes-and-launch-context.html#launch-context-arrives-with-your-access_token).
type Launch struct {
	Encounter   string    `json:"encounter,omitempty"` // logical id
	FHIRContext []Context `json:"fhirContext,omitempty"`
	Intent      string    `json:"intent,omitempty"`
	Tenant      string    `json:"tenant,omitempty"`
	// Banner is need_patient_banner: that the app must show who the patient is.
	Banner bool `json:"needPatientBanner,omitempty"`
	// Style says that the app is told smart_style_url.
	Style bool `json:"smartStyle,omitempty"`
}

// Context is an item of fhirContext.
type Context struct {
	Reference string `json:"reference,omitempty"` // relative to the FHIR base: "Location/1"
	Role      string `json:"role,omitempty"`
}

// Panel says which patients a practitioner reaches; see [scope.Panel].
type Panel = scope.Panel

// The panels.
const (
	PanelAll          = scope.PanelAll
	PanelCare         = scope.PanelCare
	PanelOrganization = scope.PanelOrganization
)

const grantKind = "grant"

// check holds the context to what can be in one.
func (g Grant) check() error {
	if g.Patient != "" && !store.ValidID(g.Patient) {
		return &InvalidGrant{"patient", g.Patient, "it should be the logical id of a Patient"}
	}
	if g.User == "" {
		return nil
	}
	for _, reference := range append([]string{g.User}, g.Also...) {
		typ, id, _ := strings.Cut(reference, "/")
		switch typ {
		case "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person":
		default:
			return &InvalidGrant{"user", reference, "it should be a Patient, Practitioner, PractitionerRole, RelatedPerson or Person"}
		}
		if !store.ValidID(id) {
			return &InvalidGrant{"user", reference, "it should be a reference like Practitioner/1"}
		}
	}
	return nil
}

// context is what the grant's scopes are relative to.
func (g Grant) context(panel Panel) scope.Context {
	return scope.Context{Patient: g.Patient, User: g.User, Also: g.Also, Panel: panel, Now: g.Issued, Administrator: g.Administrator}
}

// asks tells whether a grant has a scope that carries no access to resources.
func (g Grant) asks(name string) bool {
	for text := range strings.SplitSeq(g.Scopes, " ") {
		if text == name {
			return true
		}
	}
	return false
}

// Offline tells whether the grant outlives the user's session.
func (g Grant) Offline() bool { return g.asks("offline_access") }

// Online tells whether the grant lasts as long as the user's session.
func (g Grant) Online() bool { return !g.Offline() && g.asks("online_access") }

// saveGrant writes a grant, which vanishes when it expires, and makes it known to
// those whose it is.
func (t *Tokens) saveGrant(ctx context.Context, g Grant) error {
	value, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("grant %s: %w", g.ID, err)
	}
	if _, err := t.records.Put(ctx, grantKind, g.ID, value, g.Expires); err != nil {
		return err
	}
	for _, owner := range g.owners() {
		if _, err := t.records.Put(ctx, ownedKind, owner.key(g.ID), nil, g.Expires); err != nil {
			return err
		}
	}
	return nil
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

// Grant returns a grant; ErrInvalidToken if there is none or it is over.
func (t *Tokens) Grant(ctx context.Context, id string) (Grant, error) {
	g, _, err := t.loadGrant(ctx, id)
	return g, err
}

// Revoke ends a grant and every token for it, at once and for good. That there
// is none is no error.
func (t *Tokens) Revoke(ctx context.Context, grantID string) error {
	g, _, err := t.loadGrant(ctx, grantID)
	switch {
	case errors.Is(err, ErrInvalidToken): // and if it is there and expired, it vanishes by itself
	case err != nil:
		return err
	}
	if err := t.records.Delete(ctx, grantKind, grantID); err != nil {
		return err
	}
	for _, owner := range g.owners() {
		if err := t.records.Delete(ctx, ownedKind, owner.key(grantID)); err != nil {
			return err
		}
	}
	return nil
}
