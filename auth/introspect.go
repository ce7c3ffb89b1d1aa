package auth

import (
	"context"
	"errors"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// TokenType says what a token is, in the words of RFC 7009 (2.1).
type TokenType string

// The types.
const (
	AccessToken  TokenType = "access_token"
	RefreshToken TokenType = "refresh_token"
)

// Active is a token that is good.
type Active struct {
	Type    TokenType
	Grant   Grant // its scopes are those of the token
	Issued  time.Time
	Expires time.Time
}

// Introspect tells what an access or a refresh token stands for; ErrInvalidToken
// if it is not good (RFC 7662).
func (t *Tokens) Introspect(ctx context.Context, token string) (Active, error) {
	if key, ok := handle.AccessToken.Digest(token); ok {
		found, err := t.loadToken(ctx, key)
		if err != nil {
			return Active{}, err
		}
		return Active{AccessToken, found.grant, found.issued, found.expires}, nil
	}
	record, err := t.getRefresh(ctx, token)
	if errors.Is(err, store.ErrNotFound) || err == nil && !record.Used.IsZero() {
		return Active{}, ErrInvalidToken
	}
	if err != nil {
		return Active{}, err
	}
	g, err := t.Grant(ctx, record.Grant)
	return Active{RefreshToken, g, g.Issued, g.Expires}, err
}

// GrantOf is the grant that a token was issued for, that of a refresh token that was
// used since, too: a client that lost the answer knows no later one. ErrInvalidToken
// if there is none.
func (t *Tokens) GrantOf(ctx context.Context, token string) (Grant, error) {
	record, err := t.getRefresh(ctx, token)
	switch {
	case err == nil:
		return t.Grant(ctx, record.Grant)
	case !errors.Is(err, store.ErrNotFound):
		return Grant{}, err
	}
	active, err := t.Introspect(ctx, token)
	return active.Grant, err
}
