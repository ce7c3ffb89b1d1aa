package smart

import (
	"encoding/json"
	"net/url"
	"time"
)

// features are what differs from one server to another in what is discovered.
func (s *Server) features() Features {
	return Features{Language: s.Language, Registration: true}
}

// smartConfiguration is SMART's discovery (conformance.html#using-well-known).
func (s *Server) smartConfiguration(*call) (answer, error) {
	return answer{body: newSMARTConfiguration(s.URLs, s.features()), header: cacheable(time.Hour), public: true}, nil
}

// openIDConfiguration is the discovery of OpenID Connect and OAuth 2.0.
func (s *Server) openIDConfiguration(*call) (answer, error) {
	return answer{body: newOpenIDConfiguration(s.URLs, s.features()), header: cacheable(time.Hour), public: true}, nil
}

// jwks are the keys by which ID tokens are verified. They are asked for again soon
// enough to know a new key before it signs.
func (s *Server) jwks(in *call) (answer, error) {
	set, err := s.Keys.JWKS(in.Context())
	return answer{body: json.RawMessage(set), header: cacheable(time.Hour), public: true}, err
}

// origin is that of the base, as browsers write it.
func (u URLs) origin() string {
	parsed, err := url.Parse(u.Base)
	if err != nil {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

// Secure tells whether browsers reach the server by https alone.
func (u URLs) Secure() bool {
	parsed, err := url.Parse(u.Base)
	return err == nil && parsed.Scheme == "https"
}
