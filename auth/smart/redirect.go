package smart

import (
	"net/url"
	"strings"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
)

// redirection is where the answer to an authorization request goes: a redirect URI
// that was found to be registered.
type redirection struct{ uri, state, client string }

func (r request) redirection() redirection { return redirection{r.RedirectURI, r.State, r.Client} }

// answered sends the browser back to the app with parameters (RFC 6749, 4.1.2). Each
// answer names the issuer, against mix-up (RFC 9207). The status is 303, so that no
// form of ours is sent along (RFC 9700, 4.12).
func (s *Server) answered(v *visit, to redirection, params url.Values) error {
	if to.state != "" {
		params.Set("state", to.state)
	}
	params.Set("iss", s.URLs.Issuer)
	return v.goTo(withQuery(to.uri, params))
}

// withQuery is a registered URI, letter by letter, with parameters added to those that
// it has (RFC 6749, 3.1.2). It has no fragment.
func withQuery(uri string, params url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + params.Encode()
}

// sendBack tells the app that it gets nothing, and why.
func (s *Server) sendBack(v *visit, to redirection, refused *oauth.Error) error {
	if err := s.note(v.Context(), s.ofUser(v, audit.Refusal, v.account, to.client), refused); err != nil {
		return err
	}
	return s.answered(v, to, url.Values{"error": {string(refused.Code)}, "error_description": {refused.Description}})
}
