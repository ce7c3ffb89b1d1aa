package smart

import (
	"errors"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
)

// introspection is what is said of a token that is good (RFC 7662, 2.2;
// token-introspection.html).
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	TokenType string `json:"token_type,omitempty"`
	Exp       int64  `json:"exp,omitempty"`
	Iat       int64  `json:"iat,omitempty"`
	Iss       string `json:"iss,omitempty"`
	Sub       string `json:"sub,omitempty"`
	Username  string `json:"username,omitempty"`
	FHIRUser  string `json:"fhirUser,omitempty"`
	launchContext
}

// introspect tells a client that is registered for it, or that has a token of the scope
// `__introspect`, what a token is good for. Of one that is not good it says nothing else,
// whyever that is (auth-checklist.md, 43).
func (s *Server) introspect(in *call) (answer, error) {
	if err := s.mayIntrospect(in); err != nil {
		return answer{}, err
	}
	token := in.form.Get("token")
	if token == "" {
		return answer{}, oauth.Refuse(oauth.InvalidRequest, "token: it is missing")
	}
	active, err := s.Tokens.Introspect(in.Context(), token)
	if errors.Is(err, auth.ErrInvalidToken) {
		return answer{body: introspection{}}, nil
	}
	if err != nil {
		return answer{}, err
	}
	return answer{body: s.introspected(active)}, nil
}

func (s *Server) mayIntrospect(in *call) error {
	if token, ok := bearer(in.Header); ok {
		caller, err := s.Tokens.Authenticate(in.Context(), token)
		if err != nil {
			return err
		}
		in.client = caller.Grant.Client
		if !asks(caller.Grant.Scopes, scope.Introspect) {
			return oauth.Refuse(oauth.InsufficientScope, "the access token needs the scope "+scope.Introspect)
		}
		return nil
	}
	app, err := s.authenticate(in)
	if err != nil {
		return err
	}
	if !app.Introspection || app.Public() { // RFC 7662, 2.1: whoever asks is authorized
		return oauth.Refuse(oauth.UnauthorizedClient, "this client is not registered for introspection")
	}
	return nil
}

func (s *Server) introspected(active auth.Active) introspection {
	g := active.Grant
	out := introspection{
		Active:        true,
		Scope:         g.Scopes,
		ClientID:      g.Client,
		TokenType:     "Bearer",
		Exp:           active.Expires.Unix(),
		Iat:           active.Issued.Unix(),
		Iss:           s.URLs.Issuer,
		Sub:           g.Subject,
		Username:      g.Account,
		launchContext: s.launchContext(g),
	}
	if active.Type == auth.RefreshToken {
		out.TokenType = "refresh_token"
	}
	if g.Account == "" {
		out.Patient = g.Patient // of granary token
		out.Sub = g.Client
	}
	if g.User != "" {
		out.FHIRUser = s.fhirUser(g)
	}
	return out
}

// bearer is the token of an Authorization header of that kind; "" for another kind.
func bearer(h interface{ Get(string) string }) (string, bool) {
	kind, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}
