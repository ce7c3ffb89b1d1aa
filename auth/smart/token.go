package smart

import (
	"context"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

// grantType answers a request of the token endpoint, for an authenticated client.
type grantType func(context.Context, *call, client.Client) (auth.Issued, error)

// grantTypes are those of the token endpoint. There is no password grant, and no
// implicit one (RFC 9700, 2.1.2 and 2.4).
func (s *Server) grantTypes() map[string]grantType {
	return map[string]grantType{
		client.AuthorizationCode: s.redeemCode,
		client.RefreshToken:      s.refresh,
		client.ClientCredentials: s.clientCredentials,
	}
}

// token is the token endpoint (RFC 6749, 3.2).
func (s *Server) token(in *call) (answer, error) {
	ctx := in.Context()
	name := in.form.Get("grant_type")
	if name == "" {
		return answer{}, oauth.Refuse(oauth.InvalidRequest, "grant_type: it is missing")
	}
	do, known := s.grantTypes()[name]
	if !known {
		return answer{}, oauth.Refuse(oauth.UnsupportedGrantType, "grant_type: it should be authorization_code, refresh_token or client_credentials")
	}
	if err := s.nameClient(in, name); err != nil {
		return answer{}, err
	}
	app, err := s.authenticate(in)
	if err != nil {
		return answer{}, err
	}
	if !app.Allows(name) {
		return answer{}, oauth.Refuse(oauth.UnauthorizedClient, "grant_type: this client is not registered for "+name)
	}
	issued, err := do(ctx, in, app)
	if err != nil {
		return answer{}, err
	}
	return s.tokenResponse(ctx, issued)
}

// nameClient lets a public client leave its client_id out of a refresh, as the SMART
// JavaScript client does: app-launch.html#request-7 does not have it, and RFC 6749
// (3.2.1) wants it of an unauthenticated client with a code alone. The refresh token is
// tied to its client all the same, and an id that everybody knows proves nothing. A
// client that has something to prove itself with has to. One whose token is over is told
// that, and not that it has no name: it has to send its user through the authorization
// endpoint again.
func (s *Server) nameClient(in *call, grantType string) error {
	if grantType != client.RefreshToken || in.Header.Get("Authorization") != "" || in.form.Get("refresh_token") == "" {
		return nil
	}
	for _, name := range []string{"client_id", "client_secret", "client_assertion", "client_assertion_type"} {
		if in.form.Has(name) {
			return nil
		}
	}
	id, err := s.Tokens.RefreshClient(in.Context(), in.form.Get("refresh_token"))
	if err == nil {
		in.form.Set("client_id", id)
	}
	return err
}

// authenticate says which client calls.
func (s *Server) authenticate(in *call) (client.Client, error) {
	app, err := s.Authenticator.Authenticate(in.Context(), in.Header, in.form)
	in.client = app.ID
	return app, err
}

// tokenResponse is a successful answer of the token endpoint
// (app-launch.html#response-5).
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	launchContext
}

// launchContext is what tells an app where it was launched
// (scopes-and-launch-context.html#launch-context-arrives-with-your-access_token).
type launchContext struct {
	Patient           string         `json:"patient,omitempty"`
	Encounter         string         `json:"encounter,omitempty"`
	FHIRContext       []auth.Context `json:"fhirContext,omitempty"`
	NeedPatientBanner *bool          `json:"need_patient_banner,omitempty"`
	Intent            string         `json:"intent,omitempty"`
	SmartStyleURL     string         `json:"smart_style_url,omitempty"`
	Tenant            string         `json:"tenant,omitempty"`
}

func (s *Server) tokenResponse(ctx context.Context, issued auth.Issued) (answer, error) {
	out := s.responseOf(issued)
	var err error
	if hasIDToken(issued) {
		out.IDToken, err = s.idToken(ctx, issued)
	}
	return answer{body: out}, err
}

// responseOf is the answer but for the ID token.
func (s *Server) responseOf(issued auth.Issued) tokenResponse {
	return tokenResponse{
		AccessToken:   issued.Access,
		TokenType:     "Bearer",
		ExpiresIn:     int64(issued.Expires.Seconds()),
		Scope:         issued.Scopes,
		RefreshToken:  issued.Refresh,
		launchContext: s.launchContext(issued.Grant),
	}
}

// hasIDToken tells whether an ID token comes with what is issued.
func hasIDToken(issued auth.Issued) bool {
	return asks(issued.Scopes, "openid") && issued.Grant.Subject != ""
}

// launchContext is that of a grant of a user.
func (s *Server) launchContext(g auth.Grant) launchContext {
	if g.Account == "" {
		return launchContext{}
	}
	out := launchContext{
		Patient:     g.Patient,
		Encounter:   g.Launch.Encounter,
		FHIRContext: g.Launch.FHIRContext,
		Intent:      g.Launch.Intent,
		Tenant:      g.Launch.Tenant,
	}
	if g.Launch.Style {
		out.SmartStyleURL = s.URLs.Base + s.pages.StylePath()[len(s.URLs.Path()):]
	}
	if g.Patient != "" {
		out.NeedPatientBanner = &g.Launch.Banner
	}
	return out
}

// asks tells whether a name is among scopes separated by spaces.
func asks(scopes, name string) bool {
	for text := range strings.SplitSeq(scopes, " ") {
		if text == name {
			return true
		}
	}
	return false
}
