package smart

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"github.com/granary-fhir/granary/auth/client"
)

// These tests go through the server with the clients that people use.

// realApp is an app made of golang.org/x/oauth2, which finds the endpoints by discovery.
type realApp struct {
	*world
	oauth2.Config
	provider *oidc.Provider
}

func (w *world) realApp(app client.Client, secret string, style oauth2.AuthStyle, scopes ...string) *realApp {
	w.Helper()
	provider, err := oidc.NewProvider(w.Context(), w.URLs.Issuer)
	w.must(err)
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = style
	return &realApp{w, oauth2.Config{ClientID: app.ID, ClientSecret: secret, Endpoint: endpoint, RedirectURL: redirectURI, Scopes: scopes}, provider}
}

// connect takes amara through login and consent, and returns what the app gets for it.
func (a *realApp) connect(more ...oauth2.AuthCodeOption) *oauth2.Token {
	a.Helper()
	verifier := oauth2.GenerateVerifier()
	b := a.browser()
	options := append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("aud", a.URLs.FHIR)}, more...)
	back := b.allow(b.logIn(b.follow(b.get(a.AuthCodeURL("a-state", options...))), "amara")).location(a)
	if back.Query().Get("state") != "a-state" || back.Query().Get("iss") != a.URLs.Issuer {
		a.Fatalf("the answer is %s", back)
	}
	token, err := a.Exchange(a.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	a.must(err)
	return token
}

func TestOAuth2Client(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method client.Method
		style  oauth2.AuthStyle
	}{{client.None, oauth2.AuthStyleInParams}, {client.SecretPost, oauth2.AuthStyleInParams}, {client.SecretBasic, oauth2.AuthStyleInHeader}} {
		app, secret := w.app(func(a *client.Client) { a.Method = c.method })
		real := w.realApp(app, secret, c.style, "openid", "launch/patient", "offline_access", "patient/Patient.rs")
		token := real.connect()
		if token.Type() != "Bearer" || token.Extra("patient") != "amara" || token.Extra("need_patient_banner") != true || token.RefreshToken == "" || !w.good(token.AccessToken) {
			t.Errorf("%s: %+v", c.method, token)
		}
		// The library refreshes what has expired.
		token.Expiry = time.Now().Add(-time.Minute)
		next, err := real.TokenSource(t.Context(), token).Token()
		if err != nil || next.AccessToken == token.AccessToken || next.RefreshToken == token.RefreshToken || !w.good(next.AccessToken) {
			t.Errorf("%s: %+v, %v", c.method, next, err)
		}
		w.must(w.Tokens.Revoke(t.Context(), w.grantOf(next.AccessToken)))
		next.Expiry = token.Expiry
		var refused *oauth2.RetrieveError
		if _, err := real.TokenSource(t.Context(), next).Token(); !errors.As(err, &refused) || refused.ErrorCode != "invalid_grant" {
			t.Errorf("%s: after the revocation %v", c.method, err)
		}
	}
}

func (w *world) grantOf(token string) string {
	w.Helper()
	caller, err := w.Tokens.Authenticate(w.Context(), token)
	w.must(err)
	return caller.Grant.ID
}

// The wrong style is refused by name, so that a developer sees what is wrong.
func TestOAuth2ClientOfAnotherMethod(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app(func(a *client.Client) { a.Method = client.SecretBasic })
	real := w.realApp(app, secret, oauth2.AuthStyleInParams, "patient/Patient.rs")
	_, err := real.Exchange(t.Context(), w.approved(app, "patient/Patient.rs"), oauth2.VerifierOption(verifier))
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != "invalid_client" || refused.Response.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v", err)
	}
}

func TestOpenIDConnectClient(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app(func(a *client.Client) { a.Method = client.SecretBasic })
	real := w.realApp(app, secret, oauth2.AuthStyleInHeader, "openid", "fhirUser", "profile", "patient/Patient.rs")
	verify := real.provider.Verifier(&oidc.Config{ClientID: app.ID, Now: w.clock.Now})
	verified := func() *oidc.IDToken {
		t.Helper()
		raw, _ := real.connect(oidc.Nonce("a-nonce")).Extra("id_token").(string)
		id, err := verify.Verify(t.Context(), raw)
		w.must(err)
		return id
	}
	amara, err := w.Accounts.Get(t.Context(), "amara")
	w.must(err)
	id := verified()
	var claims struct{ FHIRUser, Profile, Name string }
	w.must(id.Claims(&claims))
	if id.Nonce != "a-nonce" || id.Subject != amara.Subject || id.Issuer != w.URLs.Issuer || claims.FHIRUser != w.URLs.FHIR+"/Patient/amara" || claims.Name != "Amara Okafor" {
		t.Errorf("%+v, %+v", id, claims)
	}
	// A new key is looked up where it is not known.
	_, err = w.Keys.RotateNow(t.Context())
	w.must(err)
	verified()
	// Another client's verifier takes it for what it is: not meant for it.
	raw, _ := real.connect().Extra("id_token").(string)
	if _, err := real.provider.Verifier(&oidc.Config{ClientID: "another", Now: w.clock.Now}).Verify(t.Context(), raw); err == nil {
		t.Error("an ID token is good for another client")
	}
	info, err := real.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(real.connect()))
	if err != nil || info.Subject != amara.Subject {
		t.Errorf("%+v, %v", info, err)
	}
}

// A backend service whose keys are inline, or at a URL of its own, where a new key is
// found.
func TestBackendServiceClient(t *testing.T) {
	w := newWorld(t)
	var served atomic.Pointer[jose.JSONWebKeySet]
	served.Store(&jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{KeyID: "rsa", Key: rsaKey().Public()}}})
	asked := 0
	keys := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		asked++
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(served.Load())
	}))
	t.Cleanup(keys.Close)
	inline := w.service()
	byURL := w.service(func(c *client.Client) { c.JWKS, c.JWKSURI = nil, keys.URL+"/jwks.json" })
	for _, method := range []jwt.SigningMethod{jwt.SigningMethodRS384, jwt.SigningMethodES384} {
		if token, err := w.asService(inline, method); err != nil || !w.good(token.AccessToken) {
			t.Errorf("%s: %v", method.Alg(), err)
		}
	}
	for range 3 {
		if _, err := w.asService(byURL, jwt.SigningMethodRS384); err != nil {
			t.Error(err)
		}
	}
	if asked != 1 {
		t.Errorf("the keys were fetched %d times", asked)
	}
	if _, err := w.asService(byURL, jwt.SigningMethodES384); err == nil {
		t.Error("by a key that is not published")
	}
	served.Store(&jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{KeyID: "ec", Key: ecKey().Public()}}})
	w.clock.Advance(10 * time.Minute) // not more often than the guard of fetching allows
	if _, err := w.asService(byURL, jwt.SigningMethodES384); err != nil {
		t.Errorf("by a new key: %v", err)
	}
}

// asService asks for a token as a service does that is made of golang.org/x/oauth2.
func (w *world) asService(app client.Client, method jwt.SigningMethod) (*oauth2.Token, error) {
	w.Helper()
	config := oauth2.Config{Endpoint: oauth2.Endpoint{TokenURL: w.URLs.Token, AuthStyle: oauth2.AuthStyleInParams}}
	form := asserting("system/Patient.rs", w.signed(method, app.ID))
	var options []oauth2.AuthCodeOption
	for name := range form {
		options = append(options, oauth2.SetAuthURLParam(name, form.Get(name)))
	}
	return config.Exchange(w.Context(), "", options...)
}
