package smart

// openIDConfiguration is the document by which clients of OpenID Connect (Discovery,
// 3) and of OAuth 2.0 (RFC 8414, 2) discover the server.
type openIDConfiguration struct {
	metadata
	UserInfoEndpoint  string   `json:"userinfo_endpoint"`
	SubjectTypes      []string `json:"subject_types_supported"`
	IDTokenAlgorithms []string `json:"id_token_signing_alg_values_supported"`
	Claims            []string `json:"claims_supported"`
	// RequestURI is false, and there all the same: without it it would be true.
	RequestURI bool `json:"request_uri_parameter_supported"`
}

// claims are those of ID tokens and of userinfo.
var claims = []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "fhirUser", "profile", "name"}

// newOpenIDConfiguration is the document of a server.
func newOpenIDConfiguration(u URLs, f Features) openIDConfiguration {
	m := newMetadata(u, f)
	m.GrantTypes = []string{"authorization_code", "refresh_token", "client_credentials"}
	m.TokenAuthMethods = everyClient
	return openIDConfiguration{
		metadata:          m,
		UserInfoEndpoint:  u.UserInfo,
		SubjectTypes:      []string{"public"},
		IDTokenAlgorithms: []string{"RS256"},
		Claims:            claims,
	}
}
