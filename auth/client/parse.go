package client

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
)

// request is the body of a registration (RFC 7591, 2): a client's metadata, and
// what would change how it is served. Anything else is ignored, as the RFC has it.
type request struct {
	Client
	// LaunchURL is what SMART's own sandboxes call initiate_login_uri.
	LaunchURL     string   `json:"launch_uri"`
	ResponseTypes []string `json:"response_types"`
	IDTokenAlg    string   `json:"id_token_signed_response_alg"`
	SubjectType   string   `json:"subject_type"`

	BoundByDPoP   bool `json:"dpop_bound_access_tokens"`
	BoundByTLS    bool `json:"tls_client_certificate_bound_access_tokens"`
	PushedOnly    bool `json:"require_pushed_authorization_requests"`
	SignedRequest bool `json:"require_signed_request_object"`
}

// Parse reads a registration request (RFC 7591, 3.1), with the defaults filled in:
// token_endpoint_auth_method is client_secret_basic if nothing is said, so that a
// public client must say none. Scopes are those of the language. The error is an *oauth.Error that names the field.
func Parse(metadata []byte, l scope.Language) (Client, error) {
	var r request
	if err := json.Unmarshal(metadata, &r); err != nil {
		return Client{}, unreadable(err)
	}
	c, err := r.client()
	if err != nil {
		return Client{}, err
	}
	if err := c.Check(l); err != nil {
		return Client{}, err
	}
	return c, nil
}

func unreadable(err error) error {
	var value *json.SemanticError
	if errors.As(err, &value) && value.JSONPointer != "" {
		field := strings.TrimPrefix(string(value.JSONPointer), "/")
		return oauth.Refuse(oauth.InvalidClientMetadata, quote(field)+": a value of another JSON type is wanted")
	}
	return oauth.Refuse(oauth.InvalidClientMetadata, "the body is not a JSON object with each name once")
}

// client is the client that is asked for.
func (r request) client() (Client, error) {
	c := r.Client
	if string(c.JWKS) == "null" {
		c.JWKS = nil
	}
	if c.LaunchURI == "" {
		c.LaunchURI = r.LaunchURL
	}
	c = c.withDefaults()
	if r.LaunchURL != "" && c.LaunchURI != r.LaunchURL {
		return c, wrong("launch_uri", "it means the same as initiate_login_uri and differs from it")
	}
	for _, text := range []struct{ field, value, supported string }{
		{"id_token_signed_response_alg", r.IDTokenAlg, "RS256"},
		{"subject_type", r.SubjectType, "public"},
	} {
		if text.value != "" && text.value != text.supported {
			return c, wrong(text.field, "%s is not supported; it should be %s", quote(text.value), text.supported)
		}
	}
	for _, demand := range []struct {
		field string
		made  bool
	}{
		{"dpop_bound_access_tokens", r.BoundByDPoP},
		{"tls_client_certificate_bound_access_tokens", r.BoundByTLS},
		{"require_pushed_authorization_requests", r.PushedOnly},
		{"require_signed_request_object", r.SignedRequest},
	} {
		if demand.made {
			return c, wrong(demand.field, "true is not supported")
		}
	}
	return c, checkResponseTypes(r.ResponseTypes, c)
}

// checkResponseTypes: there is one response type, and it goes with one grant type
// (RFC 7591, 2.1).
func checkResponseTypes(types []string, c Client) error {
	if len(types) > 0 && !slices.Equal(types, c.responseTypes()) {
		if c.Allows(AuthorizationCode) {
			return wrong("response_types", "code alone is supported")
		}
		return wrong("response_types", "code needs the grant type authorization_code")
	}
	return nil
}

// responseTypes are those that the client may ask for.
func (c Client) responseTypes() []string {
	if c.Allows(AuthorizationCode) {
		return []string{"code"}
	}
	return []string{}
}
