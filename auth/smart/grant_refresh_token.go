package smart

import (
	"context"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// refresh gives a client new tokens for a refresh token (RFC 6749, section 6).
func (s *Server) refresh(ctx context.Context, in *call, app client.Client) (auth.Issued, error) {
	token := in.form.Get("refresh_token")
	if token == "" {
		return auth.Issued{}, oauth.Refuse(oauth.InvalidRequest, "refresh_token: it is missing")
	}
	var issued auth.Issued
	err := s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		var err error
		issued, err = s.Tokens.In(tx.Records()).Refresh(ctx, token, app.ID, in.form.Get("scope"))
		if err != nil {
			return nil, err
		}
		if _, _, err := s.stillThere(ctx, tx, issued.Grant); err != nil {
			return nil, err
		}
		return []audit.Event{s.refreshed(in, issued)}, nil
	})
	return issued, err
}
