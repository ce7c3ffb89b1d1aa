package smart

import (
	"errors"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// revoke ends the grant of a token of the client that asks, and so all its tokens, from
// the next request on (RFC 7009). A token that is not good is revoked already.
func (s *Server) revoke(in *call) (answer, error) {
	ctx := in.Context()
	app, err := s.authenticate(in)
	if err != nil {
		return answer{}, err
	}
	token := in.form.Get("token")
	if token == "" {
		return answer{}, oauth.Refuse(oauth.InvalidRequest, "token: it is missing")
	}
	err = s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		tokens := s.Tokens.In(tx.Records())
		g, err := tokens.GrantOf(ctx, token)
		switch {
		case errors.Is(err, auth.ErrInvalidToken): // RFC 7009, 2.2: that is no error
			return nil, nil
		case err != nil:
			return nil, err
		case g.Client != app.ID:
			return nil, oauth.Refuse(oauth.UnauthorizedClient, "token: it was issued to another client")
		}
		return []audit.Event{s.revoked(in.Request, g, "by the client")}, tokens.Revoke(ctx, g.ID)
	})
	return answer{}, err
}
