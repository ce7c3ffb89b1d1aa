package smart

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

// TestRefreshNamesNoClient refreshes as the SMART JavaScript client does, without a
// client_id: the refresh token says whose it is. A client with a secret has to show it,
// and a code is redeemed by name alone.
func TestRefreshNamesNoClient(t *testing.T) {
	w := newWorld(t)
	const scopes = "launch/patient patient/Patient.rs offline_access"
	refresh := func(token string, more ...string) response {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return w.post("/auth/token", form)
	}

	public, _ := w.app()
	first := w.granted(public, "amara", scopes)
	second := w.tokens(refresh(first.RefreshToken))
	if second.Scope != first.Scope || second.Patient != first.Patient || second.RefreshToken == first.RefreshToken {
		t.Errorf("refreshed: %+v, first %+v", second.tokenResponse, first.tokenResponse)
	}
	other, _ := w.app()
	if r := refresh(second.RefreshToken, "client_id", other.ID); r.status != http.StatusBadRequest || !strings.Contains(r.body, `"invalid_grant"`) {
		t.Errorf("in the name of another client: %d %s", r.status, r.body)
	}
	w.tokens(refresh(second.RefreshToken, "client_id", public.ID))

	confidential, secret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	b := w.browser()
	code := b.code(b.allow(b.logIn(b.authorize(w.asking(confidential, scopes)), "amara")))
	if r := w.redeem(confidential, code, "client_id", ""); r.status != http.StatusUnauthorized {
		t.Errorf("a code without a client: %d %s", r.status, r.body)
	}
	issued := w.tokens(w.redeem(confidential, code, "client_secret", secret))
	if r := refresh(issued.RefreshToken); r.status != http.StatusUnauthorized || !strings.Contains(r.body, `"invalid_client"`) {
		t.Errorf("a client with a secret that does not show it: %d %s", r.status, r.body)
	}
	w.tokens(refresh(issued.RefreshToken, "client_id", confidential.ID, "client_secret", secret))
	if r := refresh(""); r.status != http.StatusUnauthorized || !strings.Contains(r.body, `"invalid_client"`) {
		t.Errorf("no refresh token: %d %s", r.status, r.body)
	}

	// A token that is not good is an invalid_grant (RFC 6749, 5.2), whoever shows it.
	revoked := w.granted(public, "amara", scopes).RefreshToken
	if r := w.post("/auth/revoke", url.Values{"token": {revoked}, "client_id": {public.ID}}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for _, over := range []string{"grr_nothing", "nothing", revoked} {
		w.mustRefuse(refresh(over), http.StatusBadRequest, oauth.InvalidGrant)
	}
}
