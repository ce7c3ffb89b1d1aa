package smart

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

// A cookie that the browser had before a login never becomes that of a session, and the
// session of before is over (RFC 9700, 4.7).
func TestSessionFixation(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	base, err := url.Parse(w.URLs.Base + "/")
	w.must(err)
	victim := w.user("amara") // of whom an attacker has the cookie
	for name, planted := range map[string]string{
		"a made-up one": "grs_" + strings.Repeat("A", 43), "another user's": victim.cookie(sessionCookie), "nonsense": "x", "of the form": "grb_" + strings.Repeat("A", 43),
	} {
		for _, within := range []bool{false, true} {
			b := w.browser()
			b.client.Jar.SetCookies(base, []*http.Cookie{{Name: sessionCookie, Value: planted, Path: "/"}, {Name: formCookie, Value: planted, Path: "/"}})
			if within {
				b.logIn(b.authorize(w.asking(app, "openid", "prompt", "login")), "helen")
			} else {
				r := b.get("/login")
				if r.status == http.StatusSeeOther { // the victim's session is one, until somebody logs in
					continue
				}
				b.send(b.form(r, "/login"), "name", "helen", "password", password)
			}
			session, err := w.Sessions.Get(t.Context(), b.cookie(sessionCookie))
			if err != nil || session.User != "helen" || b.cookie(sessionCookie) == planted {
				t.Errorf("%s: %v %+v", name, err, session)
			}
			if old, err := w.Sessions.Get(t.Context(), planted); err == nil && old.User == "helen" {
				t.Errorf("%s is a session of helen's", name)
			}
		}
	}
	if victim.sessionID() != "" {
		t.Error("the session in whose browser another one began is not over")
	}
}

// The cookies of a server on https are for https, for it alone, and not for scripts.
func TestSessionCookies(t *testing.T) {
	for base, want := range map[string]struct {
		path   string
		secure bool
	}{"http://127.0.0.1:1": {"/", false}, "https://ehr.example": {"/", true}, "https://ehr.example/granary": {"/granary/", true}} {
		w := newWorld(t, func(c *Config) { c.URLs = NewURLs(base) })
		app, _ := w.app()
		direct := func(method, path string, form url.Values, cookies ...*http.Cookie) *http.Response {
			r := httptest.NewRequest(method, "http://ehr.example"+path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, cookie := range cookies {
				r.AddCookie(cookie)
			}
			rec := httptest.NewRecorder()
			w.server.Config.Handler.ServeHTTP(rec, r)
			return rec.Result() //nolint:bodyclose // a recorder's
		}
		login := direct(http.MethodGet, "/login", nil)
		form := login.Cookies()[0]
		b := w.browser()
		fields := b.form(response{login.StatusCode, login.Header, readAll(t, login)}, NewURLs(base).Path()+"/login").fields
		fields.Set("name", "amara")
		fields.Set("password", password)
		in := direct(http.MethodPost, "/login", fields, form)
		request := direct(http.MethodGet, "/auth/authorize?"+w.asking(app, "openid").Encode(), nil)
		cookies := append(append(login.Cookies(), in.Cookies()...), request.Cookies()...)
		if len(cookies) != 3 {
			t.Fatalf("%s: %v", base, cookies)
		}
		for _, c := range cookies {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != want.secure || c.Path != want.path || c.Domain != "" || c.MaxAge <= 0 || c.MaxAge > 24*3600 {
				t.Errorf("%s: %s", base, c)
			}
		}
		if to := in.Header.Get("Location"); to != NewURLs(base).Path()+"/" {
			t.Errorf("%s: to %s", base, to)
		}
	}
}

// Behind a proxy that has more than Granary all goes below its path: pages, redirects,
// cookies, the style that apps are told, and what is discovered.
func TestBasePath(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.URLs = NewURLs(c.URLs.Base + "/granary") })
	w.server.Config.Handler = http.StripPrefix("/granary", w.server.Config.Handler)
	app, _ := w.app()
	b := w.browser()
	to := func(r response) response { // follow follows paths of the host
		t.Helper()
		for r.status == http.StatusSeeOther && strings.HasPrefix(r.header.Get("Location"), "/granary/") {
			r = b.get(strings.TrimPrefix(r.header.Get("Location"), "/granary"))
		}
		return r
	}
	post := func(r response, path string, fields ...string) response {
		t.Helper()
		f := b.form(r, "/granary"+path)
		f.action = path
		return to(b.send(f, fields...))
	}
	page := to(b.get("/auth/authorize?" + w.asking(app, "launch/patient patient/Patient.rs").Encode()))
	page = post(page, "/auth/login", "name", "helen", "password", password)
	page = post(page, "/auth/patient", "patient", "ben")
	got := w.tokens(w.redeem(app, b.code(post(page, "/auth/consent", "decision", "allow"))))
	if !strings.HasPrefix(got.SmartStyleURL, w.URLs.Base+"/static/") || got.Patient != "ben" {
		t.Errorf("%+v", got)
	}
	if r := b.get(strings.TrimPrefix(got.SmartStyleURL, w.URLs.Base)); r.status != http.StatusOK {
		t.Errorf("style: %d", r.status)
	}
	b.get("/.well-known/openid-configuration/granary").shows(t, http.StatusOK, `"issuer":"`+w.URLs.Base+`"`)
	out := w.browser()
	r := out.get("/apps")
	if r.header.Get("Location") != "/granary/login?next=%2Fapps" {
		t.Errorf("%s", r.header.Get("Location"))
	}
	f := out.form(out.get("/login?next=%2Fapps"), "/granary/login")
	f.action = "/login"
	if r := out.send(f, "name", "amara", "password", password); r.header.Get("Location") != "/granary/apps" {
		t.Errorf("%d %s", r.status, r.header.Get("Location"))
	}
}

// Whoever tries too often has to wait, as the answer says in words and in a header, and
// is let in then.
func TestLoginThrottled(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, within := range []bool{false, true} {
		b := w.browser()
		page := b.get("/login")
		path := "/login"
		if within {
			page, path = b.authorize(w.asking(app, "openid")), "/auth/login"
		}
		var wait int
		for range 20 {
			r := b.send(b.form(page, path), "name", "amara", "password", "wrong")
			if r.status == http.StatusTooManyRequests {
				var err error
				wait, err = strconv.Atoi(r.header.Get("Retry-After"))
				w.must(err)
				r.shows(t, http.StatusTooManyRequests, "Too many attempts. Try again in")
				if strings.Count(r.body, `role="alert"`) != 1 {
					t.Errorf("it is said more than once: %s", r.body)
				}
				break
			}
			r.shows(t, http.StatusUnauthorized, "There is no account of this name and password.")
			if r.header.Get("Retry-After") != "" || strings.Contains(r.body, "wrong") {
				t.Errorf("%v", r.header)
			}
		}
		if wait < 1 {
			t.Fatalf("a wait of %d seconds", wait)
		}
		if r := b.send(b.form(page, path), "name", "amara", "password", password); r.status != http.StatusTooManyRequests {
			t.Errorf("too early: %d", r.status)
		}
		w.clock.Advance(time.Duration(wait) * time.Second)
		if r := b.send(b.form(page, path), "name", "amara", "password", password); r.status != http.StatusSeeOther {
			t.Errorf("after the wait: %d", r.status)
		}
		w.clock.Advance(24 * time.Hour)
	}
}

// After a login one comes to the page that was asked for, of this server, and of no
// other.
func TestLoginNext(t *testing.T) {
	w := newWorld(t)
	for next, want := range map[string]string{
		"/apps": "/apps", "/launch?client_id=a%20b": "/launch?client_id=a%20b", "": "/", "apps": "/", "//evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/",
		"https://evil.example": "/", "javascript:alert(1)": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", "\t//evil.example": "/", " //evil.example": "/",
		"/\x00/evil": "/", "/\x0b/evil": "/", "/\u2028evil": "/", "/％evil": "/", "///evil.example": "/", "/x\r\nSet-Cookie: a=b": "/", "/" + `x\..\..//evil`: "/",
	} {
		b := w.browser()
		page := b.get("/login?" + values("next", next))
		r := b.send(b.form(page, "/login"), "name", "amara", "password", password)
		if got := r.header.Get("Location"); got != want || r.status != http.StatusSeeOther {
			t.Errorf("%q: %d %q", next, r.status, got)
		}
		if r := b.get("/login?" + values("next", next)); r.header.Get("Location") != want { // who is logged in already
			t.Errorf("%q, logged in: %q", next, r.header.Get("Location"))
		}
	}
}

// A logout ends the session, and with it what was granted as long as the user is there;
// also where the code is redeemed only then. What was granted for longer lasts.
func TestAuth35LogoutEndsOnlineAccess(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	online := w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "online_access patient/Patient.rs"))))))
	offline := w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "offline_access patient/Patient.rs"))))))
	late := b.code(b.allow(b.authorize(w.asking(app, "online_access patient/Patient.rs"))))
	early := b.code(b.allow(b.authorize(w.asking(app, "patient/Patient.rs"))))
	logout := b.form(b.get("/apps"), "/logout")
	b.send(logout).shows(t, http.StatusOK, "You are logged out")
	if b.cookie(sessionCookie) != "" {
		t.Error("the cookie is there")
	}
	refresh := func(token string) response {
		return w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {app.ID}})
	}
	if _, err := w.Tokens.Authenticate(t.Context(), online.AccessToken); err == nil {
		t.Error("online access after the logout")
	}
	if r := refresh(online.RefreshToken); r.status != http.StatusBadRequest {
		t.Errorf("online refresh: %d", r.status)
	}
	if r := w.redeem(app, late); r.status != http.StatusBadRequest || !strings.Contains(r.body, "invalid_grant") {
		t.Errorf("a code of online access after the logout: %d %s", r.status, r.body)
	}
	if _, err := w.Tokens.Authenticate(t.Context(), offline.AccessToken); err != nil {
		t.Error(err)
	}
	w.tokens(refresh(offline.RefreshToken))
	w.tokens(w.redeem(app, early))
	b.send(logout).shows(t, http.StatusOK, "You are logged out") // again
	if r := b.get("/apps"); r.status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
}

// A session that ends by itself, and one whose account has a new password, ends what was
// granted for as long as it lasts.
func TestAuth35SessionExpires(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	online := w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "online_access openid"))))))
	w.clock.Advance(12 * time.Hour)
	if _, err := w.Tokens.Authenticate(t.Context(), online.AccessToken); err == nil {
		t.Error("access after the session")
	}
	r := w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {online.RefreshToken}, "client_id": {app.ID}})
	if r.status != http.StatusBadRequest {
		t.Errorf("%d", r.status)
	}
	if r := b.get("/apps"); r.status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
	b = w.user("amara")
	online = w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "online_access openid"))))))
	account, err := w.Accounts.Get(t.Context(), "amara")
	w.must(err)
	hashed, err := w.Accounts.Hash(t.Context(), account, "another password")
	w.must(err)
	w.must(w.Accounts.SetPassword(t.Context(), "amara", hashed))
	r = w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {online.RefreshToken}, "client_id": {app.ID}})
	if r.status != http.StatusBadRequest || b.get("/apps").status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
}

// "My apps" lists what was granted, by whom it was, and ends it for good.
// Whoever ends the access of an app ends what is on its way to it; what they approve
// afterwards is good.
func TestEndAccessEndsCodes(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	other, _ := w.app(func(c *client.Client) { c.Name = "Other" })
	w.granted(app, "amara", "openid")
	b := w.user("amara")
	approve := func(b *browser, app client.Client) string {
		return b.code(b.allow(b.authorize(w.asking(app, "openid"))))
	}
	before, others, helens := approve(b, app), approve(b, other), approve(w.user("helen"), app)
	w.clock.Advance(time.Second)
	page := b.get("/apps")
	b.send(b.form(page, "/apps"), "grant", b.offeredBy(page, "grant")[0]).shows(t, http.StatusOK, "The app has no access any more.")
	after := approve(b, app)
	w.mustRefuse(w.redeem(app, before), http.StatusBadRequest, oauth.InvalidGrant)
	w.tokens(w.redeem(app, after))
	w.tokens(w.redeem(other, others))
	w.tokens(w.redeem(app, helens))
}

func TestMyApps(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(withName("Vital signs"))
	other, _ := w.app(func(c *client.Client) { c.Name = "Other" })
	kept := w.granted(other, "amara", "openid")
	gone := w.granted(app, "amara", "launch/patient offline_access patient/Observation.rs patient/Condition.cruds")
	w.granted(app, "helen", "user/Patient.rs")
	b := w.user("amara")
	page := b.get("/apps")
	for _, text := range []string{"Vital signs", "Other", "Amara Okafor", "changes data", "also when you are not there", "29 November 2026", "Read and search every observation in your record"} {
		page.shows(t, http.StatusOK, text)
	}
	ids := b.offeredBy(page, "grant")
	if len(ids) != 2 {
		t.Fatalf("%v", ids)
	}
	of := func(name string) []auth.Grant {
		grants, err := w.Tokens.Grants(t.Context(), auth.AccountOwner(name))
		w.must(err)
		return grants
	}
	for _, id := range []string{of("helen")[0].ID, "nothing", "", "\x00"} { // none of hers
		b.send(b.form(page, "/apps"), "grant", id)
	}
	if len(of("helen")) != 1 || len(of("amara")) != 2 {
		t.Error("something else has ended")
	}
	again := w.granted(app, "amara", "offline_access patient/Observation.rs")
	var twice []string
	for _, g := range of("amara") {
		if g.Client == app.ID {
			twice = append(twice, g.ID)
		}
	}
	end := func(id, want string) {
		t.Helper()
		b.send(b.form(page, "/apps"), "grant", id).shows(t, http.StatusOK, want)
	}
	end(twice[0], "That access is over. You have given the app access more than once: what is left is below.")
	if w.good(gone.AccessToken) == w.good(again.AccessToken) {
		t.Error("not one of the two has ended")
	}
	end(twice[0], "That access was over already.")
	end(twice[1], "The app has no access any more.")
	if w.good(again.AccessToken) {
		t.Error("access after it was ended")
	}
	if _, err := w.Tokens.Authenticate(t.Context(), gone.AccessToken); err == nil {
		t.Error("access after it was ended")
	}
	if r := w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {gone.RefreshToken}, "client_id": {app.ID}}); r.status != http.StatusBadRequest {
		t.Errorf("%d", r.status)
	}
	if _, err := w.Tokens.Authenticate(t.Context(), kept.AccessToken); err != nil {
		t.Error(err)
	}
}
