package smart

import (
	"context"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth"
)

// idTokenLifetime is how long an ID token is good: it tells of a login, and is looked
// at once.
const idTokenLifetime = time.Hour

// idToken tells an app who its user is (OpenID Connect Core, 2;
// scopes-and-launch-context.html#scopes-for-requesting-identity-data).
func (s *Server) idToken(ctx context.Context, issued auth.Issued) (string, error) {
	return s.Keys.Sign(ctx, s.claims(issued))
}

// claims are what an ID token says.
func (s *Server) claims(issued auth.Issued) jwt.MapClaims {
	g, now := issued.Grant, s.Clock()
	claims := jwt.MapClaims{
		"iss": s.URLs.Issuer,
		"sub": g.Subject,
		"aud": g.Client,
		"iat": now.Unix(),
		"exp": now.Add(idTokenLifetime).Unix(),
	}
	if !g.AuthTime.IsZero() {
		claims["auth_time"] = g.AuthTime.Unix()
	}
	if g.Nonce != "" {
		claims["nonce"] = g.Nonce
	}
	if asks(issued.Scopes, "fhirUser") {
		claims["fhirUser"] = s.fhirUser(g)
	}
	if asks(issued.Scopes, "profile") {
		claims["profile"], claims["name"] = s.fhirUser(g), g.Name
	}
	return claims
}

// fhirUser is the URL of the user's resource.
func (s *Server) fhirUser(g auth.Grant) string { return s.URLs.FHIR + "/" + g.User }
