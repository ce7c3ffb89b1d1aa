package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// Code is what an authorization code stands for (RFC 6749, section 4.1.2).
type Code struct {
	Grant       Grant  `json:"grant"` // to be made
	RedirectURI string `json:"redirectURI"`
	// AccountVersion is that of the user's account: a new password ends what was granted
	// before, and this is no grant yet.
	AccountVersion int64 `json:"accountVersion,omitempty"`
	// Challenge is the code_challenge, method S256 (RFC 7636).
	Challenge string `json:"challenge"`
	// Approved is when the user agreed: what ends then, and later, ends the code too.
	Approved time.Time `json:"approved"`
	// SessionExpires is when the session of the user ends who approved.
	SessionExpires time.Time `json:"sessionExpires"`
	// Used is when the code was redeemed: it is not good again.
	Used time.Time `json:"used,omitzero"`
}

const codeKind = "authorization-code"

// codeMemory is how long a used code is known, so that whoever replays it ends what
// it was redeemed for.
const codeMemory = time.Hour

// NewCode makes an authorization code.
func (t *Tokens) NewCode(ctx context.Context, code Code) (string, error) {
	code.Grant.ID = handle.Text(16)
	code.Approved = t.clock().UTC()
	given := handle.Code.New()
	return given, t.putCode(ctx, given, code, t.clock().Add(t.lifetimes.Code))
}

func (t *Tokens) putCode(ctx context.Context, given string, code Code, expires time.Time) error {
	value, err := json.Marshal(code)
	if err != nil {
		return err
	}
	key, _ := handle.Code.Digest(given)
	_, err = t.records.Put(ctx, codeKind, key, value, expires)
	return err
}

var errCode = oauth.Refuse(oauth.InvalidGrant, "code: it is unknown, expired, used before, or not this client's; codes are good once, and for a minute")

// Redeem takes an authorization code from a client, once. It must run within a
// transaction: see In. The error is an *oauth.Error; an *Ended where the code was
// used before, which ends what it was used for (RFC 6749, 4.1.2); or the store's.
//
// Only a request that would have been good but for that ends anything: one of the
// client, with the verifier that it alone has. Somebody who has seen the code, in a
// log or a URL, could redeem nothing by it, and must not be able to end what the
// client got. Of many such requests at once one gets tokens, which the others end.
func (t *Tokens) Redeem(ctx context.Context, given, client, redirectURI, verifier string) (Code, error) {
	key, ok := handle.Code.Digest(given)
	if !ok {
		return Code{}, errCode
	}
	found, err := t.records.Get(ctx, codeKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return Code{}, errCode
	}
	if err != nil {
		return Code{}, err
	}
	var code Code
	if err := json.Unmarshal(found.Value, &code); err != nil {
		return Code{}, fmt.Errorf("authorization code record: %w", err)
	}
	switch {
	case code.Grant.Client != client:
		return Code{}, errCode
	case code.RedirectURI != redirectURI:
		return Code{}, oauth.Refuse(oauth.InvalidGrant, "redirect_uri: it should be the one of the authorization request")
	}
	if err := verify(code.Challenge, verifier); err != nil {
		return Code{}, err
	}
	if !code.Used.IsZero() {
		return Code{}, t.end(ctx, code.Grant, errCode)
	}
	if over, err := t.codesOver(ctx, code.Grant.Account, client); err != nil || code.Approved.Before(over) {
		return Code{}, cmp.Or(err, error(errCode))
	}
	code.Used = t.clock().UTC()
	return code, t.putCode(ctx, given, code, code.Used.Add(codeMemory))
}

// codesOverKind are the records of when a user ended the access of a client.
const codesOverKind = "authorization-codes-over"

func codesOverKey(account, client string) string {
	return AccountOwner(account).prefix() + ClientOwner(client).prefix()
}

// EndCodes makes the codes that a user has approved for a client up to now good for
// nothing: whoever ends an app's access means what is on its way to it as well.
func (t *Tokens) EndCodes(ctx context.Context, account, client string) error {
	now := t.clock().UTC()
	value, err := now.MarshalText()
	if err != nil {
		return err
	}
	_, err = t.records.Put(ctx, codesOverKind, codesOverKey(account, client), value, now.Add(t.lifetimes.Code))
	return err
}

// codesOver is when the user ended the client's access, as far as a code can be as old.
func (t *Tokens) codesOver(ctx context.Context, account, client string) (over time.Time, err error) {
	found, err := t.records.Get(ctx, codesOverKind, codesOverKey(account, client))
	if errors.Is(err, store.ErrNotFound) {
		return over, nil
	}
	if err != nil {
		return over, err
	}
	return over, over.UnmarshalText(found.Value)
}

var wellFormedVerifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// verify compares a code_verifier with the challenge (RFC 7636, 4.6).
func verify(challenge, verifier string) error {
	if verifier == "" {
		return oauth.Refuse(oauth.InvalidGrant, "code_verifier: it is missing; this server wants PKCE of every client")
	}
	if !wellFormedVerifier.MatchString(verifier) {
		return oauth.Refuse(oauth.InvalidGrant, "code_verifier: it should be 43 to 128 characters of A-Z a-z 0-9 - . _ ~")
	}
	sum := sha256.Sum256([]byte(verifier))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(want), []byte(challenge)) != 1 {
		return oauth.Refuse(oauth.InvalidGrant, "code_verifier: it does not belong to the code_challenge of the authorization request")
	}
	return nil
}
