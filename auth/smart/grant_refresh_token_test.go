package smart

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
)

const offline = "launch/patient offline_access patient/Patient.rs patient/Observation.rs"

func TestAuth31RefreshNeedsTheScope(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	without, _ := w.app(func(c *client.Client) { c.GrantTypes = []string{client.AuthorizationCode} })
	for _, c := range []struct {
		app    client.Client
		scopes string
		want   bool
	}{
		{app, "patient/Patient.rs openid", false},
		{app, "patient/Patient.rs offline_access", true},
		{app, "patient/Patient.rs online_access", true},
		{without, "patient/Patient.rs offline_access", false}, // it is not registered for it
	} {
		if got := w.granted(c.app, "amara", c.scopes); (got.RefreshToken != "") != c.want {
			t.Errorf("%s: refresh token %q", c.scopes, got.RefreshToken)
		}
	}
}

func TestAuth32RotationOverHTTP(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	first := w.granted(app, "amara", offline)
	second := w.tokens(w.refresh(app, first.RefreshToken))
	if second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken || second.Scope != offline || second.ExpiresIn != 3600 || second.Patient != "amara" {
		t.Errorf("%+v", second)
	}
	w.clock.Advance(10 * time.Second)
	again := w.tokens(w.refresh(app, first.RefreshToken))
	if again.RefreshToken != second.RefreshToken || again.AccessToken != second.AccessToken {
		t.Errorf("within the grace another answer: %+v, and before %+v", again, second)
	}
	third := w.tokens(w.refresh(app, second.RefreshToken))
	if !w.good(third.AccessToken) {
		t.Error("the token is not good")
	}
	// Now the answer was seen, and the first token is in other hands.
	w.mustRefuse(w.refresh(app, first.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
	for _, token := range []string{first.AccessToken, second.AccessToken, third.AccessToken} {
		if w.good(token) {
			t.Error("a token of the family is still good")
		}
	}
	w.mustRefuse(w.refresh(app, third.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
}

// The first of several requests with one refresh token may not be the last that is
// answered: all that come within the grace get the same.
func TestAuth32ParallelRefresh(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	first := w.granted(app, "amara", offline)
	answers := make([]response, 50)
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range answers {
		all.Go(func() {
			<-begin
			answers[i] = w.refresh(app, first.RefreshToken)
		})
	}
	close(begin)
	all.Wait()
	want := w.tokens(answers[0])
	for _, answer := range answers {
		if got := w.tokens(answer); got.AccessToken != want.AccessToken || got.RefreshToken != want.RefreshToken || got.Scope != offline {
			t.Errorf("%+v\nand %+v", got, want)
		}
	}
	if !w.good(want.AccessToken) {
		t.Error("the token is not good")
	}
	w.tokens(w.refresh(app, want.RefreshToken))
}

func TestAuth10RefreshByAStranger(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	other, _ := w.app()
	first := w.grantedBySecret(app, secret, "amara", offline)
	second := w.tokens(w.refresh(app, first.RefreshToken, "client_secret", secret))
	w.clock.Advance(time.Minute)
	for _, token := range []string{first.RefreshToken, second.RefreshToken} {
		w.mustRefuse(w.refresh(other, token), http.StatusBadRequest, oauth.InvalidGrant)
		w.mustRefuse(w.refresh(app, token, "client_secret", "guessed"), http.StatusUnauthorized, oauth.InvalidClient)
		w.mustRefuse(w.refresh(app, token), http.StatusUnauthorized, oauth.InvalidClient)
	}
	if !w.good(second.AccessToken) {
		t.Error("a stranger has ended the grant")
	}
	w.tokens(w.refresh(app, second.RefreshToken, "client_secret", secret))
}

// grantedBySecret is granted for an app with a secret.
func (w *world) grantedBySecret(app client.Client, secret, name, scopes string) tokens {
	w.Helper()
	b := w.browser()
	code := b.code(b.allow(b.logIn(b.authorize(w.asking(app, scopes)), name)))
	return w.tokens(w.redeem(app, code, "client_secret", secret))
}

func TestAuth33RefreshNeverWidens(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.granted(app, "amara", "offline_access patient/Patient.rs patient/Observation.rs?category=vital-signs")
	for _, more := range []string{
		"patient/*.rs", "patient/Patient.cruds", "patient/Observation.rs", "patient/Observation.rs?category=laboratory", "user/Patient.rs", "openid",
		"patient/Patient.rs patient/Condition.rs", "nonsense",
	} {
		w.mustRefuse(w.refresh(app, got.RefreshToken, "scope", more), http.StatusBadRequest, oauth.InvalidScope)
	}
	narrow := w.tokens(w.refresh(app, got.RefreshToken, "scope", "patient/Patient.r"))
	caller, err := w.Tokens.Authenticate(t.Context(), narrow.AccessToken)
	w.must(err)
	if narrow.Scope != "patient/Patient.r" || caller.Grant.Scopes != narrow.Scope {
		t.Errorf("%+v, %+v", narrow, caller.Grant)
	}
	whole := w.tokens(w.refresh(app, narrow.RefreshToken))
	if whole.Scope != "offline_access patient/Patient.rs patient/Observation.rs?category=vital-signs" {
		t.Errorf("%+v", whole)
	}
}

// What was granted is asked again at each refresh: who the user is, and whether there is
// still somebody to whom it was granted.
func TestAuth34ZombieGrants(t *testing.T) {
	w := newWorld(t)
	for row, c := range map[string]struct {
		change func(*world, string, client.Client, tokens) error
		status int
		code   oauth.Code // "" if it goes on
	}{
		"nothing": {change: func(*world, string, client.Client, tokens) error { return nil }},
		"user disabled": {func(w *world, name string, _ client.Client, _ tokens) error {
			return w.Accounts.SetDisabled(w.Context(), name, true)
		}, 400, oauth.InvalidGrant},
		"user removed": {func(w *world, name string, _ client.Client, _ tokens) error {
			return w.Accounts.Remove(w.Context(), name)
		}, 400, oauth.InvalidGrant},
		"somebody else has the name": {func(w *world, name string, _ client.Client, _ tokens) error {
			account, err := w.Accounts.Get(w.Context(), name)
			w.must(err)
			w.must(w.Accounts.Remove(w.Context(), name))
			hashed, err := w.Accounts.Hash(w.Context(), account, password)
			w.must(err)
			_, err = w.Accounts.Add(w.Context(), account, hashed)
			return err
		}, 400, oauth.InvalidGrant},
		"unlinked": {func(w *world, name string, _ client.Client, _ tokens) error {
			return w.Accounts.Unlink(w.Context(), name, "RelatedPerson/pat-cleo")
		}, 400, oauth.InvalidGrant},
		"linked to somebody else": {func(w *world, name string, _ client.Client, _ tokens) error {
			return w.Accounts.Link(w.Context(), name, "Patient/amara")
		}, 400, oauth.InvalidGrant},
		"another user disabled": {change: func(w *world, name string, _ client.Client, _ tokens) error {
			return w.Accounts.SetDisabled(w.Context(), "helen", true)
		}},
		"client removed": {func(w *world, _ string, app client.Client, _ tokens) error {
			return w.Clients.Remove(w.Context(), app.ID)
		}, 401, oauth.InvalidClient},
		"client may not refresh any more": {func(w *world, name string, app client.Client, _ tokens) error {
			app, err := w.Clients.Get(w.Context(), app.ID)
			w.must(err)
			app.GrantTypes = []string{client.AuthorizationCode}
			return w.Clients.Update(w.Context(), app)
		}, 400, oauth.UnauthorizedClient},
		"client registered for less": {func(w *world, _ string, app client.Client, _ tokens) error {
			return w.change(app, func(c *client.Client) { c.Scopes = "offline_access user/Patient.rs?_tag=a" })
		}, 400, oauth.InvalidGrant},
		"client registered for other things": {func(w *world, _ string, app client.Client, _ tokens) error {
			return w.change(app, func(c *client.Client) { c.Scopes = "offline_access patient/*.cruds" })
		}, 400, oauth.InvalidGrant},
		"client registered for what it has": {change: func(w *world, _ string, app client.Client, _ tokens) error {
			return w.change(app, func(c *client.Client) { c.Scopes = "offline_access user/Patient.cruds" })
		}},
		"consent revoked": {func(w *world, name string, app client.Client, got tokens) error {
			b := w.browser()
			b.logInAs(name)
			caller, err := w.Tokens.Authenticate(w.Context(), got.AccessToken)
			w.must(err)
			answer := b.send(b.form(b.get("/apps"), "/apps"), page.FieldGrant, caller.Grant.ID)
			if answer.status != http.StatusOK || w.good(got.AccessToken) {
				w.Errorf("revoking: %d %s", answer.status, answer.body)
			}
			return nil
		}, 400, oauth.InvalidGrant},
	} {
		app, _ := w.app()
		name := w.another("pat")
		got := w.granted(app, name, "offline_access user/Patient.rs")
		w.must(c.change(w, name, app, got))
		answer := w.refresh(app, got.RefreshToken)
		if c.code == "" {
			w.tokens(answer)
			continue
		}
		if w.mustRefuse(answer, c.status, c.code); t.Failed() {
			t.Fatal(row)
		}
	}
}

// A server that was started anew with less for a role leaves nobody of it more.
func TestAuth34RolesThatMayLess(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	const scopes = "offline_access patient/Patient.rs"
	amara, pat := w.granted(app, "amara", scopes), w.grantedFor(app, "pat", scopes, "ben")
	for _, c := range []struct {
		most string
		good bool
	}{
		{"offline_access patient/*.rs", true}, {"patient/*.rs", false}, {"offline_access patient/Patient.r", false}, {"offline_access patient/Patient.cruds", true},
	} {
		bounds, refused := w.Language.ParseBounds(c.most)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		restarted := w.Config
		restarted.Roles = map[user.Role]scope.Bounds{user.Patient: bounds}
		handler, err := New(restarted)
		w.must(err)
		refresh := func(token string) int {
			form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {app.ID}}
			request := httptest.NewRequest(http.MethodPost, "/auth/token", strings.NewReader(form.Encode()))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != http.StatusOK && !strings.Contains(answer.Body.String(), `"invalid_grant"`) {
				t.Errorf("%s: %d %s", c.most, answer.Code, answer.Body)
			}
			return answer.Code
		}
		// Within the grace the same answer comes again.
		if got := refresh(amara.RefreshToken) == http.StatusOK; got != c.good {
			t.Errorf("of the role, %s: %v", c.most, got)
		}
		if refresh(pat.RefreshToken) != http.StatusOK {
			t.Errorf("of another role, %s", c.most)
		}
	}
}

// logInAs logs in without any app.
func (b *browser) logInAs(name string) {
	b.Helper()
	answer := b.send(b.form(b.get("/login"), "/login"), page.FieldName, name, page.FieldPassword, password)
	if answer.status != http.StatusSeeOther {
		b.Fatalf("login: %d %s", answer.status, answer.body)
	}
}

func TestAuth35OnlineEndsWithTheSession(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	in := func(b *browser, scopes string) tokens {
		w.Helper()
		return w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, scopes))))))
	}
	b, elsewhere := w.browser(), w.browser()
	b.logInAs("amara")
	elsewhere.logInAs("amara")
	online, offline := in(b, "online_access patient/Patient.rs"), in(b, "offline_access patient/Patient.rs")
	plain, other := in(b, "patient/Patient.rs"), in(elsewhere, "online_access patient/Patient.rs")
	online = w.tokens(w.refresh(app, online.RefreshToken))

	if answer := b.send(b.form(b.get("/"), "/logout")); answer.status != http.StatusOK {
		t.Fatalf("logout: %d", answer.status)
	}
	if w.good(online.AccessToken) {
		t.Error("the online token is good after the logout")
	}
	w.mustRefuse(w.refresh(app, online.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
	for name, token := range map[string]string{"offline": offline.AccessToken, "plain": plain.AccessToken, "another session's": other.AccessToken} {
		if !w.good(token) {
			t.Errorf("the %s token ended with the session", name)
		}
	}
	w.tokens(w.refresh(app, offline.RefreshToken))
	w.tokens(w.refresh(app, other.RefreshToken))

	// A session that ends by itself takes its grants along.
	w.clock.Advance(12 * time.Hour)
	w.mustRefuse(w.refresh(app, other.RefreshToken), http.StatusBadRequest, oauth.InvalidGrant)
}

// Whoever chooses another password by a link has thrown everybody else out, apps too.
func TestAuth35AnotherPasswordEndsGrants(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	online, offline := w.granted(app, "amara", "online_access patient/Patient.rs"), w.granted(app, "amara", "offline_access patient/Patient.rs")
	account, err := w.Accounts.Get(t.Context(), "amara")
	w.must(err)
	link, err := w.Invitations.Invite(t.Context(), account, time.Hour)
	w.must(err)
	b := w.browser()
	if answer := b.send(b.form(b.get("/welcome?token="+link), "/welcome"), page.FieldPassword, "another good password"); answer.status != http.StatusOK {
		t.Fatalf("%d %s", answer.status, answer.body)
	}
	if w.good(online.AccessToken) || w.good(offline.AccessToken) {
		t.Errorf("online %v, offline %v", w.good(online.AccessToken), w.good(offline.AccessToken))
	}
}

func TestAuth36LaunchContextStays(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	scopes := "launch/patient launch/encounter offline_access user/Patient.rs user/Encounter.rs openid fhirUser"
	b := w.browser()
	page1 := b.logIn(b.authorize(w.asking(app, scopes)), "helen")
	picked := b.follow(b.send(b.form(page1, "/auth/patient"), page.FieldPatient, "amara"))
	picked = b.follow(b.send(b.form(picked, "/auth/context"), page.FieldEncounter, "visit"))
	first := w.tokens(w.redeem(app, b.code(b.allow(picked))))
	if first.Patient != "amara" || first.Encounter != "visit" {
		t.Fatalf("%+v", first)
	}
	// The same user is with another patient now.
	w.grantedFor(app, "helen", "launch/patient offline_access user/Patient.rs", "ben")
	next := w.tokens(w.refresh(app, first.RefreshToken, "patient", "ben"))
	if next.Patient != "amara" || next.Encounter != "visit" || next.Scope != scopes || next.IDToken == "" {
		t.Errorf("%+v", next)
	}
	// The context is the grant's, also for a token that has fewer scopes.
	narrow := w.tokens(w.refresh(app, next.RefreshToken, "scope", "user/Patient.rs"))
	caller, err := w.Tokens.Authenticate(t.Context(), narrow.AccessToken)
	w.must(err)
	if narrow.Patient != "amara" || caller.Grant.Patient != "amara" || narrow.IDToken != "" {
		t.Errorf("%+v", narrow)
	}
}

// grantedFor is granted for a user who picks a patient.
func (w *world) grantedFor(app client.Client, name, scopes, patient string) tokens {
	w.Helper()
	b := w.browser()
	picker := b.logIn(b.authorize(w.asking(app, scopes)), name)
	return w.tokens(w.redeem(app, b.code(b.allow(b.follow(b.send(b.form(picker, "/auth/patient"), page.FieldPatient, patient))))))
}
