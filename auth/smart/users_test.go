package smart

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/user"
)

// usersDo has an administrator do something on the page of users.
func (b *browser) usersDo(fields ...string) response {
	b.Helper()
	f := b.forms(b.get("/users"), "/users")
	return b.send(form{"/users", url.Values{"csrf": f[0].fields["csrf"]}}, fields...)
}

// Administrators alone see and change users, in a sandbox, too.
func TestWhoMayKeepUsers(t *testing.T) {
	w := newWorld(t)
	for name, want := range map[string]int{"amara": http.StatusForbidden, "pat": http.StatusForbidden, "helen": http.StatusForbidden, "root": http.StatusOK} {
		b := w.user(name)
		r := b.get("/users")
		if r.status != want || strings.Contains(r.body, "Pat Reyes") != (want == http.StatusOK) && name != "pat" {
			t.Errorf("%s: %d", name, r.status)
		}
		if want == http.StatusForbidden && (!strings.Contains(r.body, "Log in with another account.") || strings.Contains(r.body, "developer")) {
			t.Errorf("%s is told %s", name, r.body)
		}
		if strings.Contains(b.get("/apps").body, `href="/users"`) != (want == http.StatusOK) {
			t.Errorf("%s: the link", name)
		}
		token := b.form(b.get("/apps"), "/logout").fields.Get("csrf")
		r = b.do(http.MethodPost, "/users", url.Values{"csrf": {token}, "do": {"disable"}, "name": {"pat"}})
		if r.status != want {
			t.Errorf("%s: %d", name, r.status)
		}
		account, err := w.Accounts.Get(t.Context(), "pat")
		w.must(err)
		if account.Disabled != (want == http.StatusOK) {
			t.Errorf("%s has disabled pat", name)
		}
		w.must(w.Accounts.SetDisabled(t.Context(), "pat", false))
	}
	if r := w.browser().get("/users"); r.status != http.StatusSeeOther {
		t.Errorf("nobody: %d", r.status)
	}
}

// A user is added, and can log in; with a name that is taken, or a password that is too
// short, nothing is added.
func TestAddUser(t *testing.T) {
	w := newWorld(t)
	root := w.user("root")
	root.usersDo("do", "add", "name", "Dora", "display_name", "Dora <b>", "role", "patient", "fhir_user", "Patient/amara", "password", "long enough").shows(t, http.StatusOK, "The account is there.")
	b := w.browser()
	if r := b.send(b.form(b.get("/login"), "/login"), "name", "dora", "password", "long enough"); r.status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
	root.usersDo("do", "add", "name", "doc", "role", "practitioner", "password", "long enough").shows(t, http.StatusOK, "Practitioner/") // of their own
	for want, fields := range map[string][]string{
		"name: there is an account of this name already": {"name", "dora", "role", "patient", "fhir_user", "Patient/amara", "password", "long enough"},
		"password: ": {"name", "eve", "role", "patient", "fhir_user", "Patient/amara", "password", "short"},
		"fhirUser: ": {"name", "eve", "role", "patient", "fhir_user", "Practitioner/helen", "password", "long enough"},
		"role: ":     {"name", "eve", "role", "emperor", "fhir_user", "Patient/amara", "password", "long enough"},
		"name: ":     {"name", "e v\x00e", "role", "patient", "fhir_user", "Patient/amara", "password", "long enough"},
	} {
		r := root.usersDo(append([]string{"do", "add"}, fields...)...)
		r.shows(t, http.StatusBadRequest, want)
		if strings.Contains(r.body, "long enough") {
			t.Error("the password is shown")
		}
	}
	for want, fields := range map[string][]string{
		"fhirUser: there is no Patient/nobody in the store":   {"do", "add", "name", "eve", "role", "patient", "fhir_user", "Patient/nobody", "password", "long enough"},
		"fhirUser: there is no Patient/no-one in the store":   {"do", "invite", "role", "patient", "fhir_user", "Patient/no-one"},
		"link: there is no RelatedPerson/nobody in the store": {"do", "link", "name", "pat", "link", "RelatedPerson/nobody"},
		"fhirUser: there is no Nonsense/nobody in the store":  {"do", "add", "name", "eve", "role", "patient", "fhir_user", "Nonsense/nobody", "password", "long enough"},
		"fhirUser: it should be a reference like Patient/1":   {"do", "add", "name", "eve", "role", "patient", "fhir_user", "nobody", "password", "long enough"},
	} {
		root.usersDo(fields...).shows(t, http.StatusBadRequest, want)
	}
	if _, err := w.Accounts.Get(t.Context(), "eve"); err == nil {
		t.Error("eve is there")
	}
	root.usersDo("do", "make coffee", "name", "dora").shows(t, http.StatusBadRequest, "That form is not good any more")
	root.usersDo("do", "disable", "name", "nobody").shows(t, http.StatusBadRequest, "There is no account of this name.")
}

// Whatever changes who an account is ends its sessions, or at least what it has granted,
// at the next request.
func TestChangesOfUsersEndWhatTheyHave(t *testing.T) {
	for what, c := range map[string]struct {
		fields   []string
		session  bool // remains
		granted  bool // remains
		mayLogIn bool
	}{
		"disable":           {[]string{"do", "disable"}, false, false, false},
		"disable, as typed": {[]string{"do", "disable", "name", " PAT "}, false, false, false},
		"remove":            {[]string{"do", "remove"}, false, false, false},
		"password":          {[]string{"do", "password", "password", password}, false, false, true},
		"link":              {[]string{"do", "link", "link", "Patient/amara"}, true, false, true},
		"unlink":            {[]string{"do", "unlink", "link", "RelatedPerson/pat-cleo"}, true, false, true},
		"a wrong link":      {[]string{"do", "link", "link", "Practitioner/helen"}, true, true, true},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			app, _ := w.app()
			b := w.user("pat")
			page := b.pick(b.authorize(w.asking(app, patientScopes+" offline_access")), "/auth/patient", "patient", "ben")
			token := w.tokens(w.redeem(app, b.code(b.allow(page)))).AccessToken
			page = b.pick(b.authorize(w.asking(app, patientScopes+" offline_access")), "/auth/patient", "patient", "ben")
			late := b.code(b.allow(page))
			if _, err := w.Tokens.Authenticate(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			w.user("root").usersDo(append([]string{"name", "pat"}, c.fields...)...)
			if _, err := w.Tokens.Authenticate(t.Context(), token); (err == nil) != c.granted {
				t.Errorf("token: %v", err)
			}
			if (b.sessionID() != "") != c.session || (b.get("/apps").status == http.StatusOK) != c.session {
				t.Errorf("session %q", b.sessionID())
			}
			if r := w.redeem(app, late); (r.status == http.StatusOK) != c.granted {
				t.Errorf("a code of before: %d %s", r.status, r.body)
			}
			again := w.browser()
			if r := again.send(again.form(again.get("/login"), "/login"), "name", "pat", "password", password); (r.status == http.StatusSeeOther) != c.mayLogIn {
				t.Errorf("login: %d", r.status)
			}
		})
	}
}

// An administrator cannot shut themself out, however they write their name.
func TestAdministratorStays(t *testing.T) {
	w := newWorld(t)
	root := w.user("root")
	for _, name := range []string{"root", "ROOT", " root "} {
		for _, do := range []string{"disable", "remove"} {
			root.usersDo("do", do, "name", name).shows(t, http.StatusBadRequest, "this is your own account")
		}
	}
	if root.sessionID() == "" {
		t.Error("the session is over")
	}
}

// A one-time link makes an account, once, with what its redeemer chooses.
func TestInvitation(t *testing.T) {
	w := newWorld(t)
	root := w.user("root")
	page := root.usersDo("do", "invite", "role", "patient", "fhir_user", "Patient/amara", "display_name", "Amara the Second")
	page.shows(t, http.StatusOK, "Send this link to the person.")
	link := root.texts(page, "code.copy")[0]
	at, ok := strings.CutPrefix(link, w.URLs.Base)
	if !ok || !strings.HasPrefix(at, "/welcome?token=") {
		t.Fatal(link)
	}
	b := w.browser()
	f := b.form(b.get(at), "/welcome")
	b.send(f, "name", "amara", "password", "long enough").shows(t, http.StatusBadRequest, "name: there is an account of this name already")
	b.send(f, "name", "amara2", "password", "short").shows(t, http.StatusBadRequest, "password: ")
	b.send(f, "name", "amara2", "password", "long enough", "role", "administrator", "fhir_user", "Practitioner/helen").shows(t, http.StatusOK, "Your account is ready")
	account, err := w.Accounts.Get(t.Context(), "amara2")
	w.must(err)
	if account.Role != user.Patient || account.FHIRUser != "Patient/amara" || account.DisplayName != "Amara the Second" {
		t.Errorf("%+v", account)
	}
	for _, r := range []response{b.send(f, "name", "amara3", "password", "long enough"), b.get(at), b.get("/welcome"), b.get("/welcome?token=gri_" + strings.Repeat("A", 43))} {
		r.shows(t, http.StatusBadRequest, "This link is not good any more")
	}
	late := root.texts(root.usersDo("do", "invite", "role", "patient", "fhir_user", "Patient/amara"), "code.copy")[0]
	w.clock.Advance(invitationTime)
	b.get(strings.TrimPrefix(late, w.URLs.Base)).shows(t, http.StatusBadRequest, "This link is not good any more")
}

// A link for an account that is there sets its password, and ends what was there before:
// somebody else may have had the old one.
func TestInvitationForAPassword(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	token := w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "openid offline_access")))))).AccessToken
	link, err := w.Invitations.Invite(t.Context(), user.Account{Name: "amara"}, time.Hour)
	w.must(err)
	other := w.browser()
	f := other.form(other.get("/welcome?"+values("token", link)), "/welcome")
	other.send(f, "password", "another password").shows(t, http.StatusOK, "Your account is ready")
	if b.sessionID() != "" {
		t.Error("the session of before")
	}
	if _, err := w.Tokens.Authenticate(t.Context(), token); err == nil {
		t.Error("the grant of before")
	}
	if r := other.send(other.form(other.get("/login"), "/login"), "name", "amara", "password", "another password"); r.status != http.StatusSeeOther {
		t.Errorf("%d", r.status)
	}
}

// The first administrator is made by a link, and by no second one.
func TestFirstAdministrator(t *testing.T) {
	w := newWorld(t)
	w.must(w.Accounts.Remove(t.Context(), "root"))
	one, err := w.Invitations.FirstAdministrator(t.Context(), time.Hour)
	w.must(err)
	two, err := w.Invitations.FirstAdministrator(t.Context(), time.Hour)
	w.must(err)
	b := w.browser()
	page := b.get("/welcome?" + values("token", one))
	page.shows(t, http.StatusOK, "You will be the first administrator of this server.")
	second := b.form(b.get("/welcome?"+values("token", two)), "/welcome")
	b.send(b.form(page, "/welcome"), "name", "ada", "password", "long enough for it").shows(t, http.StatusOK, "Your account is ready")
	b.send(second, "name", "eve", "password", "long enough for it").shows(t, http.StatusBadRequest, "This link is not good any more")
	b.send(b.form(b.get("/login"), "/login"), "name", "ada", "password", "long enough for it")
	b.get("/users").shows(t, http.StatusOK, "Practitioner/")
	if grants, err := w.Tokens.Grants(t.Context(), auth.AccountOwner("ada")); err != nil || len(grants) != 0 {
		t.Errorf("%v %v", grants, err)
	}
}
