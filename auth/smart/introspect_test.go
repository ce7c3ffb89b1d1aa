package smart

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
)

// introspector registers a client that may introspect.
func (w *world) introspector(change ...func(*client.Client)) (client.Client, string) {
	w.Helper()
	return w.app(append([]func(*client.Client){func(c *client.Client) { c.Method, c.Introspection = client.SecretBasic, true }}, change...)...)
}

// introspected is the whole answer on a token.
func (w *world) introspected(token string, app client.Client, secret string) map[string]any {
	w.Helper()
	answer := w.post("/auth/introspect", url.Values{"token": {token}}, basic(app.ID, secret))
	var members map[string]any
	if answer.status != http.StatusOK {
		w.Fatalf("%d %s", answer.status, answer.body)
	}
	w.must(json.Unmarshal([]byte(answer.body), &members))
	return members
}

// same tells whether an answer has exactly these members.
func (w *world) mustSay(got map[string]any, want map[string]any) {
	w.Helper()
	a, err := json.Marshal(got)
	w.must(err)
	b, err := json.Marshal(want)
	w.must(err)
	if string(a) != string(b) {
		w.Errorf("\n got %s\nwant %s", a, b)
	}
}

func TestAuth43InactiveSaysNothingElse(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	first := w.granted(app, "amara", offline)
	second := w.tokens(w.refresh(app, first.RefreshToken))
	revoked := w.granted(app, "amara", offline)
	w.post("/auth/revoke", url.Values{"token": {revoked.AccessToken}, "client_id": {app.ID}})
	expired := w.granted(app, "amara", "openid patient/Patient.rs")
	if got := w.introspected(expired.AccessToken, asker, secret); got["active"] != true {
		t.Errorf("%v", got)
	}
	w.clock.Advance(time.Hour)
	for name, token := range map[string]string{
		"nonsense": "x", "never issued": "gr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "used": first.RefreshToken, "revoked": revoked.AccessToken,
		"revoked with its grant": revoked.RefreshToken, "expired": expired.AccessToken, "an ID token": expired.IDToken, "a code": w.approved(app, "openid patient/Patient.rs"),
	} {
		answer := w.post("/auth/introspect", url.Values{"token": {token}}, basic(asker.ID, secret))
		if answer.status != http.StatusOK || answer.body != `{"active":false}` {
			t.Errorf("%s: %d %s", name, answer.status, answer.body)
		}
	}
	if got := w.introspected(second.RefreshToken, asker, secret); got["active"] != true {
		t.Errorf("%v", got)
	}
}

func TestAuth44ActiveSaysAll(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	helen, err := w.Accounts.Get(t.Context(), "helen")
	w.must(err)
	scopes := "launch/patient launch/encounter launch/location offline_access user/Patient.rs user/Encounter.rs user/Location.rs"
	b := w.browser()
	answer := b.logIn(b.authorize(w.asking(app, scopes)), "helen")
	answer = b.follow(b.send(b.form(answer, "/auth/patient"), page.FieldPatient, "amara"))
	answer = b.follow(b.send(b.form(answer, "/auth/context"), page.FieldEncounter, "visit"))
	answer = b.follow(b.send(b.form(answer, "/auth/context"), page.FieldLocation, "ward"))
	got := w.tokens(w.redeem(app, b.code(b.allow(answer))))
	now := w.clock.Now()
	want := map[string]any{
		"active": true, "scope": scopes, "client_id": app.ID, "token_type": "Bearer", "iss": w.URLs.Issuer, "sub": helen.Subject, "username": "helen",
		"exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "fhirUser": w.URLs.FHIR + "/Practitioner/helen", "patient": "amara", "encounter": "visit",
		"fhirContext": []any{map[string]any{"reference": "Location/ward"}}, "need_patient_banner": true, "smart_style_url": got.SmartStyleURL,
	}
	w.mustSay(w.introspected(got.AccessToken, asker, secret), want)

	// Of a narrowed token it tells the scopes that it has, and of a refresh token all.
	w.clock.Advance(time.Minute)
	narrow := w.tokens(w.refresh(app, got.RefreshToken, "scope", "user/Patient.r"))
	want["scope"], want["exp"], want["iat"] = "user/Patient.r", now.Add(time.Hour+time.Minute).Unix(), now.Add(time.Minute).Unix()
	w.mustSay(w.introspected(narrow.AccessToken, asker, secret), want)
	want["scope"], want["exp"], want["iat"], want["token_type"] = scopes, now.Add(365*24*time.Hour).Unix(), now.Unix(), "refresh_token"
	w.mustSay(w.introspected(narrow.RefreshToken, asker, secret), want)
}

// Any token can be introspected: a backend service's, and one of `granary token`.
func TestAuth44TokensWithoutUser(t *testing.T) {
	w := newWorld(t)
	asker, secret := w.introspector()
	now := w.clock.Now()
	service := w.service()
	token := w.tokens(w.post("/auth/token", asserting("system/Patient.rs", w.signed(jwt.SigningMethodES384, service.ID)))).AccessToken
	w.mustSay(w.introspected(token, asker, secret), map[string]any{
		"active": true, "scope": "system/Patient.rs", "client_id": service.ID, "token_type": "Bearer", "iss": w.URLs.Issuer, "sub": service.ID,
		"exp": now.Add(300 * time.Second).Unix(), "iat": now.Unix(),
	})
	printed, err := w.Tokens.Issue(t.Context(), auth.Grant{Scopes: "patient/Patient.rs", Patient: "amara", Client: "granary token"}, time.Hour)
	w.must(err)
	w.mustSay(w.introspected(printed, asker, secret), map[string]any{
		"active": true, "scope": "patient/Patient.rs", "client_id": "granary token", "token_type": "Bearer", "iss": w.URLs.Issuer, "sub": "granary token",
		"exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "patient": "amara",
	})
}

// Who may ask: clients that are registered for it, by what they authenticate with, and
// whoever has a token of the scope.
func TestIntrospectionIsForTheRegistered(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	other, otherSecret := w.app(func(c *client.Client) { c.Method = client.SecretBasic })
	token := w.granted(app, "amara", "patient/Patient.rs").AccessToken
	form := url.Values{"token": {token}}
	w.mustRefuse(w.post("/auth/introspect", form, basic(asker.ID, "guessed")), http.StatusUnauthorized, oauth.InvalidClient)
	w.mustRefuse(w.post("/auth/introspect", form, basic(other.ID, otherSecret)), http.StatusBadRequest, oauth.UnauthorizedClient)
	w.mustRefuse(w.post("/auth/introspect", form, "Authorization: Bearer "+token), http.StatusForbidden, oauth.InsufficientScope)
	w.mustRefuse(w.post("/auth/introspect", form, "Authorization: Bearer x"), http.StatusUnauthorized, oauth.InvalidToken)
	w.mustRefuse(w.post("/auth/introspect", url.Values{"token": {token}, "client_id": {app.ID}}), http.StatusBadRequest, oauth.UnauthorizedClient)
	w.mustRefuse(w.post("/auth/introspect", nil, basic(asker.ID, secret)), http.StatusBadRequest, oauth.InvalidRequest)
	if got := w.introspected(token, asker, secret); got["active"] != true {
		t.Errorf("%v", got)
	}

	service := w.service(func(c *client.Client) { c.Introspection, c.Scopes = true, "__introspect system/Patient.rs" })
	by := w.tokens(w.post("/auth/token", asserting("__introspect", w.signed(jwt.SigningMethodRS384, service.ID))))
	if by.Scope != "__introspect" {
		t.Errorf("%+v", by)
	}
	answer := w.post("/auth/introspect", form, "Authorization: Bearer "+by.AccessToken)
	if answer.status != http.StatusOK || w.introspected(token, asker, secret)["scope"] != "patient/Patient.rs" {
		t.Errorf("%d %s", answer.status, answer.body)
	}
	// The scope is not for clients that are not registered for it.
	plain := w.service(func(c *client.Client) { c.Scopes = "__introspect system/Patient.rs" })
	w.mustRefuse(w.post("/auth/token", asserting("__introspect", w.signed(jwt.SigningMethodRS384, plain.ID))), http.StatusBadRequest, oauth.InvalidScope)

	// By an assertion it can be done without a token.
	assertion := asserting("", w.signed(jwt.SigningMethodES384, service.ID))
	assertion.Set("token", token)
	if answer := w.post("/auth/introspect", assertion); answer.status != http.StatusOK {
		t.Errorf("%d %s", answer.status, answer.body)
	}
}
