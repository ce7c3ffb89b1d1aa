package smart

import (
	"io"
	"net/http"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// registrationCORS lets an app in a browser register itself where everyone may.
func (s *Server) registrationCORS() corsMode {
	if s.Sandbox {
		return anyone
	}
	return never
}

// register registers a client that asks for it (RFC 7591): anyone in a sandbox, and
// whoever has an initial access token elsewhere.
func (s *Server) register(in *call) (answer, error) {
	ctx := in.Context()
	if !isJSON(in.Header) {
		return answer{}, oauth.Refuse(oauth.InvalidClientMetadata, "Content-Type: it should be application/json")
	}
	metadata, err := io.ReadAll(in.Body)
	if err != nil {
		return answer{}, oauth.Refuse(oauth.InvalidClientMetadata, "the request cannot be read, or is too large")
	}
	token, given := bearer(in.Header)
	if !s.Sandbox && !given {
		return answer{}, oauth.Refuse(oauth.InvalidToken, "who registers an app here needs an initial access token: Authorization: Bearer <token>; granary client invite prints one")
	}
	if !s.Sandbox {
		if err := s.Initial.Check(ctx, token); err != nil {
			return answer{}, err
		}
	}
	asked, err := client.Parse(metadata, s.Language)
	if err != nil {
		return answer{}, err
	}
	if !s.Sandbox && asked.Allows(client.ClientCredentials) { // backend-services.html: an administrator pre-authorizes its scopes
		return answer{}, oauth.Refuse(oauth.InvalidClientMetadata,
			"grant_types: a backend service is registered by an administrator of this server, who decides on its scopes")
	}
	asked.Dynamic = true
	var added client.Client
	var secret string
	err = s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		if !s.Sandbox {
			if err := s.Initial.In(tx.Records()).Use(ctx, token); err != nil {
				return nil, err
			}
		}
		var err error
		added, secret, err = s.Clients.In(tx.Records()).Add(ctx, asked)
		return []audit.Event{s.from(in.Request, audit.Event{Kind: audit.Registration, Client: added.ID})}, err
	})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: added.Response(secret)}, nil
}
