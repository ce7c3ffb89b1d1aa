package smart

import (
	"context"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// clientCredentials gives a backend service a token, for 300 seconds and without a
// refresh token, of the scopes that it asks for and was registered for
// (backend-services.html#issue-access-token).
func (s *Server) clientCredentials(ctx context.Context, in *call, app client.Client) (auth.Issued, error) {
	asked := in.form.Get("scope")
	if strings.TrimSpace(asked) == "" {
		return auth.Issued{}, oauth.Refuse(oauth.InvalidScope, "scope: it is missing; a backend service asks for system/ scopes")
	}
	issued := auth.Issued{Expires: auth.BackendLifetime}
	err := s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		app, err := s.stillRegistered(ctx, tx, app.ID)
		if err != nil {
			return nil, err
		}
		scopes, refused := s.backendScopes(app, asked)
		if scopes == "" {
			return nil, &auth.InvalidScope{Refused: refused}
		}
		grant := auth.Grant{Scopes: scopes, Client: app.ID}
		issued.Access, issued.Grant, err = s.Tokens.In(tx.Records()).Backend(ctx, grant)
		if err != nil {
			return nil, err
		}
		issued.Scopes = issued.Grant.Scopes
		return []audit.Event{s.granted(in, issued, client.ClientCredentials)}, nil
	})
	return issued, err
}

// backendScopes are those of system/ level that a client was registered for.
func (s *Server) backendScopes(app client.Client, asked string) (string, []scope.Refusal) {
	parsed, refused := s.Language.ParseList(asked)
	bounds, _ := s.Language.ParseBounds(app.Scopes)
	within, beyond := bounds.Unattended().Limit(parsed, "the client is not registered for it")
	refused = append(refused, beyond...)
	var written []string
	for _, one := range within {
		if reason := notForBackend(one, app); reason != "" {
			refused = append(refused, scope.Refusal{Scope: one.Written(), Reason: reason})
			continue
		}
		written = append(written, one.Written())
	}
	return strings.Join(written, " "), refused
}

// notForBackend says why a backend service cannot have a scope, if it cannot.
func notForBackend(s scope.Scope, app client.Client) string {
	switch asks := s.Asks(); {
	case s.Level == scope.System, s.Custom():
		return ""
	case asks == scope.Introspect && app.Introspection:
		return ""
	case asks == scope.Introspect:
		return "the client is not registered for introspection"
	}
	reason := "a backend service has no user: it gets system/ scopes"
	if s.Operation != "" { // whose URL does not say the level
		reason += ", such as " + s.At(scope.System).String()
	}
	return reason
}
