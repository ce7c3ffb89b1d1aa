package smart

import (
	"context"

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
		account, app, err := s.stillThere(ctx, tx, redeemed.Grant)
		switch {
		case err != nil:
			return nil, err
		case account.Version != redeemed.AccountVersion: // a new password has ended what was granted, and there was no grant yet
			return nil, errNobody
		case !app.Redirects(uri):
			return nil, oauth.Refuse(oauth.InvalidGrant, "redirect_uri: it is not registered any more")
		}
		issued, err = tokens.Start(ctx, redeemed.Grant, redeemed.SessionExpires)
		return []audit.Event{s.granted(in, issued, "authorization_code")}, err
	})
	return issued, err
}
