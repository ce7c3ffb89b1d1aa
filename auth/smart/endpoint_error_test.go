package smart

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/oauth"
)

// Whatever is wrong with a request, an endpoint answers with an error of the shape that
// its specification has, and a status below 500.
func TestErrorsOfEndpoints(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	good := "grant_type=client_credentials&scope=system/Patient.r&client_id=" + app.ID
	forms := []string{"/auth/token", "/auth/introspect", "/auth/revoke"}
	type request struct {
		name, method, query, body string
		headers                   []string
		status                    int
		code                      oauth.Code
	}
	const bad = http.StatusBadRequest
	requests := []request{
		{"JSON", "POST", "", `{"grant_type":"client_credentials"}`, []string{"Content-Type: application/json"}, bad, oauth.InvalidRequest},
		{"plain text", "POST", "", good, []string{"Content-Type: text/plain"}, bad, oauth.InvalidRequest},
		{"multipart", "POST", "", "--x--", []string{"Content-Type: multipart/form-data; boundary=x"}, bad, oauth.InvalidRequest},
		{"no type", "POST", "", good, nil, bad, oauth.InvalidRequest},
		{"no good type", "POST", "", good, []string{"Content-Type: application/x-www-form-urlencoded; charset"}, bad, oauth.InvalidRequest},
		{"GET", "GET", "?" + good, "", nil, http.StatusMethodNotAllowed, oauth.InvalidRequest},
		{"PUT", "PUT", "", good, []string{urlencoded}, http.StatusMethodNotAllowed, oauth.InvalidRequest},
		{"DELETE", "DELETE", "", "", nil, http.StatusMethodNotAllowed, oauth.InvalidRequest},
		{"twice", "POST", "", good + "&client_id=" + app.ID, []string{urlencoded}, bad, oauth.InvalidRequest},
		{"twice, empty", "POST", "", good + "&token=&token=", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"too large", "POST", "", good + "&x=" + strings.Repeat("x", maxForm), []string{urlencoded}, bad, oauth.InvalidRequest},
		{"no UTF-8", "POST", "", good + "&token=%ff%fe", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"no UTF-8 in a name", "POST", "", good + "&%ff=x", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"no percent-encoding", "POST", "", good + "&token=%zz", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"semicolons", "POST", "", "grant_type=x;client_id=y", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"in the URL", "POST", "?" + good, "", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"some in the URL", "POST", "?client_id=" + app.ID, "grant_type=client_credentials&token=x", []string{urlencoded}, bad, oauth.InvalidRequest},
		{"two methods", "POST", "", good + "&client_secret=x&token=x", []string{urlencoded, basic(app.ID, "x")}, bad, oauth.InvalidRequest},
		{"no client", "POST", "", "grant_type=client_credentials&scope=system/*.rs&token=x", []string{urlencoded}, http.StatusUnauthorized, oauth.InvalidClient},
		{"unknown client", "POST", "", "grant_type=client_credentials&client_id=nobody&token=x", []string{urlencoded}, http.StatusUnauthorized, oauth.InvalidClient},
		{"malformed Basic", "POST", "", "grant_type=client_credentials&token=x", []string{urlencoded, "Authorization: Basic ???"}, http.StatusUnauthorized, oauth.InvalidClient},
		{"wrong secret", "POST", "", "grant_type=client_credentials&token=x", []string{urlencoded, basic(app.ID, "x")}, http.StatusUnauthorized, oauth.InvalidClient},
	}
	for _, path := range forms {
		for _, r := range requests {
			answer := w.raw(r.method, path+r.query, r.body, r.headers...)
			if wrong := problem(answer, r.status, r.code); wrong != "" {
				t.Errorf("%s, %s: %s: %d %s", path, r.name, wrong, answer.status, answer.body)
			}
			if answer.status == http.StatusMethodNotAllowed && !strings.Contains(answer.header.Get("Allow"), "POST") {
				t.Errorf("%s, %s: Allow is %q", path, r.name, answer.header.Get("Allow"))
			}
			if challenged := answer.header.Get("WWW-Authenticate") != ""; challenged != (r.name == "malformed Basic" || r.name == "wrong secret") {
				t.Errorf("%s, %s: WWW-Authenticate is %q", path, r.name, answer.header.Get("WWW-Authenticate"))
			}
		}
	}
}

// What is particular to an endpoint.
func TestErrorsOfEachEndpoint(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	id := "&client_id=" + app.ID
	const bad, json = http.StatusBadRequest, "Content-Type: application/json"
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		code               oauth.Code
	}{
		{"POST", "/auth/token", "", nil, bad, oauth.InvalidRequest},
		{"POST", "/auth/token", "grant_type=" + id, []string{urlencoded}, bad, oauth.InvalidRequest},
		{"POST", "/auth/token", "grant_type=%22quoted%22%5C%C3%A9" + id, []string{urlencoded}, bad, oauth.UnsupportedGrantType},
		{"POST", "/auth/token", "grant_type=authorization_code" + id, []string{urlencoded}, bad, oauth.InvalidRequest},
		{"POST", "/auth/token", "grant_type=authorization_code&code=x" + id, []string{urlencoded}, bad, oauth.InvalidRequest},
		{"POST", "/auth/token", "grant_type=authorization_code&code=x&redirect_uri=x" + id, []string{urlencoded}, bad, oauth.InvalidGrant},
		{"POST", "/auth/token", "grant_type=refresh_token" + id, []string{urlencoded}, bad, oauth.InvalidRequest},
		{"POST", "/auth/token", "grant_type=refresh_token&refresh_token=x" + id, []string{urlencoded}, bad, oauth.InvalidGrant},
		{"POST", "/auth/introspect", "token=x" + id, []string{urlencoded}, bad, oauth.UnauthorizedClient},
		{"POST", "/auth/introspect", "token=x", []string{urlencoded, "Authorization: Bearer x"}, http.StatusUnauthorized, oauth.InvalidToken},
		{"POST", "/auth/revoke", id[1:], []string{urlencoded}, bad, oauth.InvalidRequest},
		{"POST", "/auth/register", "{", []string{json}, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", "", []string{json}, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", `[]`, []string{json}, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", `{"redirect_uris":["http://evil.example/"]}`, []string{json}, bad, oauth.InvalidRedirectURI},
		{"POST", "/auth/register", "client_name=x", []string{urlencoded}, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", "{}", nil, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", `{"client_name":"` + strings.Repeat("x", maxForm) + `"}`, []string{json}, bad, oauth.InvalidClientMetadata},
		{"POST", "/auth/register", "{\"client_name\":\"\xff\xfe\"}", []string{json}, bad, oauth.InvalidClientMetadata},
		{"GET", "/auth/register", "", nil, http.StatusMethodNotAllowed, oauth.InvalidRequest},
		{"GET", "/auth/userinfo", "", nil, http.StatusUnauthorized, oauth.InvalidToken},
		{"GET", "/auth/userinfo?access_token=x", "", nil, http.StatusUnauthorized, oauth.InvalidToken},
		{"POST", "/auth/userinfo", "access_token=x", []string{urlencoded}, http.StatusUnauthorized, oauth.InvalidToken},
		{"GET", "/auth/userinfo", "", []string{"Authorization: Bearer x"}, http.StatusUnauthorized, oauth.InvalidToken},
		{"GET", "/auth/userinfo", "", []string{"Authorization: Bearer"}, http.StatusUnauthorized, oauth.InvalidToken},
		{"GET", "/auth/userinfo", "", []string{basic(app.ID, "x")}, http.StatusUnauthorized, oauth.InvalidToken},
		{"PUT", "/auth/userinfo", "", nil, http.StatusMethodNotAllowed, oauth.InvalidRequest},
		{"GET", "/auth/nothing", "", nil, http.StatusNotFound, oauth.InvalidRequest},
	} {
		answer := w.raw(c.method, c.path, c.body, c.headers...)
		if wrong := problem(answer, c.status, c.code); wrong != "" {
			t.Errorf("%s %s %.80s: %s: %d %s", c.method, c.path, c.body, wrong, answer.status, answer.body)
		}
	}
}

// Who sends no token is told how to send one, and of no error (RFC 6750, 3.1).
func TestChallenges(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	token := w.granted(app, "amara", "patient/Patient.rs").AccessToken
	for header, want := range map[string]string{
		"":                               `Bearer realm="granary"`,
		"Authorization: Bearer x":        `Bearer realm="granary", error="invalid_token"`,
		"Authorization: Bearer " + token: `Bearer realm="granary", error="insufficient_scope"`,
	} {
		var headers []string
		if header != "" {
			headers = append(headers, header)
		}
		if got := w.raw("GET", "/auth/userinfo", "", headers...).header.Get("WWW-Authenticate"); got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
}

func TestOptions(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{"/auth/token": "POST, OPTIONS", "/auth/userinfo": "GET, POST, OPTIONS", "/auth/jwks": "GET, OPTIONS"} {
		answer := w.raw("OPTIONS", path, "")
		if answer.status != http.StatusNoContent || answer.header.Get("Allow") != want || answer.body != "" {
			t.Errorf("%s: %d %v %s", path, answer.status, answer.header, answer.body)
		}
	}
}

// Nothing that tells of a token may be stored, and nothing that is told goes to where a
// link leads.
func TestAuth48NothingIsStored(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.redeem(app, w.approved(app, "openid patient/Patient.rs"))
	token := w.tokens(got).AccessToken
	b := w.browser()
	back := b.allow(b.logIn(b.authorize(w.asking(app, "patient/Patient.rs")), "amara"))
	b.code(back)
	for name, answer := range map[string]response{
		"token":             got,
		"token, refused":    w.redeem(app, "x"),
		"userinfo":          w.raw("GET", "/auth/userinfo", "", "Authorization: Bearer "+token),
		"introspection":     w.raw("POST", "/auth/introspect", "token=x&client_id="+app.ID, urlencoded),
		"revocation":        w.raw("POST", "/auth/revoke", "token=x&client_id="+app.ID, urlencoded),
		"registration":      w.raw("POST", "/auth/register", `{"redirect_uris":["https://app.example/"],"token_endpoint_auth_method":"none"}`, "Content-Type: application/json"),
		"login page":        w.browser().authorize(w.asking(app, "patient/Patient.rs")),
		"answer to the app": back,
		"error page":        b.get("/auth/authorize"),
	} {
		h := answer.header
		if !strings.Contains(h.Get("Cache-Control"), "no-store") || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %d, %v", name, answer.status, h)
		}
	}
	if h := got.header; h.Get("Pragma") != "no-cache" {
		t.Errorf("%v", h)
	}
	// What is public may be.
	for _, path := range []string{"/auth/jwks", "/.well-known/smart-configuration"} {
		if h := b.get(path).header; !strings.HasPrefix(h.Get("Cache-Control"), "public") {
			t.Errorf("%s: %v", path, h)
		}
	}
}
