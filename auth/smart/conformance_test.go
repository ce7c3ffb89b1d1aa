package smart

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth"
)

// b64token is what may stand in an Authorization header (RFC 6750, 2.1).
var b64token = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// members are those of an answer of the token endpoint, and all are of the types that
// SMART gives them.
func (w *world) members(r response) map[string]any {
	w.Helper()
	members := map[string]any{}
	if err := json.Unmarshal([]byte(r.body), &members); err != nil || r.status != http.StatusOK {
		w.Fatalf("%d %s", r.status, r.body)
	}
	if r.header.Get("Content-Type") != "application/json" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("Pragma") != "no-cache" {
		w.Errorf("%v", r.header)
	}
	return members
}

// The answer with a token has the members of app-launch.html#response-5 and no other,
// and that to a refresh those of #response-7, with the context that there was.
func TestTokenAndRefreshResponse(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	const scopes = "launch/patient launch/encounter openid fhirUser offline_access patient/*.rs"
	page := b.pick(b.logIn(b.authorize(w.asking(app, scopes)), "helen"), "/auth/patient", "patient", "ben")
	first := w.members(w.redeem(app, b.code(b.allow(b.pick(page, "/auth/context", "encounter", "of-ben")))))
	names := []string{"access_token", "encounter", "expires_in", "id_token", "need_patient_banner", "patient", "refresh_token", "scope", "smart_style_url", "token_type"}
	if got := slices.Sorted(maps.Keys(first)); !slices.Equal(got, names) {
		t.Errorf("%v", got)
	}
	want := map[string]any{"encounter": "of-ben", "expires_in": 3600.0, "need_patient_banner": true, "patient": "ben", "scope": scopes, "token_type": "Bearer"}
	for name, value := range want {
		if first[name] != value {
			t.Errorf("%s: %v", name, first[name])
		}
	}
	if !b64token.MatchString(first["access_token"].(string)) || !strings.HasPrefix(first["smart_style_url"].(string), w.URLs.Base+"/") {
		t.Errorf("%v", first)
	}
	second := w.members(w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {app.ID}, "refresh_token": {first["refresh_token"].(string)}}))
	for name, value := range want {
		if second[name] != value {
			t.Errorf("refreshed, %s: %v", name, second[name])
		}
	}
	if second["access_token"] == first["access_token"] || second["refresh_token"] == first["refresh_token"] {
		t.Error("the tokens of before")
	}
	plain := w.members(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "user/Location.rs"))))))
	if got := slices.Sorted(maps.Keys(plain)); !slices.Equal(got, []string{"access_token", "expires_in", "scope", "smart_style_url", "token_type"}) {
		t.Errorf("%v", got)
	}
}

// A context scope with a role that nobody knows still gets the context of its type
// (scopes-and-launch-context.html#scopes-for-requesting-context-data).
func TestContextScopesWithRoles(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	const scopes = "launch/patient?role=https://example.org/r launch/encounter?role=previous launch/location?role=x"
	page := b.pick(b.authorize(w.asking(app, scopes)), "/auth/patient", "patient", "ben")
	page = b.pick(page, "/auth/context", "encounter", "of-ben")
	got := w.tokens(w.redeem(app, b.code(b.allow(b.pick(page, "/auth/context", "location", "ward")))))
	if got.Scope != scopes || got.Patient != "ben" || got.Encounter != "of-ben" || !slices.Equal(got.FHIRContext, []auth.Context{{Reference: "Location/ward"}}) {
		t.Errorf("%+v", got)
	}
}

// With identity comes an ID token, and what it says is what introspection and userinfo
// say.
func TestIdentityIsTheSameEverywhere(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	looks, secret := w.app(introspects)
	got := w.granted(app, "amara", "openid fhirUser launch/patient")
	claims, err := w.Keys.Verify(t.Context(), got.IDToken)
	w.must(err)
	said := w.members(w.post("/auth/introspect", url.Values{"token": {got.AccessToken}}, basic(looks.ID, secret)))
	info := w.members(w.browser().do(http.MethodGet, "/auth/userinfo", nil, "Authorization: Bearer "+got.AccessToken))
	for _, name := range []string{"iss", "sub", "fhirUser"} {
		if claims[name] == nil || said[name] != claims[name] || name != "iss" && info[name] != claims[name] {
			t.Errorf("%s: %v, %v and %v", name, claims[name], said[name], info[name])
		}
	}
	want := map[string]any{"active": true, "scope": got.Scope, "client_id": app.ID, "exp": float64(w.clock.Now().Unix() + got.ExpiresIn), "patient": "amara", "need_patient_banner": true,
		"smart_style_url": got.SmartStyleURL} // token-introspection.html: each parameter of the launch context
	for name, value := range want {
		if said[name] != value {
			t.Errorf("introspection, %s: %v", name, said[name])
		}
	}
}
