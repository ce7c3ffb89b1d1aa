package smart

import (
	"github.com/granary-fhir/granary/auth/scope"
)

// Features are what differs from one server to another in what is discovered.
type Features struct {
	// Language has the scopes that are declared beside SMART's.
	Language scope.Language
	// Registration says that clients may register themselves (RFC 7591).
	Registration bool
}

// The methods by which clients authenticate, and the algorithms of their assertions.
var (
	confidential = []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}
	everyClient  = []string{"none", "client_secret_basic", "client_secret_post", "private_key_jwt"}
	// introspection takes an access token, too (RFC 8414, 2: an access token type).
	introspecting = []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "Bearer"}
	assertions    = []string{"RS384", "ES384"}
)

// metadata is what both documents say (RFC 8414, 2).
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitempty"`
	ScopesSupported       []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgorithms   []string `json:"token_endpoint_auth_signing_alg_values_supported"`

	IntrospectionEndpoint       string   `json:"introspection_endpoint"`
	IntrospectionAuthMethods    []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAuthAlgorithms []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationEndpoint          string   `json:"revocation_endpoint"`
	RevocationAuthMethods       []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAuthAlgorithms    []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`

	// IssInResponse is RFC 9207's.
	IssInResponse bool `json:"authorization_response_iss_parameter_supported"`
}

// newMetadata is what both documents say of a server.
func newMetadata(u URLs, f Features) metadata {
	m := metadata{
		Issuer:                      u.Issuer,
		AuthorizationEndpoint:       u.Authorize,
		TokenEndpoint:               u.Token,
		JWKSURI:                     u.JWKS,
		ScopesSupported:             scopesSupported(f.Language),
		ResponseTypes:               []string{"code"},
		ResponseModes:               []string{"query"},
		CodeChallengeMethods:        []string{"S256"},
		TokenAuthAlgorithms:         assertions,
		IntrospectionEndpoint:       u.Introspect,
		IntrospectionAuthMethods:    introspecting,
		IntrospectionAuthAlgorithms: assertions,
		RevocationEndpoint:          u.Revoke,
		RevocationAuthMethods:       everyClient,
		RevocationAuthAlgorithms:    assertions,
		IssInResponse:               true,
	}
	if f.Registration {
		m.RegistrationEndpoint = u.Register
	}
	return m
}

// scopesSupported are scopes that a client may ask for: those without data, and for
// each level the whole of what there is, in SMART's second and first form, and the
// operations. Those for one type, and with search parameters, are too many to be listed.
func scopesSupported(l scope.Language) []string {
	supported := l.WithoutData()
	for _, level := range []scope.Level{scope.Patient, scope.User, scope.System} {
		for _, letters := range []string{"cruds", "rs", "*", "read", "write"} {
			supported = append(supported, string(level)+"/*."+letters)
		}
	}
	return append(supported, scope.OperationScopes()...)
}
