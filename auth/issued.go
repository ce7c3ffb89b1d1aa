package auth

import (
	"context"
	"time"

	"github.com/granary-fhir/granary/auth/handle"
)

// Lifetimes are how long what is issued lasts.
type Lifetimes struct {
	Access  time.Duration // an access token; an hour at most (SMART, app-launch.html#response-5)
	Offline time.Duration // a grant with offline_access, from when it was made
	Idle    time.Duration // a refresh token that nobody uses
	Grace   time.Duration // how long a refresh may be repeated whose answer was lost
	Code    time.Duration // an authorization code
	Launch  time.Duration // a launch handle
}

// UsualLifetimes are those of a server that was told nothing else.
func UsualLifetimes() Lifetimes {
	return Lifetimes{
		Access:  time.Hour,
		Offline: 365 * 24 * time.Hour,
		Idle:    90 * 24 * time.Hour,
		Grace:   10 * time.Second,
		Code:    60 * time.Second,
		Launch:  5 * time.Minute,
	}
}

// BackendLifetime is that of the tokens of backend services, which get no refresh
// token (backend-services.html#issue-access-token).
const BackendLifetime = 300 * time.Second

// Issued is what the token endpoint answers with.
type Issued struct {
	Access  string
	Refresh string // "" for none
	Grant   Grant
	Scopes  string // of the access token: the grant's, or fewer
	Expires time.Duration
}

// Start stores a grant and issues tokens for it: with a refresh token if it has
// offline_access, or online_access, with which it ends when the session does.
// SessionExpires is when that is. Errors are those of Issue.
func (t *Tokens) Start(ctx context.Context, g Grant, sessionExpires time.Time) (Issued, error) {
	g, err := t.open(ctx, g, t.life(g, sessionExpires))
	if err != nil {
		return Issued{}, err
	}
	issued := Issued{Grant: g, Scopes: g.Scopes}
	if g.Offline() || g.Online() { // auth-checklist.md, 31
		issued.Refresh = handle.RefreshToken.New()
		if err := t.putRefresh(ctx, issued.Refresh, refreshRecord{Grant: g.ID}, t.idle(g)); err != nil {
			return Issued{}, err
		}
	}
	issued.Access = handle.AccessToken.New()
	return t.access(ctx, issued)
}

// life is how long a grant of a user lasts.
func (t *Tokens) life(g Grant, sessionExpires time.Time) time.Duration {
	switch {
	case g.Offline():
		return t.lifetimes.Offline
	case g.Online():
		return sessionExpires.Sub(t.clock())
	}
	return t.lifetimes.Access
}

// accessUntil is when an access token of a grant that is issued now ends.
func (t *Tokens) accessUntil(g Grant, now time.Time) time.Time {
	until := now.Add(t.lifetimes.Access)
	if g.Expires.Before(until) {
		return g.Expires
	}
	return until
}

// access makes the access token of what is issued.
func (t *Tokens) access(ctx context.Context, issued Issued) (Issued, error) {
	now := t.clock().UTC()
	until := t.accessUntil(issued.Grant, now)
	issued.Expires = until.Sub(now)
	scopes := ""
	if issued.Scopes != issued.Grant.Scopes {
		scopes = issued.Scopes
	}
	_, err := t.newToken(ctx, issued.Grant, issued.Access, scopes, until)
	if err != nil {
		return Issued{}, err
	}
	return issued, t.used(ctx, issued.Grant)
}

// idle is when a refresh token for a grant vanishes if nobody uses it.
func (t *Tokens) idle(g Grant) time.Time {
	until := t.clock().UTC().Add(t.lifetimes.Idle)
	if g.Expires.Before(until) {
		return g.Expires
	}
	return until
}

// usedKind are the records that say when a grant was last used.
const usedKind = "grant-used"

// used notes that a grant got its client a token.
func (t *Tokens) used(ctx context.Context, g Grant) error {
	if g.Account == "" {
		return nil // no user asks for it
	}
	now, err := t.clock().UTC().MarshalText()
	if err != nil {
		return err
	}
	_, err = t.records.Put(ctx, usedKind, g.ID, now, g.Expires)
	return err
}

// LastUsed is when a grant got its client a token; the zero time if it never did.
func (t *Tokens) LastUsed(ctx context.Context, grantID string) (time.Time, error) {
	found, err := t.records.Get(ctx, usedKind, grantID)
	if err != nil {
		return time.Time{}, ignoreAbsent(err)
	}
	var at time.Time
	return at, at.UnmarshalText(found.Value)
}
