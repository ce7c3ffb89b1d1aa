package smart

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
)

// registerApp registers an app by the form, and is its page.
func (b *browser) registerApp(fields url.Values) response {
	b.Helper()
	f := b.form(b.get("/registry/new"), "/registry/new")
	for name, values := range fields {
		f.fields[name] = values
	}
	return b.send(f)
}

// The form has words for what can be ticked, each once.
func TestRegistrationInWords(t *testing.T) {
	w := newWorld(t)
	page := w.user("helen").get("/registry/new").body
	for _, want := range []string{"Its users log in and consent <code>authorization_code</code>", "It may renew its access without asking them again <code>refresh_token</code>",
		"A backend service, without users <code>client_credentials</code>", "Confidential: a key of its own <code>private_key_jwt</code>"} {
		if strings.Count(page, want) != 1 {
			t.Errorf("%q is there %d times", want, strings.Count(page, want))
		}
	}
}

// newest is the app of a page.
func (b *browser) appOn(r response) client.Client {
	b.Helper()
	codes := b.texts(r, "code.copy")
	for _, id := range codes {
		if app, err := b.Clients.Get(b.Context(), id); err == nil {
			return app
		}
	}
	b.Fatalf("no app: %d %v", r.status, b.texts(r, "p"))
	return client.Client{}
}

// A public app is registered by the form as it comes, goes through the flow, is changed,
// and removed, which ends what it was granted.
func TestRegisterPublicApp(t *testing.T) {
	w := newWorld(t)
	b := w.user("amara") // in a sandbox everyone is a developer
	page := b.registerApp(url.Values{"client_name": {"Mine"}, "redirect_uris": {redirectURI + "\r\n  https://app.example/2  \n"}, "contacts": {"a@b.example"}})
	page.shows(t, http.StatusOK, "The app is registered.")
	if strings.Contains(page.body, "Its client secret") {
		t.Error("a secret")
	}
	app := b.appOn(page)
	if app.Name != "Mine" || app.Method != client.None || len(app.RedirectURIs) != 2 || app.RedirectURIs[1] != "https://app.example/2" || app.Scopes != "*" || app.Dynamic {
		t.Errorf("%+v", app)
	}
	page.shows(t, http.StatusOK, w.URLs.FHIR)
	granted := w.granted(app, "pat", "openid offline_access")

	at := "/registry/app/" + app.ID
	edit := b.form(b.get(at+"/edit"), at+"/edit")
	if edit.fields.Get("redirect_uris") == "" || edit.fields.Get("client_name") != "Mine" || edit.fields.Get("contacts") != "a@b.example" || len(edit.fields["grant_types"]) != 2 {
		t.Errorf("%v", edit.fields)
	}
	b.send(edit, "client_name", "Ours", "redirect_uris", redirectURI, "scope", "openid\npatient/*.rs").shows(t, http.StatusOK, "Ours")
	changed, err := w.Clients.Get(t.Context(), app.ID)
	w.must(err)
	if changed.Name != "Ours" || len(changed.RedirectURIs) != 1 || changed.Scopes != "openid patient/*.rs" || changed.Created != app.Created {
		t.Errorf("%+v", changed)
	}
	if _, err := w.Tokens.Authenticate(t.Context(), granted.AccessToken); err != nil {
		t.Error(err)
	}
	b.get("/registry").shows(t, http.StatusOK, "Ours")

	if r := b.send(b.form(b.get(at), at), "do", "remove"); r.header.Get("Location") != "/registry" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if _, err := w.Tokens.Authenticate(t.Context(), granted.AccessToken); err == nil {
		t.Error("access of an app that was removed")
	}
	if r := w.post("/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {granted.RefreshToken}, "client_id": {app.ID}}); r.status != http.StatusUnauthorized {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, path := range []string{at, at + "/edit", "/registry/app/nobody", "/registry/app/%00", "/registry/app/..%2f"} {
		if r := b.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	b.send(edit).shows(t, http.StatusNotFound, "There is no such page")
}

// A confidential app is shown its secret once, and can have a new one; the old one is
// good for a day more.
func TestRegisterConfidentialApp(t *testing.T) {
	for _, method := range []client.Method{client.SecretBasic, client.SecretPost} {
		w := newWorld(t)
		b := w.user("root")
		page := b.registerApp(url.Values{"client_name": {"Server"}, "redirect_uris": {redirectURI}, "token_endpoint_auth_method": {string(method)}})
		app, secret := b.appOn(page), b.secretOn(page)
		at := "/registry/app/" + app.ID
		if again := b.get(at); strings.Contains(again.body, secret) || strings.Contains(again.body, "Its client secret") {
			t.Error("the secret is shown twice")
		}
		works := func(secret string) bool {
			t.Helper()
			u := w.user("amara")
			form := url.Values{"grant_type": {"authorization_code"}, "code": {u.code(u.allow(u.authorize(w.asking(app, "openid"))))}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
			if method == client.SecretPost {
				form.Set("client_id", app.ID)
				form.Set("client_secret", secret)
				return w.post("/auth/token", form).status == http.StatusOK
			}
			return w.post("/auth/token", form, basic(app.ID, secret)).status == http.StatusOK
		}
		if !works(secret) || works("wrong") {
			t.Error("secrets")
		}
		page = b.send(b.form(b.get(at), at), "do", "rotate")
		page.shows(t, http.StatusOK, "The old secret is good for a day more.")
		renewed := b.secretOn(page)
		if renewed == secret || !works(renewed) || !works(secret) {
			t.Error("the new secret, or the old one within the day, is no good")
		}
		w.clock.Advance(client.Overlap)
		if works(secret) || !works(renewed) {
			t.Error("the old secret after a day")
		}
	}
}

// secretOn is the secret that a page shows.
func (b *browser) secretOn(r response) string {
	b.Helper()
	_, rest, ok := strings.Cut(r.body, `<h2>Its client secret</h2><p><code class="copy">`)
	secret, _, _ := strings.Cut(rest, "<")
	if !ok || len(secret) < 32 {
		b.Fatalf("no secret: %d %v", r.status, b.texts(r, "p"))
	}
	return secret
}

// An app with a key of its own is registered with it, and authenticates by it.
func TestRegisterAppWithKeys(t *testing.T) {
	w := newWorld(t)
	b := w.user("root")
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	w.must(err)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: "k", Algorithm: "ES384", Use: "sig"}}})
	w.must(err)
	fields := url.Values{"client_name": {"Keys"}, "redirect_uris": {redirectURI}, "token_endpoint_auth_method": {"private_key_jwt"}}
	b.registerApp(fields).shows(t, http.StatusBadRequest, "private_key_jwt needs the public keys")
	fields.Set("jwks", string(set))
	app := b.appOn(b.registerApp(fields))
	token := jwt.NewWithClaims(jwt.SigningMethodES384, jwt.MapClaims{
		"iss": app.ID, "sub": app.ID, "aud": w.URLs.Token, "jti": "1", "exp": w.clock.Now().Unix() + 60,
	})
	token.Header["kid"] = "k"
	signed, err := token.SignedString(private)
	w.must(err)
	u := w.user("amara")
	code := u.code(u.allow(u.authorize(w.asking(app, "openid"))))
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}, "client_assertion": {signed},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
	w.tokens(w.post("/auth/token", form))
	// Without keys it becomes another kind of app, as the form says; with a secret, if
	// it is of a kind that has one.
	at := "/registry/app/" + app.ID
	edit := func(fields ...string) response { return b.send(b.form(b.get(at+"/edit"), at+"/edit"), fields...) }
	edit("token_endpoint_auth_method", "none").shows(t, http.StatusBadRequest, "jwks: it is of use with the token_endpoint_auth_method private_key_jwt only")
	edit("token_endpoint_auth_method", "none", "jwks", "").shows(t, http.StatusOK, "The app is registered.")
	secret := b.secretOn(edit("token_endpoint_auth_method", "client_secret_basic", "jwks", ""))
	form = url.Values{"grant_type": {"authorization_code"}, "code": {u.code(u.allow(u.authorize(w.asking(app, "openid"))))}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	w.tokens(w.post("/auth/token", form, basic(app.ID, secret)))
	if again := edit("token_endpoint_auth_method", "client_secret_basic", "jwks", ""); strings.Contains(again.body, "Its client secret") {
		t.Error("a new secret for an app that has one")
	}
}

// Of two who change an app at the same time the second is told: what the first took away
// is not there again.
func TestChangeOfAnAppThatHasChanged(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://stolen.example/") })
	at := "/registry/app/" + app.ID + "/edit"
	first, second := w.user("root"), w.user("amara")
	mine, theirs := first.form(first.get(at), at), second.form(second.get(at), at)
	first.send(mine, "redirect_uris", redirectURI).shows(t, http.StatusOK, "The app is registered.")
	for range 2 {
		second.send(theirs, "client_name", "Theirs").shows(t, http.StatusConflict, "Somebody else has changed it")
	}
	second.send(theirs, "client_name", "Theirs", "revision", "").shows(t, http.StatusConflict, "Somebody else has changed it")
	now, err := w.Clients.Get(t.Context(), app.ID)
	w.must(err)
	if now.Name != app.Name || len(now.RedirectURIs) != 1 {
		t.Errorf("%+v", now)
	}
	// What is wrong in it is told first once, and then it is saved.
	again := second.form(second.get(at), at)
	refused := second.send(again, "client_name", "Theirs", "redirect_uris", "nonsense")
	refused.shows(t, http.StatusBadRequest, "redirect_uris")
	second.send(second.form(refused, at), "redirect_uris", redirectURI).shows(t, http.StatusOK, "Theirs")
}

// What cannot be registered is said, with all that was typed, and nothing is registered.
func TestRegisterAppRefused(t *testing.T) {
	w := newWorld(t)
	b := w.user("amara")
	for name, fields := range map[string]url.Values{
		"redirect_uris: ":              {"redirect_uris": {""}},
		"redirect_uris[0] ":            {"redirect_uris": {"http://app.example/"}},
		"redirect_uris[1] ":            {"redirect_uris": {redirectURI + "\njavascript:alert(1)"}},
		"token_endpoint_auth_method: ": {"token_endpoint_auth_method": {"x"}},
		"grant_types: ":                {"grant_types": {"password"}},
		"scope: ":                      {"scope": {"patient/Nothing.rs"}},
		"initiate_login_uri: ":         {"launch_uri": {"javascript:alert(1)"}},
		"logo_uri: ":                   {"logo_uri": {"x"}},
		"client_name: ":                {"client_name": {strings.Repeat("x", 10000)}},
		"allowed_cors_origins: ":       {"origins": {"https://x.example/path"}},
	} {
		if !fields.Has("redirect_uris") {
			fields.Set("redirect_uris", redirectURI)
		}
		if !fields.Has("client_name") {
			fields.Set("client_name", "Typed <b>")
		}
		r := b.registerApp(fields)
		r.shows(t, http.StatusBadRequest, name)
		if got := b.form(r, "/registry/new").fields; got.Get("client_name") != fields.Get("client_name") {
			t.Errorf("%s: %v", name, got)
		}
	}
	if apps, err := w.Clients.List(t.Context()); err != nil || len(apps) != 0 {
		t.Errorf("%v %v", apps, err)
	}
}

// Outside a sandbox administrators alone register and change apps; everyone may look.
func TestWhoMayRegister(t *testing.T) {
	for _, sandbox := range []bool{true, false} {
		w := newWorld(t, func(c *Config) { c.Sandbox = sandbox })
		app, _ := w.app(func(c *client.Client) { c.Method, c.Introspection = client.SecretBasic, false })
		looks, _ := w.app(func(c *client.Client) { c.Method, c.Introspection = client.SecretBasic, true })
		for name, admin := range map[string]bool{"amara": false, "helen": false, "root": true} {
			b := w.user(name)
			token := b.form(b.get("/apps"), "/logout").fields.Get("csrf")
			may := func(what string, want bool, r response) {
				t.Helper()
				if (r.status == http.StatusOK) != want || !want && r.status != http.StatusForbidden {
					t.Errorf("%s, sandbox %v: %s %d", name, sandbox, what, r.status)
				}
			}
			post := func(path string, fields ...string) response {
				form := url.Values{"csrf": {token}, "client_name": {"x"}, "redirect_uris": {redirectURI}, "token_endpoint_auth_method": {"client_secret_basic"}, "grant_types": {"authorization_code"}, "scope": {"*"}}
				for i := 0; i+1 < len(fields); i += 2 {
					form.Set(fields[i], fields[i+1])
				}
				return b.do(http.MethodPost, path, form)
			}
			at, secret := "/registry/app/"+app.ID, "/registry/app/"+looks.ID
			change := func(id string) response {
				now, err := w.Clients.Get(t.Context(), id)
				w.must(err)
				return post("/registry/app/"+id+"/edit", "introspection", "true", "revision", revisionOf(now))
			}
			may("look", true, b.get("/registry"))
			may("look at one", true, b.get(at))
			may("the form", sandbox || admin, b.get("/registry/new"))
			may("register", sandbox || admin, post("/registry/new"))
			may("the form of one", sandbox || admin, b.get(at+"/edit"))
			may("change", sandbox || admin, change(app.ID))
			may("rotate", sandbox || admin, post(at, "do", "rotate"))
			may("the form of one that introspects", admin, b.get(secret+"/edit"))
			may("change one that introspects", admin, change(looks.ID))
			may("rotate one that introspects", admin, post(secret, "do", "rotate"))
			if r := b.get(secret); strings.Contains(r.body, `value="remove"`) != admin {
				t.Errorf("%s is shown what they may not do", name)
			}
			if got, err := w.Clients.Get(t.Context(), app.ID); err != nil || got.Introspection != admin {
				t.Errorf("%s, sandbox %v: introspection %v %v", name, sandbox, got.Introspection, err)
			}
			if got := b.get("/registry/new"); strings.Contains(got.body, `name="introspection"`) != admin {
				t.Errorf("%s is offered introspection", name)
			}
			got, err := w.Clients.Get(t.Context(), app.ID) // as it was
			w.must(err)
			got.Introspection = false
			w.must(w.Clients.Update(t.Context(), got))
		}
	}
}
