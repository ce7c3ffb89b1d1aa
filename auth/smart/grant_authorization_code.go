package smart

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// redeemCode gives a client tokens for an authorization code (RFC 6749, 4.1.3).
func (s *Server) redeemCode(ctx context.Context, in *call, app client.Client) (auth.Issued, error) {
	code, uri := in.form.Get("code"), in.form.Get("redirect_uri")
	if code == "" {
		return auth.Issued{}, oauth.Refuse(oauth.InvalidRequest, "code: it is missing")
	}
	if uri == "" {
		return auth.Issued{}, oauth.Refuse(oauth.InvalidRequest, "redirect_uri: it is missing; it should be the one of the authorization request")
	}
	var issued auth.Issued
	err := s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		tokens := s.Tokens.In(tx.Records())
		redeemed, err := tokens.Redeem(ctx, code, app.ID, uri, in.form.Get("code_verifier"))
		if err != nil {
			return nil, err
		}
		if err := s.stillThere(ctx, tx, redeemed.Grant); err != nil {
			return nil, err
		}
		issued, err = tokens.Start(ctx, redeemed.Grant, redeemed.SessionExpires)
		return []audit.Event{s.granted(in, issued, "authorization_code")}, err
	})
	return issued, err
}

// stillThere refuses a grant whose user may not use it any more (auth-checklist.md,
// 34 and 35): the account that consented is there, and is what it was, and so is the
// session, where the grant is to end with it.
func (s *Server) stillThere(ctx context.Context, tx *store.Tx, g auth.Grant) error {
	account, err := s.Accounts.In(tx.Records()).Current(ctx, g.Account, g.Subject)
	if err == nil && !sameParty(account, g) {
		err = store.ErrNotFound
	}
	if err == nil && g.Online() { // auth-checklist.md, 35: it may have ended before there was a grant to end with it
		_, err = s.Sessions.In(tx.Records()).ByID(ctx, g.Session)
	}
	if errors.Is(err, store.ErrNotFound) {
		return oauth.Refuse(oauth.InvalidGrant, "the user who granted this cannot grant it any more")
	}
	if err != nil || !g.Online() {
		return err
	}
	_, err = s.Sessions.In(tx.Records()).ByID(ctx, g.Session)
	if errors.Is(err, store.ErrNotFound) {
		return oauth.Refuse(oauth.InvalidGrant, "the session of the user is over, and online_access with it")
	}
	return err
}
