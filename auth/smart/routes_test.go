package smart

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/client"
)

// What may be read from where, over HTTP: discovery from everywhere, the endpoints from
// the origins of clients, each its own answers, and the pages from nowhere.
func TestAuth46CORSOverHTTP(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Sandbox = false })
	app, _ := w.app()
	w.app(func(c *client.Client) {
		c.RedirectURIs = []string{"https://other.example/cb"}
		c.Origins = []string{"https://scripts.example"}
	})
	token := w.granted(app, "amara", "openid").AccessToken
	const own, other, scripts, evil = "https://app.example", "https://other.example", "https://scripts.example", "https://evil.example"
	var paths []string
	for _, rt := range (&Server{Config: w.Config}).routes() {
		path := strings.NewReplacer(":client", app.ID, "*file", "x").Replace(rt.path)
		paths = append(paths, path)
		for origin, registered := range map[string]bool{own: true, other: true, scripts: true, evil: false, "null": false, "https://app.example.evil.example": false, "http://app.example": false} {
			preflight := w.browser().do(http.MethodOptions, path, nil, "Origin: "+origin, "Access-Control-Request-Method: "+rt.method)
			want := ""
			switch {
			case rt.endpoint == nil:
			case strings.Contains(path, ".well-known") || path == "/auth/jwks":
				want = "*"
			case path != "/auth/register" && registered:
				want = origin
			}
			h := preflight.header
			if got := h.Get("Access-Control-Allow-Origin"); got != want || h.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("preflight of %s from %s: %q", path, origin, got)
			}
			if got := h.Get("Access-Control-Allow-Methods"); strings.Contains(got, rt.method) != (want != "") {
				t.Errorf("preflight of %s from %s: methods %q", path, origin, got)
			}
		}
	}
	if len(paths) < 20 {
		t.Errorf("%v", paths)
	}
	for _, c := range []struct {
		path, origin, want string
		form               url.Values
		headers            []string
	}{
		{"/auth/userinfo", own, own, nil, []string{"Authorization: Bearer " + token}},
		{"/auth/userinfo", other, "", nil, []string{"Authorization: Bearer " + token}},
		{"/auth/userinfo", evil, "", nil, []string{"Authorization: Bearer " + token}},
		{"/auth/userinfo", other, other, nil, []string{"Authorization: Bearer gr_expired"}}, // that it is no token
		{"/auth/token", own, own, url.Values{"grant_type": {"authorization_code"}, "client_id": {app.ID}, "code": {"x"}}, nil},
		{"/auth/token", other, "", url.Values{"grant_type": {"authorization_code"}, "client_id": {app.ID}, "code": {"x"}}, nil},
		{"/auth/revoke", own, own, url.Values{"client_id": {app.ID}, "token": {"x"}}, nil},
		{"/auth/revoke", evil, "", url.Values{"client_id": {app.ID}, "token": {"x"}}, nil},
		{"/auth/introspect", evil, "", url.Values{"client_id": {app.ID}, "token": {"x"}}, nil},
		{"/auth/jwks", evil, "*", nil, nil},
		{"/login", own, "", nil, nil},
		{"/auth/authorize?client_id=" + app.ID, own, "", nil, nil},
	} {
		method := http.MethodGet
		if c.form != nil {
			method = http.MethodPost
		}
		h := w.browser().do(method, c.path, c.form, append(c.headers, "Origin: "+c.origin)...).header
		if got := h.Get("Access-Control-Allow-Origin"); got != c.want || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s from %s: %q", c.path, c.origin, got)
		}
	}
	// In a sandbox an app in a browser may register itself.
	w = newWorld(t)
	r := w.browser().do(http.MethodOptions, "/auth/register", nil, "Origin: "+evil, "Access-Control-Request-Method: POST")
	if r.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", r.header)
	}
}

// documents are the discovery documents of a world.
func (w *world) documents() map[string]map[string]any {
	w.Helper()
	documents := map[string]map[string]any{}
	for _, path := range append(w.URLs.smartConfigurationPaths(), w.URLs.openIDConfigurationPaths()...) {
		r := w.browser().do(http.MethodGet, path, nil, "Accept: application/json")
		var document map[string]any
		if err := json.Unmarshal([]byte(r.body), &document); err != nil || r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") ||
			!strings.HasPrefix(r.header.Get("Cache-Control"), "public") {
			w.Fatalf("%s: %d %v %s", path, r.status, r.header, r.body)
		}
		documents[path] = document
	}
	return documents
}

// Every endpoint that is advertised is there, by its absolute URL, and every one that is
// there is advertised.
func TestAuth47EndpointsAnswer(t *testing.T) {
	w := newWorld(t)
	advertised := map[string]bool{}
	for path, document := range w.documents() {
		for name, value := range document {
			target, isText := value.(string)
			if !isText || !strings.HasSuffix(name, "_endpoint") && name != "jwks_uri" {
				continue
			}
			at, ok := strings.CutPrefix(target, w.URLs.Base)
			if !ok {
				t.Errorf("%s: %s is %s", path, name, target)
			}
			advertised[at] = true
			get, post := w.browser().get(at), w.browser().do(http.MethodPost, at, url.Values{})
			if get.status == http.StatusNotFound || get.status == http.StatusMethodNotAllowed && (post.status == http.StatusNotFound || post.status == http.StatusMethodNotAllowed) {
				t.Errorf("%s: %s answers %d and %d", path, name, get.status, post.status)
			}
		}
	}
	for _, rt := range (&Server{Config: w.Config}).routes() {
		if discovered := strings.Contains(rt.path, ".well-known"); rt.endpoint != nil && !discovered && !advertised[rt.path] {
			t.Errorf("%s is not advertised", rt.path)
		}
	}
	if !advertised["/auth/authorize"] || !advertised["/apps"] {
		t.Errorf("%v", advertised)
	}
}

// Every capability that is advertised has a test here that shows it, and what is not
// there is not advertised: app state, brands, the launch of Tasks, or PKCE by plain.
func TestAuth47Auth50Auth51Capabilities(t *testing.T) {
	shown := []string{
		"launch-ehr",                     // TestLaunchContext
		"launch-standalone",              // TestAuthorizationCodeFlow
		"authorize-post",                 // TestAuth21ManyScopesByPost
		"client-public",                  // TestAuthorizationCodeFlow
		"client-confidential-symmetric",  // TestRegisterConfidentialApp
		"client-confidential-asymmetric", // TestRegisterAppWithKeys
		"sso-openid-connect",             // TestNonceAndAuthTime
		"context-banner",                 // TestLaunchContext
		"context-style",                  // TestLaunchContext
		"context-ehr-patient",            // TestLaunchContext
		"context-ehr-encounter",          // TestLaunchContext
		"context-standalone-patient",     // TestAuth14PatientPicker
		"context-standalone-encounter",   // TestAuth14EncounterOfThePatient
		"permission-offline",             // TestAuth35LogoutEndsOnlineAccess
		"permission-online",              // TestAuth35LogoutEndsOnlineAccess
		"permission-patient",             // TestAuth15PatientScopesHaveAPatient
		"permission-user",                // TestAuth15PatientScopesHaveAPatient
		"permission-v1",                  // TestAuth17CompiledBeforeIssued
		"permission-v2",                  // TestAuth17CompiledBeforeIssued
	}
	w := newWorld(t)
	for path, document := range w.documents() {
		text, err := json.Marshal(document)
		w.must(err)
		for _, absent := range []string{"smart-app-state", "smart_app_state_endpoint", "associated_endpoints", "user_access_brand", "task", "plain", "implicit", "password", "device_code"} {
			if strings.Contains(strings.ToLower(string(text)), absent) {
				t.Errorf("%s: %s is advertised", path, absent)
			}
		}
		var capabilities []string
		if listed, ok := document["capabilities"].([]any); ok {
			for _, one := range listed {
				capabilities = append(capabilities, one.(string))
			}
			if !slices.Equal(capabilities, shown) {
				t.Errorf("%s: %v", path, capabilities)
			}
		} else if strings.HasSuffix(path, smartConfigurationPath) {
			t.Errorf("%s has no capabilities", path)
		}
	}
	for _, path := range []string{"/auth/app-state", "/fhir/$smart-app-state", "/auth/task"} {
		if r := w.browser().get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// Every grant type and method of authentication that is listed works, as the list says:
// none says that it is unknown.
func TestAuth47GrantTypesAnswer(t *testing.T) {
	w := newWorld(t)
	listed := w.documents()[openIDConfigurationPath]["grant_types_supported"].([]any)
	names := map[string]bool{}
	for _, one := range listed {
		names[one.(string)] = true
		r := w.post("/auth/token", url.Values{"grant_type": {one.(string)}, "client_id": {"x"}})
		if strings.Contains(r.body, "unsupported_grant_type") {
			t.Errorf("%s: %s", one, r.body)
		}
	}
	known := map[string]bool{}
	for name := range (&Server{}).grantTypes() {
		known[name] = true
	}
	if !maps.Equal(names, known) {
		t.Errorf("%v are listed, and %v there", names, known)
	}
}

// What has a token, a code or a secret in it is stored nowhere, an error included; and
// nothing tells others of the address.
func TestAuth48NoStore(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	code := b.allow(b.logIn(b.authorize(w.asking(app, "openid offline_access")), "amara"))
	answers := map[string]response{
		"code":        code,
		"error":       b.authorize(w.asking(app, "openid", "response_type", "x")),
		"token":       w.redeem(app, b.code(code)),
		"token error": w.redeem(app, "x"),
		"no client":   w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}}),
		"introspect":  w.post("/auth/introspect", url.Values{"token": {"x"}}),
		"revoke":      w.post("/auth/revoke", url.Values{"token": {"x"}, "client_id": {app.ID}}),
		"userinfo":    w.browser().get("/auth/userinfo"),
		"register":    w.registers(`{"redirect_uris":["https://x.example/"],"token_endpoint_auth_method":"client_secret_basic"}`),
		"bad":         w.registers(`{`),
		"not found":   w.post("/nothing", nil),
		"method":      w.post("/auth/jwks", nil),
	}
	for name, r := range answers {
		h := r.header
		if h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", name, h)
		}
		if strings.HasPrefix(h.Get("Content-Type"), "application/json") && name != "not found" && name != "method" &&
			(h.Get("Pragma") != "no-cache" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s: %v", name, h)
		}
	}
	if code.header.Get("Referrer-Policy") != "no-referrer" || answers["token"].status != http.StatusOK || answers["register"].status != http.StatusCreated {
		t.Errorf("%v", code.header)
	}
}

// registers sends a registration, with headers such as that of an initial access token.
func (w *world) registers(metadata string, headers ...string) response {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.URLs.Base+"/auth/register", strings.NewReader(metadata))
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer answer.Body.Close()
	return response{answer.StatusCode, answer.Header, readAll(w.T, answer)}
}

// A path that is asked by another method says by which it can be, and what is nowhere
// says so, in the form that whoever asks can read.
func TestMethodsAndPaths(t *testing.T) {
	w := newWorld(t)
	for path, allow := range map[string]string{"/auth/token": "POST", "/auth/jwks": "GET", "/auth/authorize": "GET", "/apps": "GET"} {
		r := w.browser().do(http.MethodDelete, path, nil)
		if r.status != http.StatusMethodNotAllowed || !strings.Contains(r.header.Get("Allow"), allow) || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %v", path, r.status, r.header)
		}
		r = w.browser().do(http.MethodDelete, path, nil, "Accept: application/json")
		if r.status != http.StatusMethodNotAllowed || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || !strings.Contains(r.body, `"error":"invalid_request"`) {
			t.Errorf("%s: %d %v", path, r.status, r.header)
		}
	}
	r := w.browser().do(http.MethodOptions, "/auth/token", nil) // no preflight
	if r.status != http.StatusNoContent || r.header.Get("Allow") != "POST, OPTIONS" || r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", r.status, r.header)
	}
	for _, path := range []string{"/nothing", "/auth", "/auth/", "/auth/token/", "/login/", "//login", "/static/../login", "/static/nothing", "/registry/app/nobody/more"} {
		if r := w.user("root").get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	for _, path := range []string{"/", "/login", "/auth/jwks", "/fhir/.well-known/smart-configuration"} {
		if r := w.browser().do(http.MethodHead, path, nil); r.status != http.StatusOK || r.body != "" {
			t.Errorf("HEAD %s: %d", path, r.status)
		}
	}
	r = w.browser().do(http.MethodPost, "/auth/token", url.Values{"grant_type": {"x"}}, "Content-Type: application/json")
	if r.status != http.StatusBadRequest || !strings.Contains(r.body, "Content-Type: it should be application/x-www-form-urlencoded") {
		t.Errorf("%d %s", r.status, r.body)
	}
}
