package smart

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

func (w *world) revokes(token string, app client.Client, more ...string) response {
	w.Helper()
	form := url.Values{"token": {token}, "client_id": {app.ID}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.post("/auth/revoke", form)
}

// Whatever token of a grant is revoked, all of them end, from the next request on.
func TestAuth42RevocationCascades(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for name, choose := range map[string]func(first, second tokens) string{
		"access token":          func(_, second tokens) string { return second.AccessToken },
		"earlier access token":  func(first, _ tokens) string { return first.AccessToken },
		"refresh token":         func(_, second tokens) string { return second.RefreshToken },
		"earlier refresh token": func(first, _ tokens) string { return first.RefreshToken },
	} {
		first := w.granted(app, "amara", offline)
		second := w.tokens(w.refresh(app, first.RefreshToken))
		untouched := w.granted(app, "amara", offline)
		for range 2 { // the second time there is nothing left, which is no error (RFC 7009, 2.2)
			answer := w.revokes(choose(first, second), app, "token_type_hint", "nonsense")
			if answer.status != http.StatusOK || answer.body != "" {
				t.Errorf("%s: %d %s", name, answer.status, answer.body)
			}
		}
		if w.good(first.AccessToken) || w.good(second.AccessToken) {
			t.Errorf("%s: a token is good after the revocation", name)
		}
		w.mustRefuse(w.refresh(app, second.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
		if !w.good(untouched.AccessToken) {
			t.Errorf("%s: another grant ended", name)
		}
	}
}

func TestAuth42RevocationIsAuthenticated(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	other, otherSecret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	got := w.grantedBySecret(app, secret, "amara", offline)
	for _, token := range []string{got.AccessToken, got.RefreshToken} {
		w.mustRefuse(w.revokes(token, app), http.StatusUnauthorized, oauth.InvalidClient)
		w.mustRefuse(w.revokes(token, app, "client_secret", "guessed"), http.StatusUnauthorized, oauth.InvalidClient)
		w.mustRefuse(w.revokes(token, other, "client_secret", otherSecret), http.StatusBadRequest, oauth.UnauthorizedClient)
	}
	if !w.good(got.AccessToken) {
		t.Error("a stranger has revoked the token")
	}
	for _, unknown := range []string{"x", "gr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", got.AccessToken + "A"} {
		if answer := w.revokes(unknown, app, "client_secret", secret); answer.status != http.StatusOK || answer.body != "" {
			t.Errorf("%d %s", answer.status, answer.body)
		}
	}
	if answer := w.revokes(got.AccessToken, app, "client_secret", secret); answer.status != http.StatusOK || w.good(got.AccessToken) {
		t.Errorf("%d %s", answer.status, answer.body)
	}
}

// Where the store cannot say that a token is revoked, nobody is told that it is.
func TestAuth42StoreErrorsAreTold(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.granted(app, "amara", offline)
	w.must(w.Audit.Close(t.Context()))
	w.must(w.Store.Close())
	w.closed = true
	answer := w.revokes(got.AccessToken, app)
	w.mustRefuse(answer, http.StatusServiceUnavailable, oauth.TemporarilyUnavailable)
	if answer.header.Get("Retry-After") == "" {
		t.Errorf("%v", answer.header)
	}
}
