package smart

import (
	"github.com/granary-fhir/granary/auth/oauth"
)

// userInfo is what a token of scope openid tells of its user (OpenID Connect Core,
// 5.3).
type userInfo struct {
	Sub      string `json:"sub"`
	FHIRUser string `json:"fhirUser,omitempty"`
	Name     string `json:"name,omitempty"`
	Profile  string `json:"profile,omitempty"`
}

var errNoToken = oauth.Refuse(oauth.InvalidToken, "this endpoint wants an access token: Authorization: Bearer <token>")

func (s *Server) userInfo(in *call) (answer, error) {
	token, ok := bearer(in.Header)
	if !ok {
		return answer{}, errNoToken
	}
	caller, err := s.Tokens.Authenticate(in.Context(), token)
	if err != nil {
		return answer{}, err
	}
	g := caller.Grant
	in.client = g.Client
	if !asks(g.Scopes, "openid") || g.Subject == "" {
		return answer{}, oauth.Refuse(oauth.InsufficientScope, "the access token needs the scope openid")
	}
	out := userInfo{Sub: g.Subject}
	if asks(g.Scopes, "fhirUser") {
		out.FHIRUser = s.fhirUser(g)
	}
	if asks(g.Scopes, "profile") {
		out.Profile, out.Name = s.fhirUser(g), g.Name
	}
	return answer{body: out}, nil
}
