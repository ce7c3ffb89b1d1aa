package client

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
)

// parse registers what is right but for a change to one field; nil removes it.
func parse(t testing.TB, field string, value any) (Client, error) {
	t.Helper()
	metadata := map[string]any{"client_name": "Growth Chart", "redirect_uris": []string{"https://app.example/cb"}, "token_endpoint_auth_method": "none"}
	metadata[field] = value
	maps.DeleteFunc(metadata, func(_ string, value any) bool { return value == nil })
	return Parse(generated(json.Marshal(metadata)), scope.Language{})
}

func TestRedirectURIs(t *testing.T) {
	for _, uri := range []string{
		"https://app.example/cb", "https://app.example", "https://app.example:8443/cb?x=y", "https://127.0.0.1/cb",
		"http://localhost:9000/", "http://127.0.0.1/cb", "http://[::1]:1/cb",
		"com.example.app:/cb", "com.example.app://cb", "com.example.app:cb",
	} {
		if c, err := parse(t, "redirect_uris", []string{uri}); err != nil || !c.Redirects(uri) {
			t.Errorf("%s: %v", uri, err)
		}
	}
	const web = "it should begin with https://, with http:// for localhost, 127.0.0.1 or [::1], or with a scheme of the app's own that is a domain name in reverse, such as com.example.app:/callback"
	for uri, want := range map[string]string{
		"":                                 "a URI of 1 to 2000 characters is wanted",
		strings.Repeat("x", 2001):          "a URI of 1 to 2000 characters is wanted",
		"/cb":                              "it should be an absolute URI",
		"app.example/cb":                   "it should be an absolute URI",
		"//app.example/cb":                 "it should be an absolute URI",
		"https://app.example/cb#x":         "it has a fragment, which is not allowed",
		"https://app.example/cb#":          "it has a fragment, which is not allowed",
		"https://u:p@app.example/cb":       "it has a user name, which is not allowed",
		"https://*.example/cb":             "there are no wildcards; register each URI",
		"https://app.example/*":            "there are no wildcards; register each URI",
		"http://app.example/cb":            web,
		"http://127.0.0.1.evil.example/cb": web,
		"http://localhost.evil.example/cb": web,
		"https:///cb":                      web,
		"https://:443/cb":                  web,
		"https:cb":                         web,
		"javascript:alert(1)":              web,
		"data:text/html,x":                 web,
		"file:///etc/passwd":               web,
		"myapp://cb":                       web,
		"com..app:/cb":                     web,
		"com.app.:/cb":                     web,
		"com.example.app:":                 "something should follow the scheme, such as com.example.app:/callback",
		"https://app.example/ cb":          "the character at position 21 cannot stand in a URI",
		"https://app.example\\@evil/":      "the character at position 20 cannot stand in a URI",
		"https://app.example/é":            "the character at position 21 cannot stand in a URI",
		"https://app.example/\n":           "the character at position 21 cannot stand in a URI",
	} {
		_, err := parse(t, "redirect_uris", []string{"https://app.example/cb", uri})
		if got := refused(t, err); !strings.HasPrefix(got, "invalid_redirect_uri: redirect_uris[1] '") || !strings.HasSuffix(got, "': "+want) {
			t.Errorf("%s: %s\nwant %s", uri, got, want)
		}
	}
}

// A redirect URI matches to the letter, but for the port of a loopback address.
func TestAuth01Redirects(t *testing.T) {
	c := Client{RedirectURIs: []string{"https://app.example/cb?a=b", "http://127.0.0.1:8000/cb", "http://localhost/x", "http://[::1]:80", "com.example.app:/cb"}}
	for _, uri := range append([]string{
		"http://127.0.0.1:8001/cb", "http://127.0.0.1/cb", "http://localhost:65535/x", "http://[::1]", "http://[::1]:9",
	}, c.RedirectURIs...) {
		if !c.Redirects(uri) {
			t.Errorf("%s is refused", uri)
		}
	}
	for _, uri := range []string{
		"", "https://app.example/cb", "https://app.example/cb?a=b&", "https://app.example/cb?a=b#", "https://app.example/cb?a=B", "https://APP.example/cb?a=b",
		"https://app.example:443/cb?a=b", "https://app.example/./cb?a=b", "https://app.example/cb%3Fa=b", "http://app.example/cb?a=b",
		"http://127.0.0.1:8000/cb/", "http://127.0.0.1:8000/Cb", "http://127.0.0.1:8000/cb?x", "http://127.0.0.1:8000/%63b", "http://127.0.0.1:/cb", "http://127.0.0.1:08/cb",
		"http://127.0.0.1:8000@evil.example/cb", "http://127.0.0.1:800000/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.2:8000/cb", "http://localhost:8000/cb",
		"https://127.0.0.1:8000/cb", "http://127.0.0.1:8000/cb\n", "http://localhost:1/x\nx", "http://[::1]:80/", "com.example.app:/cb/", "com.example.app:/c",
	} {
		if c.Redirects(uri) {
			t.Errorf("%q matches", uri)
		}
	}
}

// What is not supported is refused, and the field is named.
func TestParseRefuses(t *testing.T) {
	private := generated(json.Marshal(ecKey2()))
	for _, c := range []struct {
		field string
		value any
		want  string
	}{
		{"redirect_uris", nil, "invalid_redirect_uri: redirect_uris: the grant type authorization_code needs at least one"},
		{"redirect_uris", slices.Repeat([]string{"https://app.example/cb"}, 51), "invalid_redirect_uri: redirect_uris: at most 50 are kept"},
		{"redirect_uris", "https://app.example/cb", "invalid_client_metadata: 'redirect_uris': a value of another JSON type is wanted"},
		{"client_name", 1, "invalid_client_metadata: 'client_name': a value of another JSON type is wanted"},
		{"client_name", "two\nlines", "invalid_client_metadata: client_name: it should be one line of printable text"},
		{"client_name", "\u202eevil", "invalid_client_metadata: client_name: it should be one line of printable text"},
		{"client_name", strings.Repeat("é", 201), "invalid_client_metadata: client_name: it has 201 characters; 200 are allowed"},
		{"contacts", []string{"a\tb"}, "invalid_client_metadata: contacts: it should be one line of printable text"},
		{"token_endpoint_auth_method", "client_secret_jwt", "invalid_client_metadata: token_endpoint_auth_method: 'client_secret_jwt' is not supported; it should be one of none, client_secret_basic, client_secret_post, private_key_jwt"},
		{"grant_types", []string{"implicit"}, "invalid_client_metadata: grant_types: 'implicit' is not supported; it should be among authorization_code, refresh_token, client_credentials"},
		{"grant_types", []string{"password"}, "invalid_client_metadata: grant_types: 'password' is not supported; it should be among authorization_code, refresh_token, client_credentials"},
		{"grant_types", []string{"refresh_token"}, "invalid_client_metadata: grant_types: refresh_token needs authorization_code: a service asks for a new token instead"},
		{"grant_types", []string{"authorization_code", "client_credentials"}, "invalid_client_metadata: grant_types: client_credentials needs the token_endpoint_auth_method private_key_jwt (SMART Backend Services)"},
		{"response_types", []string{"token"}, "invalid_client_metadata: response_types: code alone is supported"},
		{"response_types", []string{"code", "token"}, "invalid_client_metadata: response_types: code alone is supported"},
		{"scope", "openid patient/Nope.rs", "invalid_client_metadata: scope: 'patient/Nope.rs': 'Nope' is not a resource type of FHIR R4, nor *"},
		{"scope", "openid *", "invalid_client_metadata: scope: '*': not a scope this server knows: it should begin with patient/, user/ or system/, or be one of " + strings.Join(scope.Language{}.WithoutData(), ", ")},
		{"scope", " ", "invalid_client_metadata: scope: at least one is wanted"},
		{"scope", strings.Repeat("openid ", 3000), "invalid_client_metadata: scope: at most 16384 characters are kept; * allows any scope"},
		{"jwks_uri", "https://app.example/jwks", "invalid_client_metadata: jwks_uri: it is of use with the token_endpoint_auth_method private_key_jwt only"},
		{"jwks", json.RawMessage(setOf(public("a", ecKey()))), "invalid_client_metadata: jwks: it is of use with the token_endpoint_auth_method private_key_jwt only"},
		{"token_endpoint_auth_signing_alg", "ES384", "invalid_client_metadata: token_endpoint_auth_signing_alg: it is of use with the token_endpoint_auth_method private_key_jwt only"},
		{"initiate_login_uri", "http://app.example/launch", "invalid_client_metadata: initiate_login_uri: 'http://app.example/launch': it should begin with https://, or with http:// for localhost, 127.0.0.1 or [::1]"},
		{"initiate_login_uri", "com.example.app:/launch", "invalid_client_metadata: initiate_login_uri: 'com.example.app:/launch': it should begin with https://, or with http:// for localhost, 127.0.0.1 or [::1]"},
		{"logo_uri", "javascript:alert(1)", "invalid_client_metadata: logo_uri: 'javascript:alert(1)': it should begin with https://, or with http:// for localhost, 127.0.0.1 or [::1]"},
		{"allowed_cors_origins", []string{"*"}, "invalid_client_metadata: allowed_cors_origins: [0] '*': it should be an absolute URI"},
		{"allowed_cors_origins", []string{"null"}, "invalid_client_metadata: allowed_cors_origins: [0] 'null': it should be an absolute URI"},
		{"allowed_cors_origins", []string{"https://app.example/"}, "invalid_client_metadata: allowed_cors_origins: [0] 'https://app.example/': an origin is scheme, host and port alone, such as https://app.example"},
		{"allowed_cors_origins", []string{"https://*.example"}, "invalid_client_metadata: allowed_cors_origins: [0] 'https://*.example': there are no wildcards; register each origin"},
		{"id_token_signed_response_alg", "ES256", "invalid_client_metadata: id_token_signed_response_alg: 'ES256' is not supported; it should be RS256"},
		{"subject_type", "pairwise", "invalid_client_metadata: subject_type: 'pairwise' is not supported; it should be public"},
		{"dpop_bound_access_tokens", true, "invalid_client_metadata: dpop_bound_access_tokens: true is not supported"},
		{"require_signed_request_object", true, "invalid_client_metadata: require_signed_request_object: true is not supported"},
		{"jwks", json.RawMessage(private), "invalid_client_metadata: jwks: it is of use with the token_endpoint_auth_method private_key_jwt only"},
	} {
		got, err := parse(t, c.field, c.value)
		if err == nil || refused(t, err) != c.want || !reflect.DeepEqual(got, Client{}) {
			t.Errorf("%s %v: %v\nwant %s", c.field, c.value, err, c.want)
		}
	}
	for _, body := range []string{"", "null", "[]", `"x"`, `{"client_name":"a","client_name":"b"}`, "{", `{"client_name":"\xff"}`, "{} {}"} {
		if got, err := Parse([]byte(body), scope.Language{}); err == nil || !reflect.DeepEqual(got, Client{}) || !strings.HasPrefix(refused(t, err), "invalid_") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Defaults are the RFC's; what the server chooses is said in the response.
func TestParseDefaults(t *testing.T) {
	got, err := Parse([]byte(`{"redirect_uris":["https://app.example/cb"],"software_statement":"ignored","client_id":"me","secrets":[{}],"introspection":true,"Client_Name":"no"}`), scope.Language{})
	want := Client{Method: SecretBasic, GrantTypes: []string{AuthorizationCode, RefreshToken}, Scopes: AnyScope, RedirectURIs: []string{"https://app.example/cb"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	for _, field := range []string{"launch_uri", "initiate_login_uri"} {
		if c, err := parse(t, field, "https://app.example/launch"); err != nil || c.LaunchURI != "https://app.example/launch" {
			t.Errorf("%s: %q, %v", field, c.LaunchURI, err)
		}
	}
	_, err = Parse([]byte(`{"redirect_uris":["https://app.example/cb"],"launch_uri":"https://app.example/a","initiate_login_uri":"https://app.example/b"}`), scope.Language{})
	if refused(t, err) != "invalid_client_metadata: launch_uri: it means the same as initiate_login_uri and differs from it" {
		t.Error(err)
	}
}

// A service needs keys and scopes, and no redirect URI.
func TestService(t *testing.T) {
	good := service("", public("a", ecKey()))
	if err := good.Check(scope.Language{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want   string
		change func(*Client)
	}{
		{"", func(c *Client) { c.JWKS, c.JWKSURI = nil, "https://service.example/jwks" }},
		{"", func(c *Client) { c.JWKS, c.JWKSURI = nil, "http://localhost:8000/jwks" }},
		{"", func(c *Client) { c.SigningAlg = "ES384" }},
		{"", func(c *Client) {
			c.GrantTypes, c.RedirectURIs = []string{AuthorizationCode, ClientCredentials}, []string{"https://app.example/cb"}
		}},
		{"", func(c *Client) { c.Introspection = true }},
		{"invalid_client_metadata: jwks_uri: 'http://service.example/jwks': it should begin with https://, or with http:// for localhost, 127.0.0.1 or [::1]", func(c *Client) { c.JWKS, c.JWKSURI = nil, "http://service.example/jwks" }},
		{"invalid_client_metadata: jwks_uri: private_key_jwt needs the public keys: either jwks_uri or jwks, not both", func(c *Client) { c.JWKS = nil }},
		{"invalid_client_metadata: jwks_uri: private_key_jwt needs the public keys: either jwks_uri or jwks, not both", func(c *Client) { c.JWKSURI = "https://service.example/jwks" }},
		{"invalid_client_metadata: token_endpoint_auth_signing_alg: 'RS256' is not supported; it should be one of RS384, ES384", func(c *Client) { c.SigningAlg = "RS256" }},
		{"invalid_client_metadata: scope: a service has no user who limits it: name the scopes, such as system/Patient.rs", func(c *Client) { c.Scopes = "*" }},
		{"invalid_client_metadata: scope: at least one is wanted", func(c *Client) { c.Scopes = "" }},
		{"invalid_redirect_uri: redirect_uris: they are of use with the grant type authorization_code only", func(c *Client) { c.RedirectURIs = []string{"https://app.example/cb"} }},
		{"invalid_client_metadata: token_endpoint_auth_method: a client that introspects tokens must authenticate (RFC 7662, 2.1)", func(c *Client) { *c = app("", None); c.Introspection = true }},
	} {
		changed := good
		c.change(&changed)
		err := changed.Check(scope.Language{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || refused(t, err) != c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

// A client's name can be neither a user's `sub` nor a reference.
func TestAuth39ClientIDs(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"growth-chart", "a", "A.b_c~1", strings.Repeat("x", 128)} {
		if c, _, err := w.Add(t.Context(), app(id, None)); err != nil || c.ID != id {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, id := range []string{"user:alice", "user%3Aalice", "Practitioner/1", "https://app.example", "a b", "é", "a\n", strings.Repeat("x", 129)} {
		_, _, err := w.Add(t.Context(), app(id, None))
		if refused(t, err) != "invalid_client_metadata: client_id: it should be 1 to 128 letters, digits or any of - . _ ~, and so not look like a user or a reference" {
			t.Errorf("%q: %v", id, err)
		}
	}
	seen := map[string]bool{}
	for range 5 {
		c, _ := w.add(t, app("", None))
		if !validID.MatchString(c.ID) || !strings.HasPrefix(c.ID, "app-") || len(c.ID) != 30 || seen[c.ID] {
			t.Errorf("the id %q", c.ID)
		}
		seen[c.ID] = true
	}
}

// Whatever is registered is read back from what is answered.
func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(`{"client_name":"Growth Chart","redirect_uris":["http://localhost:9000/cb"],"token_endpoint_auth_method":"none","scope":"openid patient/*.rs"}`))
	f.Add([]byte(`{"redirect_uris":["com.example.app:/cb","https://a.example"],"launch_uri":"https://a.example/l","allowed_cors_origins":["https://b.example"]}`))
	f.Add(generated(json.Marshal(service("", public("a", ecKey())).Response(""))))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := Parse(body, scope.Language{})
		if err != nil {
			var told *oauth.Error
			if !errors.As(err, &told) || !reflect.DeepEqual(c, Client{}) {
				t.Fatalf("%+v, %v", c, err)
			}
			return
		}
		again, err := Parse(generated(json.Marshal(c.Response("secret"))), scope.Language{})
		if err != nil || !reflect.DeepEqual(normal(again), normal(c)) {
			t.Fatalf("%+v\nis read back as %+v, %v", c, again, err)
		}
		for _, uri := range c.RedirectURIs {
			if !c.Redirects(uri) {
				t.Fatalf("%q is registered and does not match", uri)
			}
		}
	})
}

// normal is a client with its JSON written one way, and empty lists left out.
func normal(c Client) string {
	return string(generated(json.Marshal(c)))
}
