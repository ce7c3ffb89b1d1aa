package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/handle"
	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// Refresh tokens rotate: each is used once, and gets its client the next one. One
// that is used again was stolen, by now or before, and ends its grant. Only a client
// that lost the answer may ask again, within the grace, and gets the same answer:
// which it can since the next tokens are derived from the one that was used, by a
// secret of the server, of which nothing is stored but digests (RFC 9700, 4.14).

const refreshKind = "refresh-token"

// refreshRecord is what the digest of a refresh token leads to.
type refreshRecord struct {
	Grant string `json:"grant"`
	// Used is when the token was used, and for which scopes; it is not good again.
	Used   time.Time `json:"used,omitzero"`
	Scopes string    `json:"scopes,omitempty"`
}

func (t *Tokens) putRefresh(ctx context.Context, given string, record refreshRecord, expires time.Time) error {
	value, err := json.Marshal(record)
	if err != nil {
		return err
	}
	key, _ := handle.RefreshToken.Digest(given)
	_, err = t.records.Put(ctx, refreshKind, key, value, expires)
	return err
}

// getRefresh reads what a refresh token leads to; store.ErrNotFound for none.
func (t *Tokens) getRefresh(ctx context.Context, given string) (refreshRecord, error) {
	key, ok := handle.RefreshToken.Digest(given)
	if !ok {
		return refreshRecord{}, store.ErrNotFound
	}
	found, err := t.records.Get(ctx, refreshKind, key)
	if err != nil {
		return refreshRecord{}, err
	}
	var record refreshRecord
	if err := json.Unmarshal(found.Value, &record); err != nil {
		return refreshRecord{}, fmt.Errorf("refresh token record: %w", err)
	}
	return record, nil
}

var errRefresh = oauth.Refuse(oauth.InvalidGrant, "refresh_token: it is unknown, expired, revoked, or not this client's; send the user through the authorization endpoint again")

// Ended is a refusal that has ended a grant: what it did must be committed.
type Ended struct {
	Refusal *oauth.Error
	Grant   Grant
}

func (e *Ended) Error() string { return e.Refusal.Error() }
func (e *Ended) Unwrap() error { return e.Refusal }

// RefreshClient is the client that a refresh token was issued to, used or not. The error
// is an *oauth.Error if it is unknown or its grant is over, or the store's.
func (t *Tokens) RefreshClient(ctx context.Context, given string) (string, error) {
	record, err := t.getRefresh(ctx, given)
	if errors.Is(err, store.ErrNotFound) {
		return "", errRefresh
	}
	if err != nil {
		return "", err
	}
	g, err := t.Grant(ctx, record.Grant)
	if errors.Is(err, ErrInvalidToken) {
		return "", errRefresh
	}
	return g.Client, err
}

// Refresh answers a refresh token of a client with the tokens that follow it. Scopes
// are those asked for, or "" for all of the grant's. It must run within a
// transaction: see In. The error is an *oauth.Error, an *Ended, or the store's.
func (t *Tokens) Refresh(ctx context.Context, given, client, scopes string) (Issued, error) {
	record, err := t.getRefresh(ctx, given)
	if errors.Is(err, store.ErrNotFound) {
		return Issued{}, errRefresh
	}
	if err != nil {
		return Issued{}, err
	}
	g, err := t.Grant(ctx, record.Grant)
	if errors.Is(err, ErrInvalidToken) || err == nil && g.Client != client { // before anything is ended: auth-checklist.md, 10
		return Issued{}, errRefresh
	}
	if err != nil {
		return Issued{}, err
	}
	narrowed, err := t.narrow(g, scopes)
	if err != nil && record.Used.IsZero() { // a used one ends its grant whatever it asks for
		return Issued{}, err
	}
	issued := Issued{Grant: g, Scopes: narrowed}
	if err := t.succeed(ctx, given, &issued); err != nil {
		return Issued{}, err
	}
	switch repeated, err := t.repeated(ctx, record, issued); {
	case err != nil:
		return Issued{}, err
	case repeated:
		return t.access(ctx, issued)
	case !record.Used.IsZero():
		return Issued{}, t.end(ctx, g, errRefresh)
	}
	return t.rotate(ctx, given, issued)
}

// rotate uses a refresh token up.
func (t *Tokens) rotate(ctx context.Context, given string, issued Issued) (Issued, error) {
	g := issued.Grant
	used := refreshRecord{Grant: g.ID, Used: t.clock().UTC(), Scopes: issued.Scopes}
	if err := t.putRefresh(ctx, given, used, g.Expires); err != nil {
		return Issued{}, err
	}
	if err := t.putRefresh(ctx, issued.Refresh, refreshRecord{Grant: g.ID}, t.idle(g)); err != nil {
		return Issued{}, err
	}
	return t.access(ctx, issued)
}

// repeated tells whether a used token is used again as it was, within the grace, by
// somebody to whom the answer seems to be unknown.
func (t *Tokens) repeated(ctx context.Context, used refreshRecord, next Issued) (bool, error) {
	if used.Used.IsZero() || t.clock().Sub(used.Used) > t.lifetimes.Grace || used.Scopes != next.Scopes {
		return false, nil
	}
	successor, err := t.getRefresh(ctx, next.Refresh)
	if err != nil {
		return false, ignoreAbsent(err)
	}
	return successor.Used.IsZero(), nil
}

// end ends a grant whose code, or one of whose refresh tokens, was used twice.
func (t *Tokens) end(ctx context.Context, g Grant, refusal *oauth.Error) error {
	if err := t.Revoke(ctx, g.ID); err != nil {
		return err
	}
	return &Ended{refusal, g}
}

// narrow holds asked scopes to a grant's (RFC 6749, section 6).
func (t *Tokens) narrow(g Grant, scopes string) (string, error) {
	if strings.TrimSpace(scopes) == "" {
		return g.Scopes, nil
	}
	granted, _ := t.language.ParseList(g.Scopes)
	bounds := scope.Within(granted)
	alone := bounds.Unattended()
	asked, refused := t.language.ParseList(scopes)
	for _, s := range asked {
		if alone.Covers(s) {
			continue
		}
		reason := "it was not granted"
		switch {
		case bounds.Covers(s):
			reason = "its parameters were not granted with it, and could tell what is hidden; the user has to agree to them"
		case bounds.Touches(s):
			reason = "only a part of it was granted"
		}
		refused = append(refused, scope.Refusal{Scope: s.Written(), Reason: reason})
	}
	if len(refused) > 0 {
		return "", oauth.Refuse(oauth.InvalidScope, (&InvalidScope{refused}).Error())
	}
	g.Scopes = scopes
	narrowed, refused := t.Review(g) // a part of what was granted may be none that can be compiled
	if len(refused) > 0 {
		return "", oauth.Refuse(oauth.InvalidScope, (&InvalidScope{refused}).Error())
	}
	return narrowed, nil
}

// succeed sets the tokens that follow a refresh token.
func (t *Tokens) succeed(ctx context.Context, given string, issued *Issued) error {
	secret, err := keys.Secret(ctx, t.records, "refresh")
	if err != nil {
		return err
	}
	derive := func(k handle.Kind, scopes string) string {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(string(k) + given + " " + scopes))
		return k.Of([sha256.Size]byte(mac.Sum(nil)))
	}
	issued.Refresh = derive(handle.RefreshToken, "")
	issued.Access = derive(handle.AccessToken, issued.Scopes)
	return nil
}

// ignoreAbsent is nil for a record that is not there.
func ignoreAbsent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
