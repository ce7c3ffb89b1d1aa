package smart

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/user"
)

// launch launches an app from the simulator, and is what its launch URI is called with.
func (b *browser) launch(app client.Client, fields ...string) url.Values {
	b.Helper()
	r := b.send(b.form(b.get("/launch"), "/launch"), append([]string{"client_id", app.ID}, fields...)...)
	root, err := html.Parse(strings.NewReader(r.body))
	b.must(err)
	for n := range root.Descendants() {
		for _, name := range []string{"href", "src"} {
			if rest, ok := strings.CutPrefix(attribute(n, name), app.LaunchURI+"?"); ok {
				q, err := url.ParseQuery(rest)
				b.must(err)
				return q
			}
		}
	}
	b.Fatalf("no launch: %d %v\n%s", r.status, b.texts(r, "div.problem"), r.body)
	return nil
}

const launchScopes = "launch openid patient/Patient.rs"

// A handle is good once, for the app and the session that it was made for, and for five
// minutes; it says nothing itself.
func TestAuth13LaunchHandle(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	other, _ := w.app()
	helen, amara := w.user("helen"), w.user("amara")
	fresh := func() string { return helen.launch(app, "patient", "ben").Get("launch") }
	begin := func(b *browser, app client.Client, handle string) response {
		return b.authorize(w.asking(app, launchScopes, "launch", handle))
	}
	refused := func(what, want string, b *browser, r response) {
		t.Helper()
		if code, description := b.refused(r); code != want || !strings.HasPrefix(description, "launch: ") {
			t.Errorf("%s: %s %s", what, code, description)
		}
	}
	handle := fresh()
	for what, forged := range map[string]string{
		"unknown": "x", "cut": handle[:len(handle)-1], "longer": handle + "A", "of another kind": strings.Replace(handle, "grl_", "grc_", 1),
		"another one": handle[:len(handle)-2] + "AA", "with NUL": handle + "\x00", "an id": "ben", "long": strings.Repeat("g", 50000),
	} {
		refused(what, "invalid_request", helen, begin(helen, app, forged))
	}
	refused("another app's", "invalid_request", helen, begin(helen, other, handle))
	page := begin(helen, app, handle) // it is still the app's
	page.shows(t, http.StatusOK, "Ben Reyes")
	refused("used", "invalid_request", helen, begin(helen, app, handle))
	if got := w.tokens(w.redeem(app, helen.code(helen.allow(page)))); got.Patient != "ben" {
		t.Errorf("%+v", got)
	}
	refused("another session's", "access_denied", amara, begin(amara, app, fresh()))
	stranger := w.browser()
	refused("somebody's who logs in first", "access_denied", stranger, stranger.logIn(begin(stranger, app, fresh()), "helen"))
	handle = fresh()
	w.clock.Advance(auth.UsualLifetimes().Launch)
	refused("too old", "invalid_request", helen, begin(helen, app, handle))
	refused("without the scope launch", "invalid_request", helen, helen.authorize(w.asking(app, "openid", "launch", fresh())))
	if a, b := fresh(), fresh(); a == b || len(a) < 43 || strings.Contains(a, "ben") {
		t.Errorf("%s %s", a, b)
	}
}

// The user of the health record may have to show again who they are, and the launch is
// still theirs; and of nobody else.
func TestAuth13LoginWithinALaunch(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for name, want := range map[string]bool{"helen": true, "pat": false} { // who could see the patient, too
		helen := w.user("helen")
		page := helen.authorize(w.asking(app, launchScopes, "launch", helen.launch(app, "patient", "ben").Get("launch"), "prompt", "login"))
		page = helen.logIn(page, name)
		if !want {
			if code, _ := helen.refused(page); code != "access_denied" {
				t.Errorf("%s: %s", name, code)
			}
			continue
		}
		if got := w.tokens(w.redeem(app, helen.code(helen.allow(page)))); got.Patient != "ben" {
			t.Errorf("%+v", got)
		}
	}
}

// All that the simulator is told reaches the app, and nothing that the app is not
// granted.
func TestLaunchContext(t *testing.T) {
	w := newWorld(t)
	w.put(`{"resourceType":"ImagingStudy","id":"scan","status":"available","subject":{"reference":"Patient/ben"}}`)
	app, _ := w.app()
	b := w.user("helen")
	handle := b.launch(app, "patient", "ben", "encounter", "of-ben", "location", "ward", "intent", "reconcile-medications", "tenant", "t-1",
		"fhir_context", "ImagingStudy/scan\r\n\r\nEncounter/visit https://example.org/role/previous\r\n", "need_patient_banner", "true", "mode", "tab")
	if handle.Get("iss") != w.URLs.FHIR || len(handle) != 2 {
		t.Errorf("%v", handle)
	}
	page := b.authorize(w.asking(app, launchScopes+" launch/location launch/encounter", "launch", handle.Get("launch")))
	page.shows(t, http.StatusOK, "Visit: 3 May 2026")
	banner, yes := w.tokens(w.redeem(app, b.code(b.allow(page)))).launchContext, true
	want := launchContext{
		Patient: "ben", Encounter: "of-ben", NeedPatientBanner: &yes, Intent: "reconcile-medications", Tenant: "t-1", SmartStyleURL: banner.SmartStyleURL,
		FHIRContext: []auth.Context{{Reference: "Location/ward"}, {Reference: "ImagingStudy/scan"}, {Reference: "Encounter/visit", Role: "https://example.org/role/previous"}},
	}
	if !reflect.DeepEqual(banner, want) || !strings.HasPrefix(banner.SmartStyleURL, w.URLs.Base+"/static/") {
		t.Errorf("%+v", banner)
	}
	if r := b.get(strings.TrimPrefix(banner.SmartStyleURL, w.URLs.Base)); r.status != http.StatusOK || !strings.Contains(r.body, "color_background") {
		t.Errorf("style: %d %s", r.status, r.body)
	}

	f := b.form(b.get("/launch"), "/launch") // as it is, but for the style
	f.fields.Del("smart_style")
	page = b.send(f, "client_id", app.ID, "patient", "ben")
	_, rest, _ := strings.Cut(page.body, "launch=")
	handle.Set("launch", rest[:strings.IndexAny(rest, `"&`)])
	page = b.authorize(w.asking(app, launchScopes, "launch", handle.Get("launch")))
	got := w.tokens(w.redeem(app, b.code(b.allow(page))))
	if no := false; !reflect.DeepEqual(got.launchContext, launchContext{Patient: "ben", NeedPatientBanner: &no}) {
		t.Errorf("%+v", got.launchContext)
	}

	// Without the scope, which the user can untick, the launch says nothing.
	page = b.authorize(w.asking(app, launchScopes, "launch", b.launch(app, "patient", "ben", "intent", "x", "tenant", "y").Get("launch")))
	f = b.form(page, "/auth/consent")
	f.fields["scope"] = []string{"openid"}
	got = w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow"))))
	if got.Patient != "" || got.Intent != "" || got.Tenant != "" || got.Encounter != "" {
		t.Errorf("%+v", got)
	}
}

// A launch without a patient, of an app that needs one, has it picked.
func TestLaunchWithoutPatient(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	page := b.authorize(w.asking(app, launchScopes+" launch/encounter", "launch", b.launch(app).Get("launch")))
	page = b.pick(b.pick(page, "/auth/patient", "patient", "amara"), "/auth/context", "encounter", "visit")
	if got := w.tokens(w.redeem(app, b.code(b.allow(page)))); got.Patient != "amara" || got.Encounter != "visit" {
		t.Errorf("%+v", got)
	}
}

// The simulator launches with what its user may see, as it belongs together, and says
// what is wrong else.
func TestLaunchRefusals(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	without, _ := w.app(func(c *client.Client) { c.LaunchURI = "" })
	for name, c := range map[string]struct {
		as     string
		fields []string
		want   string
	}{
		"no app":                  {"helen", []string{"client_id", ""}, "Choose an app that has a launch URI."},
		"an unknown app":          {"helen", []string{"client_id", "../nobody"}, "Choose an app that has a launch URI."},
		"no launch URI":           {"helen", []string{"client_id", without.ID}, "Choose an app that has a launch URI."},
		"unknown patient":         {"helen", []string{"patient", "nobody"}, "the patient in context is none"},
		"impossible patient":      {"helen", []string{"patient", "a b\x00"}, "the patient in context is none"},
		"somebody else":           {"amara", []string{"patient", "ben"}, "the patient in context is none"},
		"encounter of another":    {"helen", []string{"patient", "ben", "encounter", "visit"}, "the encounter in context is none"},
		"encounter of nobody":     {"helen", []string{"encounter", "visit"}, "encounter: it needs the patient"},
		"unknown location":        {"helen", []string{"location", "x"}, "the location in context is none"},
		"unseen context":          {"amara", []string{"fhir_context", "Encounter/of-ben https://example.org/role"}, "the encounter in context is none"},
		"Patient as context":      {"helen", []string{"fhir_context", "Patient/ben"}, "each line is a reference"},
		"Encounter as context":    {"helen", []string{"fhir_context", "Encounter/visit launch"}, "each line is a reference"},
		"a relative role":         {"helen", []string{"fhir_context", "Location/ward previous"}, "each line is a reference"},
		"no reference":            {"helen", []string{"fhir_context", "ward"}, "each line is a reference"},
		"no resource type":        {"helen", []string{"fhir_context", "Nothing/ward"}, "Nothing"},
		"too many":                {"helen", []string{"fhir_context", strings.Repeat("Location/ward\n", 21)}, "too many"},
		"a long intent":           {"helen", []string{"intent", strings.Repeat("i", 201)}, "intent: it is too long"},
		"an account that is real": {"amara", []string{"user", "helen"}, "Your account is of a role that may not do this."},
	} {
		b := w.user(c.as)
		f := b.form(b.get("/launch"), "/launch")
		r := b.send(f, append([]string{"client_id", app.ID}, c.fields...)...)
		if r.status >= 500 || r.status < 400 || !strings.Contains(html.UnescapeString(r.body), c.want) || strings.Contains(r.body, "grl_") {
			t.Errorf("%s: %d %q", name, r.status, append(b.texts(r, "div.problem"), b.texts(r, "p")...))
		}
	}
}

// What was launched is looked at again when it is granted.
func TestLaunchContextIsCheckedAgain(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	helen := w.user("helen")
	id := helen.sessionID()
	for name, launch := range map[string]auth.EHRLaunch{
		"encounter of another": {Patient: "ben", Launch: auth.Launch{Encounter: "visit"}},
		"unknown patient":      {Patient: "gone"},
		"unknown context":      {Patient: "ben", Launch: auth.Launch{FHIRContext: []auth.Context{{Reference: "Location/gone"}}}},
	} {
		launch.Client, launch.Session = app.ID, id
		handle, err := w.Tokens.NewLaunch(t.Context(), launch)
		w.must(err)
		if code, _ := helen.refused(helen.authorize(w.asking(app, launchScopes, "launch", handle))); code != "access_denied" {
			t.Errorf("%s: %s", name, code)
		}
	}
}

// Whoever works with the record launches, and in a sandbox everyone.
func TestWhoMayLaunch(t *testing.T) {
	for _, sandbox := range []bool{true, false} {
		w := newWorld(t, func(c *Config) { c.Sandbox = sandbox })
		app, _ := w.app()
		for name, want := range map[string]bool{"amara": sandbox, "pat": sandbox, "helen": true, "root": true} {
			b := w.user(name)
			r := b.get("/launch")
			if (r.status == http.StatusOK) != want || !want && r.status != http.StatusForbidden {
				t.Errorf("%v %s: %d", sandbox, name, r.status)
			}
			token := b.form(b.get("/apps"), "/logout").fields.Get("csrf")
			r = b.do(http.MethodPost, "/launch", url.Values{"csrf": {token}, "client_id": {app.ID}})
			if (r.status == http.StatusOK) != want || !want && r.status != http.StatusForbidden {
				t.Errorf("%v %s launches: %d", sandbox, name, r.status)
			}
		}
		if r := w.browser().get("/launch"); r.status != http.StatusSeeOther || r.header.Get("Location") != "/login?next=%2Flaunch" {
			t.Errorf("nobody: %d %s", r.status, r.header.Get("Location"))
		}
	}
}

// A demonstration account is somebody as whom everyone may launch, and no other is.
func TestLaunchAsSomebodyElse(t *testing.T) {
	const open = "demonstration"
	w := newWorld(t, func(c *Config) { c.DemoPassword = open })
	account := user.Account{Name: "demo", DisplayName: "Demo Doe", Role: user.Practitioner, FHIRUser: "Practitioner/helen", Demo: true}
	hashed, err := w.Accounts.Hash(t.Context(), account, open)
	w.must(err)
	_, err = w.Accounts.Add(t.Context(), account, hashed)
	w.must(err)
	app, _ := w.app()
	b := w.user("amara")
	before := b.sessionID()
	b.get("/launch?user=demo").shows(t, http.StatusOK, "Ben Reyes")
	if page := b.get("/launch?user=helen"); strings.Contains(page.body, "Ben Reyes") {
		t.Error("the patients of an account that is no demonstration are shown")
	}
	handle := b.launch(app, "user", "demo", "patient", "ben").Get("launch")
	if after := b.sessionID(); after == before || after == "" {
		t.Errorf("session %q after %q", after, before)
	}
	page := b.authorize(w.asking(app, launchScopes, "launch", handle))
	page.shows(t, http.StatusOK, "Demo Doe")
	for _, name := range []string{"helen", "nobody", "DEMO "} {
		b.send(b.form(b.get("/launch"), "/launch"), "client_id", app.ID, "user", name).shows(t, http.StatusForbidden, "Your account is of a role that may not do this.")
	}
	// Where too many have tried to log in as it, nobody does.
	b = w.user("amara")
	for range 10 {
		failing := w.browser()
		failing.send(failing.form(failing.get("/login"), "/login"), "name", "demo", "password", "wrong")
	}
	r := b.send(b.form(b.get("/launch"), "/launch"), "client_id", app.ID, "user", "demo")
	if r.status != http.StatusTooManyRequests || strings.Count(r.body, "<html") != 1 || strings.Contains(r.body, "grl_") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// An embedded launch shows whose record it is, unless the app is to do so.
func TestLaunchInAFrame(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	f := b.form(b.get("/launch"), "/launch")
	r := b.send(f, "client_id", app.ID, "patient", "ben", "mode", "frame")
	r.shows(t, http.StatusOK, "Ben Reyes")
	if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src 'self' https://app.example") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("%s", policy)
	}
	r = b.send(f, "client_id", app.ID, "patient", "ben", "mode", "frame", "need_patient_banner", "true")
	if strings.Contains(r.body, "Ben Reyes") {
		t.Error("two banners")
	}
}

// The form is shown again with what was chosen, with the encounters of the patient and
// the patients that are searched for.
func TestLaunchForm(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	w.clock.Advance(time.Second)
	r := b.get("/launch?" + url.Values{"client_id": {app.ID}, "patient": {"ben"}, "encounter": {"of-ben"}, "q": {"reyes"}, "intent": {"i"}, "tenant": {"t"},
		"fhir_context": {"Location/ward"}, "need_patient_banner": {"true"}}.Encode())
	got := b.form(r, "/launch").fields
	got.Del("csrf")
	want := url.Values{"client_id": {app.ID}, "patient": {"ben"}, "encounter": {"of-ben"}, "location": {""}, "q": {"reyes"}, "intent": {"i"}, "tenant": {"t"},
		"fhir_context": {"Location/ward"}, "need_patient_banner": {"true"}}
	if !reflect.DeepEqual(got, want) || strings.Contains(r.body, "Okafor") {
		t.Errorf("%v", got)
	}
	if got := b.form(b.get("/launch"), "/launch").fields; !got.Has("smart_style") {
		t.Errorf("%v", got)
	}
	b.get("/launch?patient=%00&encounter=%FF&q=%00&client_id=%00").shows(t, http.StatusOK, "No patient")
}
