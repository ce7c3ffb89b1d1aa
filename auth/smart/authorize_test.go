package smart

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
)

// A redirect URI that differs by one character from the registered one is none,
// whichever it is: left out, doubled, or another one.
func TestAuth01RedirectByOneCharacter(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	wrong := map[string]bool{redirectURI + "/": true, redirectURI + "?": true, redirectURI + "#": true, redirectURI + " ": true, "": true}
	for i := range redirectURI {
		before, at, after := redirectURI[:i], redirectURI[i:i+1], redirectURI[i+1:]
		for _, other := range []string{"", at + at, "x", "%" + fmt.Sprintf("%02x", at[0]), strings.ToUpper(at), at + "*", at + "."} {
			wrong[before+other+after] = true
		}
	}
	delete(wrong, redirectURI)
	for uri := range wrong {
		r := b.get("/auth/authorize?" + w.asking(app, "openid", "redirect_uri", uri).Encode())
		if r.status != http.StatusBadRequest || r.header.Get("Location") != "" || !strings.Contains(r.body, "redirect_uri") {
			t.Errorf("%s: %d %s", uri, r.status, r.header.Get("Location"))
		}
	}
	if r := b.get("/auth/authorize?" + w.asking(app, "openid").Encode()); r.status != http.StatusSeeOther {
		t.Errorf("the registered one: %d", r.status)
	}
	if len(wrong) < 100 {
		t.Errorf("only %d were tried", len(wrong))
	}
}

// Of a loopback address the port alone may differ, and of another address nothing.
func TestAuth01LoopbackPort(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(func(c *client.Client) {
		c.RedirectURIs = []string{"http://127.0.0.1/callback?app=1", "http://[::1]:9/x", "https://app.example:8443/callback"}
	})
	b := w.browser()
	for uri, want := range map[string]int{
		"http://127.0.0.1/callback?app=1":                http.StatusSeeOther,
		"http://127.0.0.1:49152/callback?app=1":          http.StatusSeeOther,
		"http://[::1]:4000/x":                            http.StatusSeeOther,
		"https://app.example:8443/callback":              http.StatusSeeOther,
		"https://app.example:8444/callback":              http.StatusBadRequest,
		"https://app.example/callback":                   http.StatusBadRequest,
		"https://127.0.0.1:49152/callback?app=1":         http.StatusBadRequest,
		"http://localhost:49152/callback?app=1":          http.StatusBadRequest,
		"http://127.0.0.2:49152/callback?app=1":          http.StatusBadRequest,
		"http://127.0.0.1:0/callback?app=1":              http.StatusBadRequest,
		"http://127.0.0.1:1@evil.example/callback?app=1": http.StatusBadRequest,
		"http://127.0.0.1:49152/callback?app=2":          http.StatusBadRequest,
		"http://127.0.0.1:49152/callback":                http.StatusBadRequest,
	} {
		if r := b.get("/auth/authorize?" + w.asking(app, "openid", "redirect_uri", uri).Encode()); r.status != want {
			t.Errorf("%s: %d", uri, r.status)
		}
	}
}

// The redirect URI is answered to letter by letter, with what it has of its own.
func TestAuth01RedirectKept(t *testing.T) {
	w := newWorld(t)
	const uri = "com.example.app:/cb?b=%7e&a=1;2"
	app, _ := w.app(func(c *client.Client) { c.RedirectURIs = []string{uri} })
	b := w.browser()
	r := b.allow(b.logIn(b.authorize(w.asking(app, "openid", "redirect_uri", uri)), "amara"))
	rest, ok := strings.CutPrefix(r.header.Get("Location"), uri+"&")
	q, err := url.ParseQuery(rest)
	if !ok || err != nil || q.Get("code") == "" || q.Get("state") != "xyz" || q.Get("iss") != w.URLs.Issuer || len(q) != 3 {
		t.Errorf("%s", r.header.Get("Location"))
	}
	r = b.authorize(w.asking(app, "openid", "redirect_uri", uri, "response_type", "token"))
	if !strings.HasPrefix(r.header.Get("Location"), uri+"&error=unsupported_response_type&") {
		t.Errorf("%s", r.header.Get("Location"))
	}
}

// While client and redirect URI are not known to go together, nobody is sent anywhere,
// whatever else is wrong; and the page has no link to where the request wanted to go.
func TestAuth02NoRedirect(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	other, _ := w.app(func(c *client.Client) { c.RedirectURIs = []string{"https://other.example/cb"} })
	b := w.browser()
	for name, change := range map[string][]string{
		"no client":            {"client_id", ""},
		"unknown client":       {"client_id", "nobody"},
		"impossible client":    {"client_id", "../\x00<b>"},
		"no redirect URI":      {"redirect_uri", ""},
		"unknown redirect URI": {"redirect_uri", "https://evil.example/"},
		"of another client":    {"redirect_uri", other.RedirectURIs[0]},
		"and no response_type": {"redirect_uri", "https://evil.example/", "response_type", ""},
		"and prompt=none":      {"redirect_uri", "https://evil.example/", "prompt", "none"},
		"a script":             {"redirect_uri", "javascript:alert(1)"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			asked := w.asking(app, "openid", change...)
			target, form := "/auth/authorize?"+asked.Encode(), url.Values(nil)
			if method == http.MethodPost {
				target, form = "/auth/authorize", asked
			}
			r := b.do(method, target, form)
			if r.status != http.StatusBadRequest || r.header.Get("Location") != "" || strings.Contains(r.body, `href="https://evil`) ||
				strings.Contains(r.body, `href="javascript`) || strings.Contains(r.body, "<b>") || strings.Contains(r.body, "http-equiv") {
				t.Errorf("%s by %s: %d %v\n%s", name, method, r.status, r.header, r.body)
			}
		}
	}
	if r := b.get("/auth/authorize?" + w.asking(app, "openid").Encode()); r.status != http.StatusSeeOther {
		t.Errorf("a good one: %d", r.status)
	}
	r := b.get("/auth/authorize?" + w.asking(app, "openid").Encode() + "&redirect_uri=https%3A%2F%2Fevil.example")
	if r.status != http.StatusBadRequest || r.header.Get("Location") != "" {
		t.Errorf("two redirect URIs: %d", r.status)
	}
}

// Every client needs PKCE with S256, the confidential ones, too.
func TestAuth03PKCERequired(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for _, method := range []client.Method{client.None, client.SecretBasic, client.SecretPost} {
		app, _ := w.app(func(c *client.Client) { c.Method = method })
		for name, change := range map[string][]string{
			"no challenge":     {"code_challenge", ""},
			"neither":          {"code_challenge", "", "code_challenge_method", ""},
			"short":            {"code_challenge", challengeOf(verifier)[:42]},
			"long":             {"code_challenge", challengeOf(verifier) + "A"},
			"not base64url":    {"code_challenge", strings.Repeat("+", 43)},
			"padded":           {"code_challenge", challengeOf(verifier)[:42] + "="},
			"a line after all": {"code_challenge", challengeOf(verifier) + "\n"},
		} {
			code, description := b.refused(b.authorize(w.asking(app, "openid", change...)))
			if code != "invalid_request" || !strings.HasPrefix(description, "code_challenge: ") {
				t.Errorf("%s, %s: %s %s", method, name, code, description)
			}
		}
		if r := b.authorize(w.asking(app, "openid")); r.status != http.StatusOK {
			t.Errorf("%s: %d", method, r.status)
		}
	}
}

// A method of plain, or none, which means plain (RFC 7636, 4.3), is refused.
func TestAuth04PlainRefused(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for _, method := range []string{"plain", "", "s256", "S256 ", "S512"} {
		code, description := b.refused(b.authorize(w.asking(app, "openid", "code_challenge_method", method)))
		if code != "invalid_request" || description != "code_challenge_method: it should be S256" {
			t.Errorf("%q: %s %s", method, code, description)
		}
	}
	asked := w.asking(app, "openid")
	asked.Del("code_challenge_method")
	if code, _ := b.refused(b.authorize(asked)); code != "invalid_request" {
		t.Errorf("absent: %s", code)
	}
}

// There is no code without a challenge; and if there were, no verifier would go with it,
// nor none.
func TestAuth05NoChallengeNoVerifier(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	account, err := w.Accounts.Get(t.Context(), "amara")
	w.must(err)
	for _, challenge := range []string{"", challengeOf(verifier)} {
		for _, shown := range []string{verifier, "", challengeOf(verifier)} {
			code, err := w.Tokens.NewCode(t.Context(), auth.Code{
				Grant:       auth.Grant{Client: app.ID, Scopes: "openid", Account: "amara", Subject: account.Subject, User: account.FHIRUser},
				RedirectURI: redirectURI, Challenge: challenge, SessionExpires: w.clock.Now().Add(time.Hour),
				AccountVersion: account.Version,
			})
			w.must(err)
			r := w.redeem(app, code, "code_verifier", shown)
			good := challenge != "" && shown == verifier
			if good != (r.status == http.StatusOK) || !good && (r.status != http.StatusBadRequest || !strings.Contains(r.body, "invalid_grant")) {
				t.Errorf("challenge %q, verifier %q: %d %s", challenge, shown, r.status, r.body)
			}
		}
	}
}

// A code is good for the client, the redirect URI, the user, the patient and the scopes
// that it was made for, whatever the token request says.
func TestAuth09CodeIsBoundToItsRequest(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://app.example/other") })
	other, _ := w.app()
	fresh := func(name string) string {
		b := w.browser()
		return b.code(b.allow(b.logIn(b.authorize(w.asking(app, "launch/patient openid fhirUser patient/Patient.rs")), name)))
	}
	code := fresh("amara")
	for name, c := range map[string]struct {
		by     client.Client
		change []string
	}{
		"another client":               {other, nil},
		"another registered URI":       {app, []string{"redirect_uri", "https://app.example/other"}},
		"a URI that is not registered": {app, []string{"redirect_uri", "https://evil.example/"}},
		"another verifier":             {app, []string{"code_verifier", verifier + "x"}},
	} {
		if r := w.redeem(c.by, code, c.change...); r.status != http.StatusBadRequest || !strings.Contains(r.body, "invalid_grant") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	// None of those has used it up, and what else the request says does not count.
	got := w.tokens(w.redeem(app, code, "patient", "ben", "scope", "user/*.cruds", "aud", "https://other.example/fhir", "launch", "x"))
	caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
	w.must(err)
	g := caller.Grant
	if got.Patient != "amara" || g.Account != "amara" || g.User != "Patient/amara" || g.Client != app.ID || g.Scopes != "launch/patient openid fhirUser patient/Patient.rs" {
		t.Errorf("%+v %+v", got, g)
	}
}

// The audience is this server, and no other that a fake app may have been told of.
func TestAuth11Audience(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for _, aud := range []string{"", "https://evil.example/fhir", w.URLs.Base, w.URLs.FHIR + "/x", w.URLs.FHIR + "//", strings.ToUpper(w.URLs.FHIR), w.URLs.FHIR + "?"} {
		code, description := b.refused(b.authorize(w.asking(app, "openid", "aud", aud)))
		if code != "invalid_request" || description != "aud: it should be the FHIR base URL of this server, "+w.URLs.FHIR {
			t.Errorf("%q: %s %s", aud, code, description)
		}
	}
	for _, aud := range []string{w.URLs.FHIR, w.URLs.FHIR + "/"} {
		if r := b.authorize(w.asking(app, "openid", "aud", aud)); r.status != http.StatusOK {
			t.Errorf("%q: %d", aud, r.status)
		}
	}
}

// Every answer says who gives it, and so does discovery.
func TestAuth12IssuerInEveryAnswer(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	first := b.authorize(w.asking(app, "openid"))
	denied := b.send(b.form(b.logIn(first, "amara"), "/auth/consent"), "decision", "deny")
	for name, r := range map[string]response{
		"success":       b.allow(b.authorize(w.asking(app, "openid"))),
		"denied":        denied,
		"bad request":   b.authorize(w.asking(app, "openid", "response_type", "token")),
		"no scope":      b.authorize(w.asking(app, "")),
		"prompt=none":   b.authorize(w.asking(app, "openid", "prompt", "none")),
		"wrong launch":  b.authorize(w.asking(app, "launch openid", "launch", "grl_x")),
		"by form":       b.do(http.MethodPost, "/auth/authorize", w.asking(app, "openid", "max_age", "x")),
		"system scopes": b.authorize(w.asking(app, "system/*.rs")),
	} {
		q := b.answered(r)
		if q.Get("iss") != w.URLs.Issuer || q.Get("state") != "xyz" || q.Has("code") == q.Has("error") {
			t.Errorf("%s: %v", name, q)
		}
	}
	r := b.get("/.well-known/openid-configuration")
	r.shows(t, http.StatusOK, `"authorization_response_iss_parameter_supported":true`)
	r.shows(t, http.StatusOK, `"issuer":"`+w.URLs.Issuer+`"`)
}

// The redirects after a login, a choice and a decision are 303, so that no browser sends
// the form along.
func TestAuth20SeeOther(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	page := b.authorize(w.asking(app, "launch/patient launch/encounter launch/location patient/*.rs"))
	see := func(r response, path string, fields ...string) response {
		t.Helper()
		r = b.send(b.form(r, path), fields...)
		if r.status != http.StatusSeeOther {
			t.Fatalf("after %s: %d", path, r.status)
		}
		return b.follow(r)
	}
	page = see(page, "/auth/login", "name", "helen", "password", password)
	page = see(page, "/auth/patient", "patient", "ben")
	page = see(page, "/auth/context", "encounter", "of-ben")
	page = see(page, "/auth/context", "location", "ward")
	b.code(see(page, "/auth/consent", "decision", "allow"))
	if r := b.do(http.MethodPost, "/auth/authorize", w.asking(app, "openid")); r.status != http.StatusSeeOther {
		t.Errorf("authorize: %d", r.status)
	}
	if r := w.browser().do(http.MethodPost, "/auth/authorize", w.asking(app, "openid", "prompt", "none", "response_type", "x")); r.status != http.StatusSeeOther {
		t.Errorf("an error: %d", r.status)
	}
	out := w.browser()
	if r := out.send(out.form(out.get("/login"), "/login"), "name", "amara", "password", password); r.status != http.StatusSeeOther {
		t.Errorf("login: %d", r.status)
	}
}

// manyScopes are so many different scopes.
func manyScopes(n int) string {
	scopes := make([]string, n)
	for i := range scopes {
		scopes[i] = fmt.Sprintf("patient/Observation.rs?code=http://loinc.org|%d-1", 10000+i)
	}
	return strings.Join(scopes, " ")
}

// A request of 500 scopes by POST goes through the whole flow, and its token is no
// longer than another one.
func TestAuth21ManyScopesByPost(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	scopes := "offline_access " + manyScopes(500)
	page := b.logIn(b.follow(b.do(http.MethodPost, "/auth/authorize", w.asking(app, scopes))), "amara")
	if boxes := b.form(page, "/auth/consent").fields["scope"]; len(boxes) != 501 {
		t.Fatalf("%d scopes are offered", len(boxes))
	}
	got := w.tokens(w.redeem(app, b.code(b.allow(page))))
	if got.Scope != scopes || got.Patient != "amara" {
		t.Errorf("%d bytes of scopes of %d", len(got.Scope), len(scopes))
	}
	one := w.granted(app, "amara", "offline_access patient/Observation.rs")
	if len(one.AccessToken) != len(got.AccessToken) || len(one.RefreshToken) != len(got.RefreshToken) || len(got.RefreshToken) == 0 {
		t.Errorf("%d and %d bytes", len(one.AccessToken), len(got.AccessToken))
	}
}

// The same request by GET and by POST has the same answer.
func TestAuth21GetAndPost(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, form := range []url.Values{w.asking(app, "openid patient/Patient.rs"), w.asking(app, "openid", "prompt", "none"), w.asking(app, "openid", "client_id", "nobody")} {
		byGet, byPost := w.browser(), w.browser()
		a := byGet.authorize(form)
		b := byPost.follow(byPost.do(http.MethodPost, "/auth/authorize", form))
		if a.status != b.status || a.header.Get("Location") != b.header.Get("Location") || strings.Join(byGet.texts(a, "h1"), "") != strings.Join(byPost.texts(b, "h1"), "") {
			t.Errorf("%v: %d %d\n%v\n%v", form, a.status, b.status, a.header, b.header)
		}
	}
	// Another site's page may send a request, as it may link to one: it is not a decision.
	b := w.browser()
	r := b.do(http.MethodPost, "/auth/authorize", w.asking(app, "openid"), "Origin: https://app.example", "Sec-Fetch-Site: cross-site")
	if b.follow(r).shows(t, http.StatusOK, "Log in"); r.status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
	for name, headers := range map[string][]string{"JSON": {"Content-Type: application/json"}, "text": {"Content-Type: text/plain"}} {
		if r := b.do(http.MethodPost, "/auth/authorize", w.asking(app, "openid"), headers...); r.status != http.StatusBadRequest || r.header.Get("Location") != "" {
			t.Errorf("%s: %d", name, r.status)
		}
	}
}

// Only the code flow is there, and its answer in the query.
func TestAuth49NoImplicitFlow(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for _, kind := range []string{"token", "id_token", "id_token token", "code id_token", "code token", "none", "CODE"} {
		if code, _ := b.refused(b.authorize(w.asking(app, "openid", "response_type", kind))); code != "unsupported_response_type" {
			t.Errorf("%s: %s", kind, code)
		}
	}
	if code, _ := b.refused(b.authorize(w.asking(app, "openid", "response_type", ""))); code != "invalid_request" {
		t.Errorf("none: %s", code)
	}
	for _, mode := range []string{"fragment", "form_post", "web_message"} {
		if code, description := b.refused(b.authorize(w.asking(app, "openid", "response_mode", mode))); code != "invalid_request" || description != "response_mode: it should be query, or left out" {
			t.Errorf("%s: %s", mode, code)
		}
	}
	if r := b.authorize(w.asking(app, "openid", "response_mode", "query")); r.status != http.StatusOK {
		t.Errorf("query: %d", r.status)
	}
	for _, grant := range []string{"password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"} {
		r := w.post("/auth/token", url.Values{"grant_type": {grant}, "client_id": {app.ID}, "username": {"amara"}, "password": {password}})
		if r.status != http.StatusBadRequest || !strings.Contains(r.body, `"unsupported_grant_type"`) {
			t.Errorf("%s: %d %s", grant, r.status, r.body)
		}
	}
}

// State comes back as it was, whatever is in it, and it has to be there.
func TestStateComesBack(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, state := range []string{"x", "a b+c&d=e%20#f", `<script>"'\`, "snow ☃ ünï", strings.Repeat("s", maxState)} {
		b := w.browser()
		page := b.logIn(b.authorize(w.asking(app, "openid", "state", state)), "amara")
		if q := b.answered(b.allow(page)); q.Get("state") != state || q.Get("code") == "" {
			t.Errorf("%q: %v", state, q)
		}
		if q := b.answered(b.authorize(w.asking(app, "openid", "state", state, "prompt", "none"))); q.Get("state") != state || q.Get("error") == "" {
			t.Errorf("%q in an error: %v", state, q)
		}
	}
	b := w.browser()
	for _, state := range []string{"", "a\x00b", "a\nb", "\xff\xfe", strings.Repeat("s", maxState+1)} {
		if q := b.answered(b.authorize(w.asking(app, "openid", "state", state))); q.Get("error") != "invalid_request" || !strings.HasPrefix(q.Get("error_description"), "state: ") {
			t.Errorf("%q: %v", state, q)
		}
	}
}

// What would change what a request means is refused, and not ignored.
func TestAuthorizeRefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for parameter, want := range map[string]string{"request": "request_not_supported", "request_uri": "request_uri_not_supported", "claims": "invalid_request"} {
		if code, description := b.refused(b.authorize(w.asking(app, "openid", parameter, "x"))); code != want || !strings.HasPrefix(description, parameter+": ") {
			t.Errorf("%s: %s %s", parameter, code, description)
		}
	}
	for parameter, values := range map[string][]string{
		"nonce":      {"\x00", "\xff", strings.Repeat("n", maxNonce+1)},
		"login_hint": {"\x00", "\xff", strings.Repeat("n", maxNonce+1)},
		"max_age":    {"x", "-1", "1.5", "99999999999999999999"},
	} {
		for _, value := range values {
			if code, description := b.refused(b.authorize(w.asking(app, "openid", parameter, value))); code != "invalid_request" || !strings.HasPrefix(description, parameter+": ") {
				t.Errorf("%s: %s %s", parameter, code, description)
			}
		}
	}
	if code, description := b.refused(b.authorize(w.asking(app, strings.TrimSpace(strings.Repeat("x ", 3)+manyScopes(maxScopes+1))))); code != "invalid_scope" || len(description) > 200 {
		t.Errorf("too many scopes: %s %s", code, description)
	}
	// A description of many reasons fits into a URL, and has no character that it may not have.
	code, description := b.refused(b.authorize(w.asking(app, `a"b\c☃ `+strings.ReplaceAll(manyScopes(400), "Observation", "Nothing"))))
	if code != "invalid_scope" || len(description) > 2000 || strings.ContainsFunc(description, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		t.Errorf("%s %s", code, description)
	}
}
