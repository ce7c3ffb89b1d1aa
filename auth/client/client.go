package client

import (
	"encoding/json"
	"slices"
	"time"
)

// Method is how a client authenticates, by its name in the registry
// "OAuth Token Endpoint Authentication Methods". Each client has one.
type Method string

// The methods.
const (
	None          Method = "none"                // a public client (RFC 7591, 2)
	SecretBasic   Method = "client_secret_basic" // RFC 6749, 2.3.1
	SecretPost    Method = "client_secret_post"  // RFC 6749, 2.3.1
	PrivateKeyJWT Method = "private_key_jwt"     // RFC 7523, 2.2
)

// Methods are all of them.
func Methods() []Method { return []Method{None, SecretBasic, SecretPost, PrivateKeyJWT} }

// The grant types that a client may be registered for.
const (
	AuthorizationCode = "authorization_code"
	RefreshToken      = "refresh_token"
	ClientCredentials = "client_credentials"
)

// GrantTypes are all of them.
func GrantTypes() []string { return []string{AuthorizationCode, RefreshToken, ClientCredentials} }

// AnyScope is registered as the scopes of a client that may ask for whatever its
// users may have.
const AnyScope = "*"

// Client is a registered app or service. The fields that have a name in JSON are
// its metadata, by the names of the registry "OAuth Dynamic Client Registration
// Metadata" where it has them; who registers a client can set those and no other.
type Client struct {
	ID            string    `json:"-"`
	Secrets       []Secret  `json:"-"` // the newest last; at most two
	Introspection bool      `json:"-"` // may introspect tokens
	Dynamic       bool      `json:"-"` // registered itself
	Created       time.Time `json:"-"`
	// Registration tells apart those that had an id one after the other: who gets the id
	// of an app that was removed is another app.
	Registration string   `json:"-"`
	Name         string   `json:"client_name,omitempty"`
	ClientURI    string   `json:"client_uri,omitempty"`
	LogoURI      string   `json:"logo_uri,omitempty"`
	Method       Method   `json:"token_endpoint_auth_method"`
	GrantTypes   []string `json:"grant_types"`
	RedirectURIs []string `json:"redirect_uris,omitempty"`
	// Scopes are those that may be asked for, or AnyScope.
	Scopes string `json:"scope"`
	// LaunchURI is where an EHR launches the app. The name is OpenID Connect's
	// for the same thing, a login that somebody else begins.
	LaunchURI string          `json:"initiate_login_uri,omitempty"`
	JWKS      json.RawMessage `json:"jwks,omitempty"`
	JWKSURI   string          `json:"jwks_uri,omitempty"`
	// SigningAlg is the one algorithm of the client's assertions, "" for any that
	// is supported.
	SigningAlg string `json:"token_endpoint_auth_signing_alg,omitempty"`
	// Origins are web origins that may read responses besides those of the
	// redirect URIs. The name is Ory Hydra's; no registry has one.
	Origins         []string `json:"allowed_cors_origins,omitempty"`
	Contacts        []string `json:"contacts,omitempty"`
	PolicyURI       string   `json:"policy_uri,omitempty"`
	TOSURI          string   `json:"tos_uri,omitempty"`
	SoftwareID      string   `json:"software_id,omitempty"`
	SoftwareVersion string   `json:"software_version,omitempty"`

	revision int64 // of the record that it was read from
}

// Revision is another one whenever the client has changed.
func (c Client) Revision() int64 { return c.revision }

// Allows tells whether the client is registered for a grant type.
func (c Client) Allows(grantType string) bool { return slices.Contains(c.GrantTypes, grantType) }

// Public tells whether the client has nothing to prove itself with.
func (c Client) Public() bool { return c.Method == None }

// hasSecret tells whether the client authenticates by a secret.
func (c Client) hasSecret() bool { return c.Method == SecretBasic || c.Method == SecretPost }
