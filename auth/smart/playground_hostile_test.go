package smart

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Whatever is in the URL, the page is a page: no markup of others, no fault of the
// server's own.
func TestPlaygroundHostileInput(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	many := func(n int, of string) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(of, i))
		}
		return strings.Join(list, " ")
	}
	const attack = `<script>alert(1)</script>"'><img src=x onerror=alert(1)></textarea></pre>`
	for _, c := range []struct {
		name   string
		status int
		fields []string
	}{
		{"markup", 200, []string{"scope", attack + " patient/Observation.rs?code=" + attack + " patient/Observation.rs?code=%3Cscript%3E'", "user", "helen", "patient", "amara-okafor", "resource", attack, "q", attack}},
		{"markup in names", 400, []string{"scope", "patient/*.rs", "user", attack, "patient", attack, "client_id", attack}},
		{"not UTF-8", 200, []string{"scope", "\xff\xfe patient/*.rs\x00 patient/Observation.rs?code=%ff \u202e", "patient", "amara-okafor", "q", "\xff", "resource", "\xff/\xff"}},
		{"not UTF-8 in names", 400, []string{"scope", "patient/*.rs", "user", "\xff", "patient", "\x00"}},
		{"one of 100 KB", 200, []string{"scope", strings.Repeat("a", 100_000)}},
		{"a value of 100 KB", 200, []string{"scope", "system/Observation.rs?code=" + strings.Repeat("a", 100_000)}},
		{"values of 100 KB", 200, []string{"scope", "system/Observation.rs?code=" + strings.Repeat("a,", 50_000) + "a"}},
		{"parameters of 20 KB", 200, []string{"scope", "system/Observation.rs?code=b" + strings.Repeat("&code=a", 3_000)}},
		{"600 scopes", 200, []string{"scope", many(600, "system/Observation.rs?code=http://loinc.org|%d-4")}},
		{"5000 scopes", 400, []string{"scope", many(5000, "system/Goal.rs?code=%d")}},
		{"wildcards", 200, []string{"scope", many(101, "patient/*.rs?_tag=%d"), "patient", "amara-okafor"}},
		{"a patient who is nobody", 200, []string{"scope", "patient/Observation.rs", "patient", "nobody"}},
		{"a patient whom the user does not see", 200, []string{"scope", "patient/Observation.rs", "user", "jun", "patient", "amara-okafor"}},
		{"a path", 400, []string{"scope", "patient/*.rs", "patient", "../../etc"}},
	} {
		p := b.plays(c.fields...)
		if p.status != c.status || !utf8.ValidString(p.body) || len(p.body) > 2_000_000 || strings.Contains(p.body, "ZgotmplZ") {
			t.Errorf("%s: %d, %d bytes", c.name, p.status, len(p.body))
		}
		if len(p.all(nil, "h1", "")) != 1 || len(p.all(nil, "script", "")) != 0 || len(p.all(nil, "textarea", "")) != 1 || len(p.all(nil, "img", "")) != 1 {
			t.Errorf("%s: there is markup of others", c.name)
		}
		if strings.Contains(p.counts(), "Observation") && !strings.HasPrefix(c.name, "600") {
			t.Errorf("%s: %s", c.name, p.counts())
		}
	}
}

// A shell takes what is displayed for what it is.
func TestPlaygroundCommandsAreQuoted(t *testing.T) {
	w := sandbox(t)
	p := w.user("helen").plays("scope", "system/Observation.rs?code=a';$(touch${IFS}x)`b`").ok(t)
	if got, want := p.listings()[1], `token=$(granary token --scope 'system/Observation.rs?code=a'\'';$(touch${IFS}x)`+"`b`')"; !strings.HasPrefix(got, want) {
		t.Errorf("%s", got)
	}
}

// Outside a sandbox administrators may, and nobody else, as with their other pages.
func TestPlaygroundIsForAdministrators(t *testing.T) {
	for _, open := range []bool{false, true} {
		w := sandbox(t, func(c *Config) { c.Sandbox = open })
		const state = playgroundPath + "?patient=amara-okafor&scope=patient%2FObservation.rs"
		nobody := w.browser()
		r := nobody.get(state)
		if r.status != http.StatusSeeOther || r.header.Get("Location") != "/login?"+values("next", state) {
			t.Errorf("nobody: %d %v", r.status, r.header)
		}
		page := nobody.follow(nobody.send(nobody.form(nobody.get(r.header.Get("Location")), "/login"), "name", "ines", "password", password))
		page.shows(t, http.StatusOK, "What the token would reach")
		for name, may := range map[string]bool{"helen": open, "jun": open, "elena": open, "ines": true} {
			b := w.user(name)
			r := b.get(state)
			if may {
				r.shows(t, http.StatusOK, "amara-bp-2024-08")
			} else {
				r.shows(t, http.StatusForbidden, "Your account is of a role that may not do this.")
			}
			for _, path := range []string{"/", "/apps", "/launch"} {
				if linked := strings.Contains(b.get(path).body, `href="`+playgroundPath+`"`); linked != may {
					t.Errorf("%s of %s, in a sandbox %v: linked is %v", path, name, open, linked)
				}
			}
		}
		if linked := strings.Contains(w.browser().get("/").body, `href="`+playgroundPath+`"`); linked != open {
			t.Errorf("in a sandbox %v nobody's start page is linked: %v", open, linked)
		}
	}
}

// In a sandbox only administrators are shown as accounts that are not demonstration.
func TestPlaygroundUsers(t *testing.T) {
	w := sandbox(t)
	account := user.Account{Name: "real", DisplayName: "A real one", Role: user.Practitioner, FHIRUser: "Practitioner/helen-park"}
	hashed, err := w.Accounts.Hash(t.Context(), account, password)
	w.must(err)
	_, err = w.Accounts.Add(t.Context(), account, hashed)
	w.must(err)
	for name, want := range map[string]int{"helen": 400, "real": 200, "ines": 200} {
		if p := w.user(name).plays("scope", "user/Patient.rs", "user", "real"); p.status != want {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	w.must(w.Accounts.SetDisabled(t.Context(), "real", true))
	if p := w.user("ines").plays("scope", "user/Patient.rs", "user", "real"); p.status != 400 {
		t.Errorf("disabled: %d", p.status)
	}
}

// Nothing is issued, whatever is asked for.
func TestPlaygroundIssuesNothing(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	records := func() (names []string) {
		for _, kind := range []string{"access-token", "refresh-token", "grant", "grant-of", "grant-used", "authorization-code", "launch"} {
			keys, err := w.Store.Records().List(t.Context(), kind, "", 100)
			w.must(err)
			names = append(names, keys...)
		}
		return names
	}
	p := b.plays("scope", "launch openid fhirUser offline_access patient/*.cruds", "user", "helen", "patient", "amara-okafor").ok(t)
	p.shows(t, http.StatusOK, `"refresh_token": "(not issued)"`)
	p.shows(t, http.StatusOK, `"fhirUser": "`+w.URLs.FHIR+`/Practitioner/helen-park"`)
	b.plays("scope", "system/*.cruds").ok(t).shows(t, http.StatusOK, `"expires_in": 300`)
	if got := records(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if grants, err := w.Tokens.Grants(t.Context(), auth.AccountOwner("helen")); err != nil || len(grants) != 0 {
		t.Errorf("%v %v", grants, err)
	}
}

// Who looks is recorded, and whose data was seen.
func TestPlaygroundIsRecorded(t *testing.T) {
	w := sandbox(t)
	w.user("ines").plays("scope", signsOfAmara, "user", "helen", "patient", "amara-okafor", "resource", "Observation/amara-bp-2024-08").ok(t)
	w.must(w.Audit.Flush(t.Context()))
	q, err := w.Store.Registry().ParseSearch([]string{"AuditEvent"}, []search.Pair{{Name: "patient", Value: "amara-okafor"}, {Name: "altid", Value: "ines"}, {Name: "entity", Value: "Observation/amara-bp-2024-08"}},
		search.Options{Base: w.URLs.FHIR, Now: w.Clock(), MaxCount: 10, DefaultCount: 10})
	w.must(err)
	found, err := w.Store.View(store.Unrestricted("tests")).Search(t.Context(), q)
	if err != nil || len(found.Matches) != 1 || !strings.Contains(string(found.Matches[0].Body), "Practitioner/ines-moreau") {
		t.Errorf("%v %v", found.Matches, err)
	}
}
