package smart

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
)

// A request that wants no page is answered in every state without one (OpenID Connect
// Core, 3.1.2.6), and with a code only where nothing is left to ask.
func TestPromptNone(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	none := func(b *browser, scopes string, more ...string) string {
		t.Helper()
		code, _ := b.refused(b.authorize(w.asking(app, scopes, append([]string{"prompt", "none"}, more...)...)))
		return code
	}
	if got := none(w.browser(), "openid"); got != "login_required" {
		t.Errorf("nobody: %s", got)
	}
	helen := w.user("helen")
	if got := none(helen, "launch/patient openid"); got != "interaction_required" {
		t.Errorf("three patients: %s", got)
	}
	amara := w.user("amara")
	const scopes = "launch/patient launch/encounter openid patient/Patient.rs"
	if got := none(amara, scopes); got != "interaction_required" {
		t.Errorf("an encounter: %s", got)
	}
	if got := none(amara, "launch/patient openid patient/Patient.rs"); got != "consent_required" {
		t.Errorf("never asked: %s", got)
	}
	if got := none(amara, "openid", "max_age", "0"); got != "login_required" {
		t.Errorf("max_age=0: %s", got)
	}
	if got := none(amara, "system/*.rs"); got != "invalid_scope" {
		t.Errorf("nothing to grant: %s", got)
	}
	page := amara.authorize(w.asking(app, "launch/patient openid patient/Patient.rs"))
	amara.code(amara.follow(amara.send(amara.form(page, "/auth/consent"), "decision", "allow", "remember", "yes")))
	got := w.tokens(w.redeem(app, amara.code(amara.authorize(w.asking(app, "launch/patient openid patient/Patient.rs", "prompt", "none")))))
	if got.Patient != "amara" || got.Scope != "launch/patient openid patient/Patient.rs" {
		t.Errorf("%+v", got)
	}
	if got := none(amara, "launch/patient openid patient/Patient.rs patient/Observation.rs"); got != "consent_required" {
		t.Errorf("one scope more: %s", got)
	}
	b := w.user("amara") // whose decision it is, in whatever session
	b.code(b.authorize(w.asking(app, "launch/patient openid patient/Patient.rs", "prompt", "none", "max_age", "100")))
}

// A login is asked for where the app wants one, once, and the session is another one
// then.
func TestPromptLogin(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, wants := range [][]string{{"prompt", "login"}, {"prompt", "select_account"}, {"prompt", "login consent"}, {"max_age", "0"}, {"max_age", "59"}} {
		b := w.user("amara")
		before := b.sessionID()
		w.clock.Advance(time.Minute)
		page := b.authorize(w.asking(app, "openid", wants...))
		b.form(page, "/auth/login")
		page = b.logIn(page, "helen")
		page.shows(t, http.StatusOK, "Helen Park")
		b.code(b.allow(page))
		if after := b.sessionID(); after == before || after == "" {
			t.Errorf("%v: session %q, and %q before", wants, after, before)
		}
	}
	b := w.user("amara")
	w.clock.Advance(time.Minute)
	for _, wants := range [][]string{{"prompt", ""}, {"max_age", "60"}, {"max_age", "9223372036854775807"}, {"prompt", "consent"}} {
		b.form(b.authorize(w.asking(app, "openid", wants...)), "/auth/consent")
	}
}

// prompt=consent asks again whatever is remembered.
func TestPromptConsent(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	page := b.authorize(w.asking(app, "openid"))
	b.code(b.follow(b.send(b.form(page, "/auth/consent"), "decision", "allow", "remember", "yes")))
	b.code(b.authorize(w.asking(app, "openid")))
	b.form(b.authorize(w.asking(app, "openid", "prompt", "consent")), "/auth/consent")
}

func TestPromptCombinations(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for _, prompt := range []string{"none login", "login none", "none none", "create", "LOGIN", "login,consent"} {
		if code, description := b.refused(b.authorize(w.asking(app, "openid", "prompt", prompt))); code != "invalid_request" || !strings.HasPrefix(description, "prompt: ") {
			t.Errorf("%s: %s %s", prompt, code, description)
		}
	}
	for _, prompt := range []string{"login", "login consent", "login consent select_account", "", " "} {
		b.form(b.authorize(w.asking(app, "openid", "prompt", prompt)), "/auth/login")
	}
}

// login_hint is the name on the login page, as text.
func TestLoginHint(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, hint := range []string{"amara", `"><script>alert(1)</script>`} {
		b := w.browser()
		page := b.authorize(w.asking(app, "openid", "login_hint", hint))
		if got := b.form(page, "/auth/login").fields.Get("name"); got != hint || strings.Contains(page.body, "<script>alert") {
			t.Errorf("%q: %q", hint, got)
		}
	}
}

// An app that names its user by an ID token gets that user, or nobody (OpenID Connect
// Core, 3.1.2.2): also by one that has expired.
func TestIDTokenHint(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	page := b.authorize(w.asking(app, "openid"))
	hint := w.tokens(w.redeem(app, b.code(b.follow(b.send(b.form(page, "/auth/consent"), "decision", "allow", "remember", "yes"))))).IDToken
	w.clock.Advance(2 * time.Hour)
	b.code(b.authorize(w.asking(app, "openid", "id_token_hint", hint, "prompt", "none")))
	for name, wrong := range map[string]string{"empty": "", "nonsense": "x", "forged": hint[:len(hint)-4] + "AAAA", "unsigned": "eyJhbGciOiJub25lIn0.e30."} {
		if code, _ := b.refused(b.authorize(w.asking(app, "openid", "id_token_hint", wrong, "prompt", "none"))); code != "login_required" {
			t.Errorf("%s: %s", name, code)
		}
	}
	helen := w.user("helen")
	if code, _ := helen.refused(helen.authorize(w.asking(app, "openid", "id_token_hint", hint, "prompt", "none"))); code != "login_required" {
		t.Errorf("another user: %s", code)
	}
	page = helen.authorize(w.asking(app, "openid", "id_token_hint", hint))
	if code, _ := helen.refused(helen.logIn(page, "helen")); code != "login_required" {
		t.Errorf("another user logs in: %s", code)
	}
	helen.code(helen.logIn(helen.authorize(w.asking(app, "openid", "id_token_hint", hint)), "amara"))
}

// What identifies the user says when they logged in, and gives the nonce back.
func TestNonceAndAuthTime(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	at := w.clock.Now()
	w.clock.Advance(30 * time.Second)
	page := b.authorize(w.asking(app, "openid fhirUser profile", "nonce", "n-1 ü", "max_age", "100"))
	got := w.tokens(w.redeem(app, b.code(b.allow(page))))
	claims, err := w.Keys.Verify(t.Context(), got.IDToken)
	w.must(err)
	if claims["nonce"] != "n-1 ü" || claims["auth_time"] != float64(at.Unix()) || claims["fhirUser"] != w.URLs.FHIR+"/Patient/amara" || claims["aud"] != app.ID {
		t.Errorf("%v", claims)
	}
}

// A decision is not remembered for an app that any program on the user's machine could
// pass for (RFC 8252, 8.6), unless it proves who it is.
func TestConsentIsNotRememberedForWhomeverAnswers(t *testing.T) {
	w := newWorld(t)
	for uri, want := range map[string]bool{redirectURI: true, "http://127.0.0.1/cb": false, "http://localhost/cb": false, "com.example.app:/cb": false, w.URLs.Base + "/demo/": true} {
		for _, method := range []client.Method{client.None, client.SecretBasic} {
			app, _ := w.app(func(c *client.Client) { c.RedirectURIs, c.Method = []string{uri}, method })
			b := w.user("amara")
			asked := w.asking(app, "openid", "redirect_uri", uri)
			page := b.authorize(asked)
			offered := strings.Contains(page.body, `name="remember"`)
			b.send(b.form(page, "/auth/consent"), "decision", "allow", "remember", "yes")
			again := b.authorize(asked)
			if remembered := strings.Contains(again.header.Get("Location"), "code="); remembered != (want || method != client.None) || remembered != offered {
				t.Errorf("%s %s: offered %v, remembered %v", method, uri, offered, remembered)
			}
		}
	}
}
