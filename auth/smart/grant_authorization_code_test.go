package smart

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/user"
)

// approved is a code for amara's agreement to some scopes.
func (w *world) approved(app client.Client, scopes string, more ...string) string {
	w.Helper()
	b := w.browser()
	return b.code(b.allow(b.logIn(b.authorize(w.asking(app, scopes, more...)), "amara")))
}

func TestAuth06VerifierAtTheEndpoint(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	long := strings.Repeat("aZ09-._~", 16) // 128 characters
	for _, c := range []struct {
		challenge, verifier string
		good                bool
	}{
		{challengeOf(long), long, true},
		{challengeOf(long[:43]), long[:43], true},
		{challengeOf(long[:42]), long[:42], false},
		{challengeOf(long + "a"), long + "a", false},
		{challengeOf(long), strings.ToLower(long), false},
		{challengeOf(long), long[:127] + "x", false},
		{challengeOf(long), challengeOf(long), false}, // as plain
		{challengeOf(long), "", false},
	} {
		answer := w.redeem(app, w.approved(app, "patient/Patient.rs", "code_challenge", c.challenge), "code_verifier", c.verifier)
		if c.good {
			w.tokens(answer)
			continue
		}
		w.mustRefuse(answer, http.StatusBadRequest, oauth.InvalidGrant)
	}
}

func TestAuth07CodesLiveForAMinute(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	one, two := w.approved(app, "patient/Patient.rs"), w.approved(app, "patient/Patient.rs")
	if !strings.HasPrefix(one, "grc_") || len(one) != 47 || one == two {
		t.Errorf("%q, %q", one, two)
	}
	w.clock.Advance(59 * time.Second)
	w.tokens(w.redeem(app, one))
	w.clock.Advance(time.Second)
	w.mustRefuse(w.redeem(app, two), http.StatusBadRequest, oauth.InvalidGrant)
}

// A code is good once. The client that uses it again loses what it got: either somebody
// has its secrets, or it is broken.
func TestAuth08Replay(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	code := w.approved(app, "patient/Patient.rs offline_access")
	got := w.tokens(w.redeem(app, code))
	if !w.good(got.AccessToken) {
		t.Fatal("the token is not good")
	}
	w.mustRefuse(w.redeem(app, code), http.StatusBadRequest, oauth.InvalidGrant)
	if w.good(got.AccessToken) {
		t.Error("the token is good after the replay")
	}
	w.mustRefuse(w.refresh(app, got.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
}

// Of a hundred requests with one code one is answered. The others are replays, and end
// what it got (RFC 6749, 4.1.2).
func TestAuth08ParallelRedemption(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	code := w.approved(app, "patient/Patient.rs offline_access")
	answers := make([]response, 100)
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range answers {
		all.Go(func() {
			<-begin
			answers[i] = w.redeem(app, code)
		})
	}
	close(begin)
	all.Wait()
	winners := 0
	for _, answer := range answers {
		if answer.status == http.StatusOK {
			winners++
			if got := w.tokens(answer); w.good(got.AccessToken) {
				t.Error("the replays ended nothing")
			}
			continue
		}
		w.mustRefuse(answer, http.StatusBadRequest, oauth.InvalidGrant)
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

func TestAuth09CodeIsBound(t *testing.T) {
	w := newWorld(t)
	const another = "https://app.example/other"
	app, _ := w.app(func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, another) })
	other, _ := w.app()
	code := w.approved(app, "launch/patient patient/Patient.rs")
	for _, change := range [][]string{
		{"client_id", other.ID}, {"redirect_uri", another}, {"redirect_uri", redirectURI + "/"}, {"redirect_uri", redirectURI + "?"},
		{"code_verifier", verifier + "x"},
	} {
		w.mustRefuse(w.redeem(app, code, change...), http.StatusBadRequest, oauth.InvalidGrant)
	}
	// User, launch and scopes are those that were approved, whatever the request says.
	got := w.tokens(w.redeem(app, code, "patient", "ben", "scope", "patient/*.cruds", "aud", "https://evil.example/fhir"))
	caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
	w.must(err)
	if g := caller.Grant; got.Patient != "amara" || got.Scope != "launch/patient patient/Patient.rs" || g.Patient != "amara" || g.Client != app.ID || g.Account != "amara" || g.User != "Patient/amara" {
		t.Errorf("%+v, %+v", got, g)
	}
}

// Nobody ends a grant by a code that they could not have redeemed.
func TestAuth10ReplayByAStranger(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	other, otherSecret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	code := w.approved(app, "patient/Patient.rs")
	got := w.tokens(w.redeem(app, code, "client_secret", secret))
	w.mustRefuse(w.redeem(other, code, "client_secret", otherSecret), http.StatusBadRequest, oauth.InvalidGrant)
	w.mustRefuse(w.redeem(app, code, "client_secret", "guessed"), http.StatusUnauthorized, oauth.InvalidClient)
	w.mustRefuse(w.redeem(app, code), http.StatusUnauthorized, oauth.InvalidClient)
	w.mustRefuse(w.redeem(app, code, "client_secret", secret, "code_verifier", strings.Repeat("x", 43)), http.StatusBadRequest, oauth.InvalidGrant)
	if !w.good(got.AccessToken) {
		t.Error("a stranger has ended the grant")
	}
	w.mustRefuse(w.redeem(app, code, "client_secret", secret), http.StatusBadRequest, oauth.InvalidGrant)
	if w.good(got.AccessToken) {
		t.Error("the client has not")
	}
}

// What the answer says was granted is what the token may do.
func TestAuth17ScopeOfTheAnswer(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for asked, want := range map[string]string{
		"patient/Patient.rs":                                                        "patient/Patient.rs",
		"patient/Patient.read openid":                                               "patient/Patient.read openid",
		"patient/Patient.rs patient/Nope.rs nonsense":                               "patient/Patient.rs",
		"patient/Patient.rs patient/Observation.rs?nonsense=1":                      "patient/Patient.rs",
		"patient/Patient.rs system/Patient.rs launch":                               "patient/Patient.rs",
		"patient/Observation.rs?category=vital-signs&category=vital-signs fhirUser": "patient/Observation.rs?category=vital-signs&category=vital-signs",
	} {
		got := w.granted(app, "amara", asked)
		caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
		w.must(err)
		if got.Scope != want || caller.Grant.Scopes != want {
			t.Errorf("%s: the answer says %q, the token has %q", asked, got.Scope, caller.Grant.Scopes)
		}
	}
}

func TestAuth49OnlyTheseGrants(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, name := range []string{"password", "implicit", "token", "urn:ietf:params:oauth:grant-type:jwt-bearer", "Authorization_Code", "refresh_token "} {
		form := url.Values{"grant_type": {name}, "client_id": {app.ID}, "username": {"amara"}, "password": {password}, "scope": {"patient/*.rs"}}
		w.mustRefuse(w.post("/auth/token", form), http.StatusBadRequest, oauth.UnsupportedGrantType)
	}
	b := w.browser()
	for _, typ := range []string{"token", "id_token", "code token", "code id_token", "none"} {
		query := b.authorize(w.asking(app, "patient/Patient.rs", "response_type", typ)).location(t).Query()
		if query.Get("error") != "unsupported_response_type" || query.Has("access_token") || query.Has("code") {
			t.Errorf("%s: %v", typ, query)
		}
	}
	w.granted(app, "amara", "patient/Patient.rs")
}

// What a client is not registered for it cannot have, though the server can do it.
func TestGrantTypeOfTheClient(t *testing.T) {
	w := newWorld(t)
	service := w.service()
	for _, name := range []string{"authorization_code", "refresh_token"} {
		form := asserting("system/Patient.r", w.signed(jwt.SigningMethodES384, service.ID))
		form.Set("grant_type", name)
		w.mustRefuse(w.post("/auth/token", form), http.StatusBadRequest, oauth.UnauthorizedClient)
	}
	w.tokens(w.post("/auth/token", asserting("system/Patient.r", w.signed(jwt.SigningMethodES384, service.ID))))
	app, _ := w.app()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ID}, "scope": {"system/Patient.r"}}
	w.mustRefuse(w.post("/auth/token", form), http.StatusBadRequest, oauth.UnauthorizedClient)
}

// Between agreement and code the user may be gone, or their session.
func TestAuth34CodeOfWhoIsGone(t *testing.T) {
	w := newWorld(t)
	for row, c := range map[string]struct {
		change func(*world, string) error
		scopes string
		good   bool
	}{
		"as it was":           {func(*world, string) error { return nil }, "online_access patient/Patient.rs", true},
		"disabled":            {func(w *world, name string) error { return w.Accounts.SetDisabled(w.Context(), name, true) }, "patient/Patient.rs", false},
		"removed":             {func(w *world, name string) error { return w.Accounts.Remove(w.Context(), name) }, "patient/Patient.rs", false},
		"logged out":          {func(w *world, name string) error { _, err := w.Sessions.EndAll(w.Context(), name); return err }, "online_access patient/Patient.rs", false},
		"logged out, offline": {func(w *world, name string) error { _, err := w.Sessions.EndAll(w.Context(), name); return err }, "offline_access patient/Patient.rs", true},
		"another password":    {changePassword, "online_access patient/Patient.rs", false},
		// What was granted ends with the password, and so does what is about to be.
		"another password, offline": {changePassword, "offline_access patient/Patient.rs", false},
		"disabled, and enabled again": {func(w *world, name string) error {
			w.must(w.Accounts.SetDisabled(w.Context(), name, true))
			return w.Accounts.SetDisabled(w.Context(), name, false)
		}, "offline_access patient/Patient.rs", false},
	} {
		app, _ := w.app()
		name, b := w.another("amara"), w.browser()
		code := b.code(b.allow(b.logIn(b.authorize(w.asking(app, c.scopes)), name)))
		w.must(c.change(w, name))
		answer := w.redeem(app, code)
		if c.good {
			w.tokens(answer)
			continue
		}
		if w.mustRefuse(answer, http.StatusBadRequest, oauth.InvalidGrant); t.Failed() {
			t.Fatal(row)
		}
	}
}

// Of what an administrator has taken from an app nothing is got by a code that was on its
// way.
func TestAuth34CodeOfAnAppThatMayLess(t *testing.T) {
	w := newWorld(t)
	for row, c := range map[string]struct {
		change func(*client.Client)
		good   bool
	}{
		"another name":         {func(c *client.Client) { c.Name = "Another" }, true},
		"one more URI":         {func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://app.example/2") }, true},
		"another redirect URI": {func(c *client.Client) { c.RedirectURIs = []string{"https://app.example/2"} }, false},
		"fewer scopes":         {func(c *client.Client) { c.Scopes = "patient/Observation.rs" }, false},
	} {
		app, _ := w.app()
		code := w.approved(app, "patient/Patient.rs")
		w.must(w.change(app, c.change))
		answer := w.redeem(app, code)
		if c.good {
			w.tokens(answer)
			continue
		}
		if w.mustRefuse(answer, http.StatusBadRequest, oauth.InvalidGrant); t.Failed() {
			t.Fatal(row)
		}
	}
}

// change changes the registration of an app.
func (w *world) change(app client.Client, change func(*client.Client)) error {
	now, err := w.Clients.Get(w.Context(), app.ID)
	w.must(err)
	change(&now)
	return w.Clients.Update(w.Context(), now)
}

// An app that is removed while its keys are fetched, for which it may take its time, gets
// nothing any more.
func TestAuth34RemovedWhileItAuthenticates(t *testing.T) {
	var during func()
	w := newWorld(t, func(c *Config) {
		var err error
		c.Authenticator, err = client.NewAuthenticator(c.Clients, client.Options{
			TokenURL: c.URLs.Token, Records: c.Store.Records(), Clock: c.Clock, Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				during()
				answer := httptest.NewRecorder()
				_, _ = answer.Write(keySet())
				return answer.Result(), nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	fetched := func(c *client.Client) {
		c.Method, c.JWKS, c.JWKSURI = client.PrivateKeyJWT, nil, "https://app.example/jwks"
		c.JWKSURI += "/" + rand.Text() // of which nothing is remembered
	}
	ask := func(id string, more url.Values) response {
		form := asserting("system/Patient.rs", w.signed(jwt.SigningMethodES384, id))
		for name, values := range more {
			form[name] = values
		}
		return w.post("/auth/token", form)
	}
	redeeming := func(app client.Client) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {w.approved(app, "patient/Patient.rs")}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	}
	for _, removed := range []bool{false, true} {
		service := w.service(fetched)
		app, _ := w.app(fetched)
		for id, more := range map[string]url.Values{service.ID: nil, app.ID: redeeming(app)} {
			during = func() {
				if removed {
					w.must(w.Clients.Remove(w.Context(), id))
				}
			}
			answer := ask(id, more)
			if !removed {
				w.tokens(answer)
				continue
			}
			w.mustRefuse(answer, http.StatusUnauthorized, oauth.InvalidClient)
		}
	}
}

// roundTripper is a function as a transport.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func changePassword(w *world, name string) error {
	hashed, err := w.Accounts.Hash(w.Context(), user.Account{Name: name, Role: user.Patient}, password+"!")
	w.must(err)
	return w.Accounts.SetPassword(w.Context(), name, hashed)
}
