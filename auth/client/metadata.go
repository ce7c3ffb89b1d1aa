package client

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
)

// Limits of what a client may register, many times what any needs.
const (
	maxText   = 200
	maxURIs   = 50
	maxScopes = 16 << 10
)

// withDefaults fills in what RFC 7591 (2) has a default for, and what it lets the
// server choose: refresh tokens, which are issued only where a user agrees to
// offline_access or online_access, and any scope for apps, whose users agree to
// each. A service has no user and must say what it wants.
func (c Client) withDefaults() Client {
	if c.Method == "" {
		c.Method = SecretBasic // RFC 7591, 2
	}
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{AuthorizationCode, RefreshToken}
	}
	if c.Scopes == "" && !c.Allows(ClientCredentials) {
		c.Scopes = AnyScope
	}
	return c
}

// Check tells whether a client can be registered, with scopes of a language. The error is an *oauth.Error of
// RFC 7591 (3.2.2) whose description begins with the name of the field.
func (c Client) Check(l scope.Language) error {
	c = c.withDefaults()
	if c.ID != "" {
		if err := checkID(c.ID); err != nil {
			return err
		}
	}
	scopes := func() error { return c.checkScopes(l) }
	for _, check := range []func() error{c.checkMethod, c.checkGrants, c.checkRedirects, scopes, c.checkKeys, c.checkURIs, c.checkTexts} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// wrong refuses a field, in the characters that an error may have (RFC 6749, 5.2).
func wrong(field, format string, args ...any) error {
	return oauth.Refuse(oauth.InvalidClientMetadata, field+": "+strings.ReplaceAll(fmt.Sprintf(format, args...), `"`, "'"))
}

func (c Client) checkMethod() error {
	if !slices.Contains(Methods(), c.Method) {
		return wrong("token_endpoint_auth_method", "%s is not supported; it should be one of %s", quote(string(c.Method)), oneOf(Methods()))
	}
	if c.Introspection && c.Public() {
		return wrong("token_endpoint_auth_method", "a client that introspects tokens must authenticate (RFC 7662, 2.1)")
	}
	return nil
}

func (c Client) checkGrants() error {
	for _, grant := range c.GrantTypes {
		if !slices.Contains(GrantTypes(), grant) {
			return wrong("grant_types", "%s is not supported; it should be among %s", quote(grant), oneOf(GrantTypes()))
		}
	}
	switch {
	case c.Allows(ClientCredentials) && c.Method != PrivateKeyJWT:
		return wrong("grant_types", "client_credentials needs the token_endpoint_auth_method private_key_jwt (SMART Backend Services)")
	case c.Allows(RefreshToken) && !c.Allows(AuthorizationCode):
		return wrong("grant_types", "refresh_token needs authorization_code: a service asks for a new token instead")
	case !c.Allows(AuthorizationCode) && !c.Allows(ClientCredentials):
		return wrong("grant_types", "there should be authorization_code or client_credentials")
	}
	return nil
}

func (c Client) checkRedirects() error {
	switch {
	case c.Allows(AuthorizationCode) && len(c.RedirectURIs) == 0:
		return oauth.Refuse(oauth.InvalidRedirectURI, "redirect_uris: the grant type authorization_code needs at least one")
	case !c.Allows(AuthorizationCode) && len(c.RedirectURIs) > 0:
		return oauth.Refuse(oauth.InvalidRedirectURI, "redirect_uris: they are of use with the grant type authorization_code only")
	case len(c.RedirectURIs) > maxURIs:
		return oauth.Refuse(oauth.InvalidRedirectURI, fmt.Sprintf("redirect_uris: at most %d are kept", maxURIs))
	}
	for i, uri := range c.RedirectURIs {
		if err := checkRedirect(uri); err != nil {
			return oauth.Refuse(oauth.InvalidRedirectURI, fmt.Sprintf("redirect_uris[%d] %s: %v", i, quote(uri), err))
		}
	}
	return nil
}

func (c Client) checkScopes(l scope.Language) error {
	if c.Scopes == AnyScope {
		if c.Allows(ClientCredentials) {
			return wrong("scope", "a service has no user who limits it: name the scopes, such as system/Patient.rs")
		}
		return nil
	}
	if len(c.Scopes) > maxScopes {
		return wrong("scope", "at most %d characters are kept; %s allows any scope", maxScopes, AnyScope)
	}
	scopes, refused := l.ParseList(c.Scopes)
	if len(refused) > 0 {
		return wrong("scope", "%s: %s", quote(refused[0].Scope), refused[0].Reason)
	}
	if len(scopes) == 0 {
		return wrong("scope", "at least one is wanted")
	}
	return nil
}

// checkKeys: a client that signs has keys in one place (SMART App Launch 2.2,
// client-confidential-asymmetric.html#registering-a-client-communicating-public-keys).
func (c Client) checkKeys() error {
	if c.Method != PrivateKeyJWT {
		switch {
		case len(c.JWKS) > 0:
			return wrong("jwks", "it is of use with the token_endpoint_auth_method private_key_jwt only")
		case c.JWKSURI != "":
			return wrong("jwks_uri", "it is of use with the token_endpoint_auth_method private_key_jwt only")
		case c.SigningAlg != "":
			return wrong("token_endpoint_auth_signing_alg", "it is of use with the token_endpoint_auth_method private_key_jwt only")
		}
		return nil
	}
	if c.SigningAlg != "" && !slices.Contains(algorithms(), c.SigningAlg) {
		return wrong("token_endpoint_auth_signing_alg", "%s is not supported; it should be one of %s", quote(c.SigningAlg), oneOf(algorithms()))
	}
	if (len(c.JWKS) > 0) == (c.JWKSURI != "") {
		return wrong("jwks_uri", "private_key_jwt needs the public keys: either jwks_uri or jwks, not both")
	}
	if c.JWKSURI != "" {
		return checkURI("jwks_uri", c.JWKSURI)
	}
	if _, err := parseRegistered(c.JWKS); err != nil {
		return wrong("jwks", "%v", err)
	}
	return nil
}

func (c Client) checkURIs() error {
	for _, uri := range []struct{ field, value string }{
		{"initiate_login_uri", c.LaunchURI}, {"client_uri", c.ClientURI}, {"logo_uri", c.LogoURI},
		{"policy_uri", c.PolicyURI}, {"tos_uri", c.TOSURI},
	} {
		if uri.value != "" {
			if err := checkURI(uri.field, uri.value); err != nil {
				return err
			}
		}
	}
	if len(c.Origins) > maxURIs {
		return wrong("allowed_cors_origins", "at most %d are kept", maxURIs)
	}
	for i, origin := range c.Origins {
		if err := checkOrigin(origin); err != nil {
			return wrong("allowed_cors_origins", "[%d] %s: %v", i, quote(origin), err)
		}
	}
	return nil
}

func checkURI(field, uri string) error {
	if err := checkWeb(uri); err != nil {
		return wrong(field, "%s: %v", quote(uri), err)
	}
	return nil
}

// checkTexts holds what is shown to people to a line of text.
func (c Client) checkTexts() error {
	if len(c.Contacts) > maxURIs {
		return wrong("contacts", "at most %d are kept", maxURIs)
	}
	texts := []struct{ field, value string }{
		{"client_name", c.Name}, {"software_id", c.SoftwareID}, {"software_version", c.SoftwareVersion},
	}
	for _, contact := range c.Contacts {
		texts = append(texts, struct{ field, value string }{"contacts", contact})
	}
	for _, text := range texts {
		if n := utf8.RuneCountInString(text.value); n > maxText {
			return wrong(text.field, "it has %d characters; %d are allowed", n, maxText)
		}
		if strings.ContainsFunc(text.value, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(text.value) {
			return wrong(text.field, "it should be one line of printable text")
		}
	}
	return nil
}

// quote writes what was given into an error, in the characters that may stand there
// (RFC 6749, 5.2), and no more of it than helps.
func quote(given string) string {
	const most = 100
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, given)
	if len(clean) > most {
		clean = clean[:most] + "..."
	}
	return "'" + clean + "'"
}

func oneOf[S ~string](values []S) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}
