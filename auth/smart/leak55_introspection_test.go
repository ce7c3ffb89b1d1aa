package smart

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

// leaks row 55: what a token is good for is told to clients that are registered to ask,
// and to no other, however it asks; a refusal says nothing of the token, and of one that
// is not good nothing is said but that.
func TestLeak55ForeignClient(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	other, otherSecret := w.app(func(c *client.Client) { c.Method = client.SecretBasic })
	service := w.service(func(c *client.Client) { c.Scopes = "system/Patient.rs" })
	granted := w.granted(app, "amara", offline)
	plain := w.tokens(w.post("/auth/token", asserting("system/Patient.rs", w.signed(jwt.SigningMethodRS384, service.ID)))).AccessToken
	ask := func(token string, form url.Values, headers ...string) response {
		form.Set("token", token)
		return w.post("/auth/introspect", form, headers...)
	}
	for name, as := range map[string]func(token string) response{
		"nobody":                   func(token string) response { return ask(token, url.Values{}) },
		"a public client, its own": func(token string) response { return ask(token, url.Values{"client_id": {app.ID}}) },
		"a client of another kind": func(token string) response { return ask(token, url.Values{}, basic(other.ID, otherSecret)) },
		"with a wrong secret":      func(token string) response { return ask(token, url.Values{}, basic(asker.ID, "guessed")) },
		"with another's secret":    func(token string) response { return ask(token, url.Values{}, basic(asker.ID, otherSecret)) },
		"a service, by assertion": func(token string) response {
			return ask(token, asserting("", w.signed(jwt.SigningMethodES384, service.ID)))
		},
		"the token itself": func(token string) response {
			return ask(token, url.Values{}, "Authorization: Bearer "+granted.AccessToken)
		},
		"a service's token": func(token string) response { return ask(token, url.Values{}, "Authorization: Bearer "+plain) },
		"a refresh token as its token": func(token string) response {
			return ask(token, url.Values{}, "Authorization: Bearer "+granted.RefreshToken)
		},
		"no token that there is": func(token string) response {
			return ask(token, url.Values{}, "Authorization: Bearer gr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		},
		"an unknown client": func(token string) response { return ask(token, url.Values{}, basic("unknown", secret)) },
	} {
		t.Run(name, func(t *testing.T) {
			good, refresh, none := as(granted.AccessToken), as(granted.RefreshToken), as("gr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")
			for _, got := range []response{good, refresh, none} {
				if got.status < 400 || got.status >= 500 || got.body != good.body || got.status != good.status {
					t.Errorf("%d %s, and of a good token %d %s", got.status, got.body, good.status, good.body)
				}
				for _, secret := range []string{"active", "amara", "patient/", "scope\":", "fhirUser", "exp\"", "sub\"", granted.AccessToken} {
					if strings.Contains(got.body, secret) {
						t.Errorf("it tells %s: %s", secret, got.body)
					}
				}
			}
		})
	}
	// Those who may ask are told of any token, of whichever client.
	for _, token := range []string{granted.AccessToken, granted.RefreshToken, plain} {
		if got := w.introspected(token, asker, secret); got["active"] != true || got["scope"] == nil {
			t.Errorf("%v", got)
		}
	}
	w.mustRefuse(w.post("/auth/introspect", url.Values{}, basic(asker.ID, secret)), http.StatusBadRequest, oauth.InvalidRequest)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut} {
		if got := w.raw(method, "/auth/introspect?token="+granted.AccessToken, "", basic(asker.ID, secret)); got.status != http.StatusMethodNotAllowed || strings.Contains(got.body, "amara") {
			t.Errorf("%s: %d %s", method, got.status, got.body)
		}
	}
}

// What is not good is one thing: neither why, nor that it ever was.
func TestLeak55InactiveAlone(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	revoked, expired := w.granted(app, "amara", offline), w.granted(app, "amara", "patient/Patient.rs")
	w.post("/auth/revoke", url.Values{"token": {revoked.RefreshToken}, "client_id": {app.ID}})
	w.clock.Advance(2 * time.Hour)
	live := w.granted(app, "amara", "patient/Patient.rs")
	var first response
	for name, token := range map[string]string{"revoked": revoked.AccessToken, "its refresh token": revoked.RefreshToken, "expired": expired.AccessToken, "never issued": "gr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nonsense": "x", "a bit more": live.AccessToken + "A", "of another case": strings.ToUpper(live.AccessToken)} {
		got := w.post("/auth/introspect", url.Values{"token": {token}}, basic(asker.ID, secret))
		if got.status != http.StatusOK || got.body != `{"active":false}` {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if first.body == "" {
			first = got
		}
		if len(got.header) != len(first.header) || got.header.Get("Content-Length") != first.header.Get("Content-Length") {
			t.Errorf("%s: %v, and %v", name, got.header, first.header)
		}
	}
	if got := w.introspected(live.AccessToken, asker, secret); got["active"] != true {
		t.Errorf("%v", got)
	}
}
