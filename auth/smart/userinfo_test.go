package smart

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/oauth"
)

func (w *world) userinfo(token string) response {
	w.Helper()
	return w.raw("GET", "/auth/userinfo", "", "Authorization: Bearer "+token)
}

// claims are those of an ID token that this server has signed, whatever the time.
func (w *world) claims(idToken string) jwt.MapClaims {
	w.Helper()
	claims, err := w.Keys.Verify(w.Context(), idToken)
	w.must(err)
	return claims
}

// Access tokens are opaque, so that nothing that is signed is one: neither an ID token,
// nor what calls itself at+jwt.
func TestAuth38IDTokenIsNoAccessToken(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.granted(app, "amara", "openid fhirUser patient/Patient.rs")
	forged := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": w.URLs.Issuer, "aud": w.URLs.FHIR, "scope": "openid", "sub": "x", "exp": w.clock.Now().Add(time.Hour).Unix()})
	forged.Header["typ"] = "at+jwt"
	text, err := forged.SignedString(rsaKey())
	w.must(err)
	none := strings.TrimSuffix(text, text[strings.LastIndex(text, ".")+1:])
	for _, token := range []string{got.IDToken, text, none, got.RefreshToken + "x"} {
		w.mustRefuse(w.userinfo(token), http.StatusUnauthorized, oauth.InvalidToken)
		if w.good(token) {
			t.Errorf("%s is an access token", token)
		}
	}
	if strings.Contains(got.AccessToken, ".") || w.userinfo(got.AccessToken).status != http.StatusOK {
		t.Errorf("%s", got.AccessToken)
	}
}

func TestAuth38RefreshTokenIsNoAccessToken(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.granted(app, "amara", "openid offline_access patient/Patient.rs")
	w.mustRefuse(w.userinfo(got.RefreshToken), http.StatusUnauthorized, oauth.InvalidToken)
	w.mustRefuse(w.refresh(app, got.AccessToken), http.StatusBadRequest, oauth.InvalidGrant)
	w.tokens(w.refresh(app, got.RefreshToken))
}

// No client id is a user's sub, nor the other way round.
func TestAuth39Namespaces(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, a := range accounts {
		account, err := w.Accounts.Get(t.Context(), a.Name)
		w.must(err)
		if !strings.HasPrefix(account.Subject, "user:") || strings.Contains(app.ID, ":") {
			t.Errorf("%s beside %s", account.Subject, app.ID)
		}
		registered := app
		registered.ID = account.Subject
		if _, _, err := w.Clients.Add(t.Context(), registered); err == nil {
			t.Errorf("a client has the id %s", account.Subject)
		}
	}
}

func TestAuth40TokenInTheHeaderOnly(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	token := w.granted(app, "amara", "openid patient/Patient.rs").AccessToken
	for _, r := range []response{
		w.raw("GET", "/auth/userinfo?access_token="+token, ""),
		w.raw("POST", "/auth/userinfo", "access_token="+token, urlencoded),
		w.raw("GET", "/auth/userinfo", "", "Cookie: access_token="+token),
		w.raw("GET", "/auth/userinfo", "", "Authorization: "+token),
		w.raw("GET", "/auth/userinfo", "", "Authorization: Bearer"+token),
	} {
		w.mustRefuse(r, http.StatusUnauthorized, oauth.InvalidToken)
	}
	for _, r := range []response{w.userinfo(token), w.raw("POST", "/auth/userinfo", "", "Authorization: bearer "+token)} {
		if r.status != http.StatusOK {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	// Nor do the other endpoints take a secret from the URL.
	w.mustRefuse(w.raw("POST", "/auth/revoke?token="+token, "client_id="+app.ID, urlencoded), http.StatusBadRequest, oauth.InvalidRequest)
	if !w.good(token) {
		t.Error("it was revoked")
	}
}

// An ID token tells of this server's user, and nothing of what was not asked for.
func TestAuth45IDToken(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	amara, err := w.Accounts.Get(t.Context(), "amara")
	w.must(err)
	now := w.clock.Now().Unix()
	for scopes, want := range map[string]map[string]any{
		"openid":                  {},
		"openid fhirUser":         {"fhirUser": w.URLs.FHIR + "/Patient/amara"},
		"openid profile":          {"profile": w.URLs.FHIR + "/Patient/amara", "name": "Amara Okafor"},
		"openid fhirUser profile": {"fhirUser": w.URLs.FHIR + "/Patient/amara", "profile": w.URLs.FHIR + "/Patient/amara", "name": "Amara Okafor"},
	} {
		got := w.granted(app, "amara", scopes+" patient/Patient.rs", "nonce", "n-"+scopes)
		parsed, _, err := jwt.NewParser().ParseUnverified(got.IDToken, jwt.MapClaims{})
		w.must(err)
		if parsed.Header["alg"] != "RS256" || parsed.Header["kid"] == "" {
			t.Errorf("%v", parsed.Header)
		}
		for name, value := range map[string]any{
			"iss": w.URLs.Issuer, "sub": amara.Subject, "aud": app.ID, "nonce": "n-" + scopes, "iat": now, "auth_time": now, "exp": now + 3600,
		} {
			want[name] = value
		}
		w.mustSay(w.claims(got.IDToken), want)
		info := w.userinfo(got.AccessToken)
		for name := range want {
			told := strings.Contains(info.body, `"`+name+`"`)
			if expected := name == "sub" || name == "fhirUser" || name == "profile" || name == "name"; told != expected {
				t.Errorf("%s: %s", scopes, info.body)
			}
		}
	}
}

func TestAuth45NonceAndOpenID(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	if got := w.granted(app, "amara", "fhirUser patient/Patient.rs", "nonce", "n"); got.IDToken != "" {
		t.Errorf("an ID token without openid: %s", got.IDToken)
	}
	got := w.granted(app, "amara", "openid offline_access patient/Patient.rs")
	if claims := w.claims(got.IDToken); claims["nonce"] != nil {
		t.Errorf("%v", claims)
	}
	// After a refresh the login is the one of before (OpenID Connect Core, 12.2).
	before := w.claims(got.IDToken)
	w.clock.Advance(10 * time.Minute)
	after := w.claims(w.tokens(w.refresh(app, got.RefreshToken)).IDToken)
	if after["auth_time"] != before["auth_time"] || after["sub"] != before["sub"] || after["iat"] == before["iat"] {
		t.Errorf("%v, and before %v", after, before)
	}
	if helen := w.claims(w.granted(app, "helen", "openid fhirUser user/Patient.rs").IDToken); helen["fhirUser"] != w.URLs.FHIR+"/Practitioner/helen" || helen["sub"] == before["sub"] {
		t.Errorf("%v", helen)
	}
}

func TestUserInfoNeedsOpenID(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	w.mustRefuse(w.userinfo(w.granted(app, "amara", "patient/Patient.rs").AccessToken), http.StatusForbidden, oauth.InsufficientScope)
	got := w.granted(app, "pat", "openid profile user/Patient.rs")
	pat, err := w.Accounts.Get(t.Context(), "pat")
	w.must(err)
	if r := w.userinfo(got.AccessToken); r.body != `{"sub":"`+pat.Subject+`","name":"Pat Reyes","profile":"`+w.URLs.FHIR+`/RelatedPerson/pat-ben"}` {
		t.Errorf("%s", r.body)
	}
}
