package smart

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/search"
)

const consentScopes = "launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs patient/Condition.cruds patient/MedicationRequest.rs?status=active"

// consent is the consent page of a request by amara.
func (w *world) consent(app client.Client, scopes string) (*browser, response) {
	w.Helper()
	b := w.user("amara")
	return b, b.authorize(w.asking(app, scopes))
}

// Consent says in words what each scope allows: its filters, what it writes, all types
// that there will ever be, and lasting access.
func TestAuth18ConsentSaysItAll(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, consentScopes+" patient/*.rs")
	for _, text := range []string{
		"Test app asks for access", "Amara Okafor", "It keeps its access.", "It can change data.", "changes data",
		"patient/MedicationRequest.rs?status=active", "app.example",
	} {
		page.shows(t, http.StatusOK, text)
	}
	labels := b.texts(page, "label")
	for _, words := range []string{
		"Read and search everything in your record, including kinds of data that are added later",
		"Read, search, create, change and delete every health problem in your record changes data",
		"Read and search every prescription in your record, only where status is active",
	} {
		if !slices.Contains(labels, words) {
			t.Errorf("nothing is said of %q: %q", words, labels)
		}
	}
	b, page = w.consent(app, "patient/Patient.rs online_access")
	page.shows(t, http.StatusOK, "Access ends when you log out.")
	for _, text := range []string{"It can change data.", "It keeps its access."} {
		if strings.Contains(page.body, text) {
			t.Errorf("%s, of an app that only reads", text)
		}
	}
	b.form(page, "/auth/consent")
	dynamic, _ := w.app(func(c *client.Client) { c.Dynamic = true })
	_, page = w.consent(dynamic, "openid")
	page.shows(t, http.StatusOK, "Nobody has checked this app.")
}

// What is unticked is not granted, and all the rest is.
func TestConsentUnticked(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	all := strings.Fields(consentScopes)
	for i, out := range all {
		b, page := w.consent(app, consentScopes)
		f := b.form(page, "/auth/consent")
		f.fields["scope"] = append(append([]string{}, all[:i]...), all[i+1:]...)
		got := w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow"))))
		want := strings.Join(f.fields["scope"], " ")
		if out == "openid" {
			want = strings.ReplaceAll(want, "fhirUser ", "") // which says nothing alone
		}
		if !sameScopes(got.Scope, want) || (got.RefreshToken != "") != (out != "offline_access") || (got.IDToken != "") != (out != "openid") {
			t.Errorf("without %s: %s", out, got.Scope)
		}
	}
}

// What was not offered is not granted, whatever the form says.
func TestConsentForged(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(withScopesOf("openid patient/Patient.rs patient/Observation.rs"))
	for _, forged := range []string{"patient/*.cruds", "system/*.cruds", "user/Patient.rs", "patient/Patient.cruds", "offline_access", "patient/Observation.rs?category=laboratory", "", "\x00", strings.Repeat("s", 10000)} {
		b, page := w.consent(app, "openid patient/Patient.rs patient/Observation.rs patient/Condition.rs")
		f := b.form(page, "/auth/consent")
		f.fields["scope"] = []string{"openid", forged}
		f.fields["category "+forged] = []string{"x"}
		if got := w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow")))); got.Scope != "openid" {
			t.Errorf("%q: %s", forged, got.Scope)
		}
		b, page = w.consent(app, "openid patient/Patient.rs")
		f = b.form(page, "/auth/consent")
		f.fields["scope"] = []string{forged}
		b.send(f, "decision", "allow").shows(t, http.StatusOK, "Nothing is ticked.")
	}
}

const vitalSigns = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"
const laboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"

// A whole type is narrowed to the categories that are ticked, in granular scopes; a
// category that was not offered is none, and so nothing is left of the scope.
func TestConsentCategories(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	const of = "category patient/Observation.rs"
	for name, c := range map[string]struct {
		fields url.Values
		want   string
	}{
		"none":                    {url.Values{}, "patient/Patient.rs patient/Observation.rs"},
		"one":                     {url.Values{of: {vitalSigns}}, "patient/Patient.rs patient/Observation.rs?category=" + vitalSigns},
		"two":                     {url.Values{of: {vitalSigns, laboratory}}, "patient/Patient.rs patient/Observation.rs?category=" + vitalSigns + " patient/Observation.rs?category=" + laboratory},
		"one and a forged":        {url.Values{of: {vitalSigns, "x&_include=*"}}, "patient/Patient.rs patient/Observation.rs?category=" + vitalSigns},
		"a forged one":            {url.Values{of: {"x"}}, "patient/Patient.rs"},
		"of a type that has none": {url.Values{"category patient/Patient.rs": {vitalSigns}}, "patient/Patient.rs patient/Observation.rs"},
	} {
		b, page := w.consent(app, "patient/Patient.rs patient/Observation.rs")
		page.shows(t, http.StatusOK, `name="`+of+`" value="`+vitalSigns+`"`)
		f := b.form(page, "/auth/consent")
		for field, values := range c.fields {
			f.fields[field] = values
		}
		if got := w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow")))); !sameScopes(got.Scope, c.want) {
			t.Errorf("%s: %s", name, got.Scope)
		}
	}
}

// Deny is an answer, and so is whatever is no clear yes. Nothing ticked is none.
func TestConsentDenied(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for _, decision := range []string{"deny", "", "ALLOW", "allow ", "yes"} {
		b, page := w.consent(app, consentScopes)
		f := b.form(page, "/auth/consent")
		if code, description := b.refused(b.send(f, "decision", decision, "remember", "yes")); code != "access_denied" || description != "the user has not agreed" {
			t.Errorf("%q: %s %s", decision, code, description)
		}
		b.send(f, "decision", "allow").shows(t, http.StatusBadRequest, "There is nothing to answer")
		b.form(b.authorize(w.asking(app, consentScopes)), "/auth/consent") // a no is not remembered
	}
	b, page := w.consent(app, consentScopes)
	f := b.form(page, "/auth/consent")
	scopes := f.fields["scope"]
	f.fields.Del("scope")
	page = b.send(f, "decision", "allow")
	page.shows(t, http.StatusOK, "Nothing is ticked.")
	if got := b.form(page, "/auth/consent").fields["scope"]; len(got) != len(scopes) {
		t.Errorf("%v", got)
	}
	b.code(b.allow(page))
}

// A decision that is to be remembered stands for the same request and for less, and not
// for more, another patient or another user; and ends in "My apps".
func TestConsentRemembered(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	namesake, _ := w.app(func(c *client.Client) { c.ID = app.ID + "-2" })
	b := w.user("pat")
	const scopes = "openid launch/patient patient/Patient.rs patient/Observation.rs"
	ask := func(b *browser, app client.Client, scopes, patient string) response {
		page := b.authorize(w.asking(app, scopes))
		if patient == "" {
			return page
		}
		return b.pick(page, "/auth/patient", "patient", patient)
	}
	remember := func(app client.Client, scopes, patient string, untick string) {
		f := b.form(ask(b, app, scopes, patient), "/auth/consent")
		f.fields["scope"] = strings.Fields(strings.ReplaceAll(scopes, untick, ""))
		b.code(b.send(f, "decision", "allow", "remember", "yes"))
	}
	granted := func(scopes, patient string) string {
		t.Helper()
		return w.tokens(w.redeem(app, b.code(ask(b, app, scopes, patient)))).Scope
	}
	asked := func(what string, r response) { t.Helper(); _ = what; b.form(r, "/auth/consent") }

	remember(app, scopes, "ben", "patient/Observation.rs")
	remember(namesake, scopes, "ben", "patient/Observation.rs")
	remember(app, "openid", "", "-")
	if got := granted(scopes, "ben"); got != "openid launch/patient patient/Patient.rs" { // what was unticked stays so
		t.Errorf("the same: %s", got)
	}
	if got := granted("launch/patient patient/Patient.rs", "ben"); got != "launch/patient patient/Patient.rs" {
		t.Errorf("less: %s", got)
	}
	if got := granted("openid", ""); got != "openid" {
		t.Errorf("less: %s", got)
	}
	asked("more", ask(b, app, scopes+" patient/Condition.rs", "ben"))
	asked("wider", ask(b, app, "openid launch/patient patient/Patient.cruds", "ben"))
	asked("only what was unticked", ask(b, app, "patient/Observation.rs", "ben"))
	asked("another patient", ask(b, app, scopes, "cleo"))
	helen := w.user("helen")
	helen.form(helen.pick(helen.authorize(w.asking(app, scopes)), "/auth/patient", "patient", "ben"), "/auth/consent")

	page := b.get("/apps")
	for _, id := range b.offeredBy(page, "grant") {
		b.send(b.form(page, "/apps"), "grant", id).shows(t, http.StatusOK, "My apps")
	}
	asked("after the app was revoked", ask(b, app, scopes, "ben"))
	asked("after the app was revoked, without a patient", ask(b, app, "openid", ""))
	b.code(ask(b, namesake, scopes, "ben")) // of which there is a grant no more, and which was not revoked
}

// A decision is shown for as long as it counts, also when nothing is left of what was
// granted by it; who takes it back is asked again, and nobody else is.
func TestConsentRememberedIsShownAndTakenBack(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(withName("Vital signs"))
	other, _ := w.app(func(c *client.Client) { c.ID, c.Name = app.ID+"-2", "Other" })
	b := w.user("pat")
	const scopes = "launch/patient patient/Patient.rs"
	ask := func(b *browser, app client.Client, patient string) response {
		return b.pick(b.authorize(w.asking(app, scopes)), "/auth/patient", "patient", patient)
	}
	remember := func(b *browser, app client.Client, patient string) string {
		return b.code(b.send(b.form(ask(b, app, patient), "/auth/consent"), "decision", "allow", "remember", "yes"))
	}
	if ids := b.offeredBy(b.get("/apps"), "forget"); len(ids) != 0 {
		t.Errorf("%v", ids)
	}
	remember(b, app, "ben")
	w.redeem(app, remember(b, app, "cleo"))
	remember(b, other, "ben")
	helen := w.user("helen")
	remember(helen, app, "ben")
	w.clock.Advance(24 * time.Hour) // the grant is over
	b, helen = w.user("pat"), w.user("helen")
	shown := b.get("/apps")
	for _, text := range []string{"No app has access in your name.", "Not asked again", "Remembered until"} {
		shown.shows(t, http.StatusOK, text)
	}
	if ids := b.offeredBy(shown, "forget"); !slices.Equal(ids, []string{other.ID, app.ID}) { // by name
		t.Errorf("%v", ids)
	}
	for _, id := range []string{"", "nothing", "\x00", "helen/" + app.ID} {
		b.send(b.form(shown, "/apps/forget"), "forget", id).shows(t, http.StatusOK, "You will be asked again.")
	}
	b.code(ask(b, app, "ben"))
	left := b.send(b.form(shown, "/apps/forget"), "forget", app.ID)
	if ids := b.offeredBy(left, "forget"); !slices.Equal(ids, []string{other.ID}) {
		t.Errorf("%v", ids)
	}
	if got := w.recorded(search.Pair{Name: "subtype", Value: "consent"}, search.Pair{Name: "action", Value: "D"}); !slices.Equal(got, []string{"0 pat " + app.ID + ": what was remembered is forgotten"}) {
		t.Errorf("%q", got)
	}
	b.form(ask(b, app, "ben"), "/auth/consent")
	b.form(ask(b, app, "cleo"), "/auth/consent")
	b.code(ask(b, other, "ben"))
	helen.code(ask(helen, app, "ben"))
	w.must(w.Clients.Remove(t.Context(), other.ID))
	if ids := b.offeredBy(b.get("/apps"), "forget"); len(ids) != 0 {
		t.Errorf("%v", ids)
	}
}

// A decision that narrowed a scope stands as it was, and is asked for nothing beside it.
func TestConsentRememberedNarrowed(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "patient/Observation.rs patient/Patient.rs")
	f := b.form(page, "/auth/consent")
	f.fields["category patient/Observation.rs"] = []string{vitalSigns}
	const narrowed = "patient/Observation.rs?category=" + vitalSigns
	first := w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow", "remember", "yes"))))
	again := w.tokens(w.redeem(app, b.code(b.authorize(w.asking(app, "patient/Observation.rs patient/Patient.rs")))))
	if first.Scope != narrowed+" patient/Patient.rs" || again.Scope != first.Scope {
		t.Errorf("%s, and then %s", first.Scope, again.Scope)
	}
	b.form(b.authorize(w.asking(app, "patient/Observation.rs?category="+laboratory)), "/auth/consent")
}

// What was decided stays decided when the password changes, and not when the account is
// another one of the same name.
func TestConsentRememberedOfTheAccount(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "openid")
	b.code(b.send(b.form(page, "/auth/consent"), "decision", "allow", "remember", "yes"))
	root := w.user("root")
	users := func(fields ...string) {
		t.Helper()
		if r := root.send(root.form(root.get("/users"), "/users"), fields...); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	users("do", "password", "name", "amara", "password", password)
	b = w.user("amara")
	b.code(b.authorize(w.asking(app, "openid")))
	users("do", "remove", "name", "amara")
	users("do", "add", "name", "amara", "password", password, "role", "patient", "fhir_user", "Patient/amara")
	b = w.user("amara")
	b.form(b.authorize(w.asking(app, "openid")), "/auth/consent")
}

// Nothing was decided on an app that has the id of one that was removed.
func TestConsentRememberedOfTheApp(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(func(c *client.Client) { c.ID = "growth" })
	b, page := w.consent(app, "openid")
	b.code(b.send(b.form(page, "/auth/consent"), "decision", "allow", "remember", "yes"))
	w.must(w.change(app, func(c *client.Client) { c.Name = "Growth Chart" }))
	b.code(b.authorize(w.asking(app, "openid"))) // it is the same one

	w.must(w.Clients.Remove(t.Context(), app.ID))
	next, _ := w.app(func(c *client.Client) { c.ID = "growth" })
	b.form(b.authorize(w.asking(next, "openid")), "/auth/consent")
}

// A request that is on its way is answered at a redirect URI that is registered, still.
func TestRedirectURITakenAway(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "openid")
	f := b.form(page, "/auth/consent")
	w.must(w.change(app, func(c *client.Client) { c.RedirectURIs = []string{"https://app.example/2"} }))
	for _, decision := range []string{"allow", "deny"} {
		if r := b.send(f, "decision", decision); r.header.Get("Location") != "" || r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", decision, r.status, r.header)
		}
	}
	if r := b.get("/auth/continue?" + values("request", f.fields.Get("request"))); r.header.Get("Location") != "" || r.status != http.StatusBadRequest {
		t.Errorf("%d %v", r.status, r.header)
	}
	w.must(w.change(app, func(c *client.Client) { c.RedirectURIs = []string{redirectURI} }))
	b.code(b.send(f, "decision", "allow"))
}

// Two requests are answered side by side, each by its own page.
func TestTwoTabs(t *testing.T) {
	w := newWorld(t)
	one, _ := w.app(withName("One"))
	two, _ := w.app(withName("Two"))
	b := w.user("amara")
	first, second := b.authorize(w.asking(one, "openid", "state", "1")), b.authorize(w.asking(two, "openid patient/Patient.rs", "state", "2"))
	first.shows(t, http.StatusOK, "One asks for access")
	second.shows(t, http.StatusOK, "Two asks for access")
	mixed := b.form(first, "/auth/consent")
	mixed.fields.Set("request", b.form(second, "/auth/consent").fields.Get("request"))
	b.send(mixed, "decision", "allow").shows(t, http.StatusBadRequest, "That form is not good any more")
	q := b.answered(b.allow(second))
	if got := w.tokens(w.redeem(two, q.Get("code"))); q.Get("state") != "2" || got.Scope != "openid patient/Patient.rs" {
		t.Errorf("%v %+v", q, got)
	}
	q = b.answered(b.allow(first))
	if got := w.tokens(w.redeem(one, q.Get("code"))); q.Get("state") != "1" || got.Scope != "openid" {
		t.Errorf("%v %+v", q, got)
	}
}

// A consent that is sent twice, also at the same time, makes one code; and who goes back
// to its page is told that it was answered.
func TestConsentTwice(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "openid")
	f := b.form(page, "/auth/consent")
	f.fields.Set("decision", "allow")
	const n = 8
	answers := make([]response, n)
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() { answers[i] = b.do(http.MethodPost, f.action, f.fields) })
	}
	done.Wait()
	codes := 0
	for _, r := range answers {
		if r.status == http.StatusSeeOther && strings.Contains(r.header.Get("Location"), "code=") {
			codes++
		} else if r.status != http.StatusBadRequest {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if codes != 1 {
		t.Errorf("%d codes", codes)
	}
	b.get("/auth/continue?"+values("request", f.fields.Get("request"))).shows(t, http.StatusBadRequest, "There is nothing to answer")
	b.send(f, "decision", "deny").shows(t, http.StatusBadRequest, "There is nothing to answer")
}

// Pages of a request that is too old say so.
func TestRequestExpires(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "openid")
	f := b.form(page, "/auth/consent")
	w.clock.Advance(requestTime + 1)
	b.send(f, "decision", "allow").shows(t, http.StatusBadRequest, "There is nothing to answer")
}

// A request whose app is removed while its user thinks is over, and so is one whose user
// logs out: it asks for a login again.
func TestConsentOfWhatIsGone(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b, page := w.consent(app, "openid")
	f := b.form(page, "/auth/consent")
	b.send(b.form(b.get("/apps"), "/logout"))
	b.send(f, "decision", "allow").shows(t, http.StatusBadRequest, "That form is not good any more")
	page = b.get("/auth/continue?" + values("request", f.fields.Get("request")))
	page = b.logIn(page, "amara")
	w.must(w.Clients.Remove(t.Context(), app.ID))
	b.send(b.form(page, "/auth/consent"), "decision", "allow").shows(t, http.StatusBadRequest, "There is nothing to answer")
	if grants, err := w.Tokens.Grants(t.Context(), auth.AccountOwner("amara")); err != nil || len(grants) != 0 {
		t.Errorf("%v %v", grants, err)
	}
}
