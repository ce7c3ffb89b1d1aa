package smart

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/user"
)

const patientScopes = "launch/patient patient/Patient.rs"

// offeredBy are the values of the buttons of a picker.
func (b *browser) offeredBy(r response, field string) []string {
	b.Helper()
	root, err := html.Parse(strings.NewReader(r.body))
	b.must(err)
	var values []string
	for n := range root.Descendants() {
		if n.Data == "button" && attribute(n, "name") == field && attribute(n, "value") != "" {
			values = append(values, attribute(n, "value"))
		}
	}
	return values
}

// The picker offers those for whom the user may act, and takes no other, however it is
// answered.
func TestAuth14PatientPicker(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for name, c := range map[string]struct{ offered, refused []string }{
		"pat":   {[]string{"ben", "cleo"}, []string{"amara", "nobody", "", "../x", "ben,cleo", "ben\x00", strings.Repeat("b", 100000)}},
		"helen": {[]string{"amara", "ben", "cleo"}, []string{"nobody", "", "%62en", "Patient/ben"}},
	} {
		b := w.user(name)
		page := b.authorize(w.asking(app, patientScopes))
		if got := b.offeredBy(page, "patient"); !slices.Equal(got, c.offered) {
			t.Errorf("%s is offered %q", name, got)
		}
		form := b.form(page, "/auth/patient")
		for _, id := range c.refused {
			r := b.send(form, "patient", id)
			r.shows(t, http.StatusOK, "Choose one of these.")
			if strings.Contains(r.body, "Amara") && name == "pat" {
				t.Errorf("%s sees Amara:\n%s", name, r.body)
			}
		}
		for _, id := range c.offered {
			page = b.follow(b.send(form, "patient", id))
			b.form(page, "/auth/consent")
		}
		got := w.tokens(w.redeem(app, b.code(b.allow(page))))
		if got.Patient != c.offered[len(c.offered)-1] {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A patient is not asked for whom, and can name nobody else, with or without a page.
func TestAuth14PatientIsThemself(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	page := b.authorize(w.asking(app, patientScopes))
	form := b.form(page, "/auth/consent")
	if code, _ := b.refused(b.send(form, "patient", "ben", "decision", "later")); code != "access_denied" { // which is no yes
		t.Errorf("%s", code)
	}
	page = b.authorize(w.asking(app, patientScopes))
	form = b.form(page, "/auth/consent")
	for _, id := range []string{"ben", "nobody"} {
		r := b.do(http.MethodPost, "/auth/patient", withField(form, "patient", id))
		r.shows(t, http.StatusOK, "Choose one of these.")
	}
	got := w.tokens(w.redeem(app, b.code(b.follow(b.send(form, "patient", "ben", "decision", "allow")))))
	if got.Patient != "amara" {
		t.Errorf("%+v", got)
	}
}

func withField(f form, name, value string) map[string][]string {
	fields := map[string][]string{}
	for k, v := range f.fields {
		fields[k] = v
	}
	fields[name] = []string{value}
	return fields
}

// A practitioner of a server that knows who cares for whom is offered those in their
// care, and nobody else goes.
func TestAuth14PanelOfCare(t *testing.T) {
	w := newWorld(t, careOnly)
	w.put(`{"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/ben"},"participant":[{"member":{"reference":"Practitioner/helen"}}]}`,
		`{"resourceType":"CareTeam","id":"other","status":"active","subject":{"reference":"Patient/cleo"},"participant":[{"member":{"reference":"Practitioner/helen"}}]}`)
	app, _ := w.app()
	b := w.user("helen")
	page := b.authorize(w.asking(app, patientScopes))
	if got := b.offeredBy(page, "patient"); !slices.Equal(got, []string{"ben", "cleo"}) {
		t.Fatalf("%q", got)
	}
	b.send(b.form(page, "/auth/patient"), "patient", "amara").shows(t, http.StatusOK, "Choose one of these.")
	page = b.pick(page, "/auth/patient", "patient", "ben")
	w.put(`{"resourceType":"CareTeam","id":"team","status":"inactive","subject":{"reference":"Patient/ben"},"participant":[{"member":{"reference":"Practitioner/helen"}}]}`)
	// Whoever is no longer in her care is none of hers any more, also on the last page.
	if code, _ := b.refused(b.follow(b.send(b.form(page, "/auth/consent"), "decision", "allow"))); code != "access_denied" {
		t.Errorf("%s", code)
	}
}

func careOnly(c *Config) {
	c.Tokens = auth.NewTokens(c.Store, auth.PanelCare, c.Clock)
}

// The encounter in context is one of the patient in context, and no other goes, though
// the user may see it.
func TestAuth14EncounterOfThePatient(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	page := b.pick(b.authorize(w.asking(app, patientScopes+" launch/encounter")), "/auth/patient", "patient", "ben")
	if got := b.offeredBy(page, "encounter"); !slices.Equal(got, []string{"of-ben"}) {
		t.Fatalf("%q", got)
	}
	form := b.form(page, "/auth/context")
	for _, id := range []string{"visit", "nothing", "of-ben\x00", "../of-ben"} {
		b.send(form, "encounter", id).shows(t, http.StatusOK, "Choose one of these.")
	}
	page = b.pick(page, "/auth/context", "encounter", "of-ben")
	page.shows(t, http.StatusOK, "Visit: 3 May 2026")
	// The patient is chosen anew: the encounter is none of theirs.
	patient := withField(b.form(page, "/auth/consent"), "patient", "amara")
	if code, _ := b.refused(b.follow(b.do(http.MethodPost, "/auth/patient", patient))); code != "access_denied" {
		t.Errorf("%s", code)
	}
	page = b.pick(b.authorize(w.asking(app, patientScopes+" launch/encounter")), "/auth/patient", "patient", "ben")
	got := w.tokens(w.redeem(app, b.code(b.allow(b.pick(page, "/auth/context", "encounter", "of-ben")))))
	if got.Patient != "ben" || got.Encounter != "of-ben" {
		t.Errorf("%+v", got)
	}
}

// Locations are picked as the user sees them; there need be none, and no encounter.
func TestAuth14Location(t *testing.T) {
	w := newWorld(t)
	w.put(`{"resourceType":"Patient","id":"dora","name":[{"family":"Dell"}]}`)
	app, _ := w.app()
	b := w.user("helen")
	page := b.pick(b.authorize(w.asking(app, patientScopes+" launch/encounter launch/location")), "/auth/patient", "patient", "dora")
	if got := b.offeredBy(page, "location"); !slices.Equal(got, []string{"ward"}) { // Dora has no encounter: nobody is asked for one
		t.Fatalf("%q", got)
	}
	form := b.form(page, "/auth/context")
	for _, id := range []string{"nowhere", "amara", "ward/1"} {
		b.send(form, "location", id).shows(t, http.StatusOK, "Choose one of these.")
	}
	page = b.follow(b.send(form, "location", "ward"))
	page.shows(t, http.StatusOK, "Place: Ward 3")
	got := w.tokens(w.redeem(app, b.code(b.allow(page))))
	if got.Encounter != "" || len(got.FHIRContext) != 1 || got.FHIRContext[0].Reference != "Location/ward" {
		t.Errorf("%+v", got)
	}
	page = b.pick(b.authorize(w.asking(app, patientScopes+" launch/location")), "/auth/patient", "patient", "dora")
	got = w.tokens(w.redeem(app, b.code(b.allow(b.pick(page, "/auth/context", "location", "")))))
	if got.FHIRContext != nil {
		t.Errorf("%+v", got)
	}
}

// Who gives up on a picker has denied.
func TestPickerCancelled(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("helen")
	page := b.authorize(w.asking(app, patientScopes+" launch/location"))
	if code, _ := b.refused(b.send(b.form(page, "/auth/patient"), "decision", "deny")); code != "access_denied" {
		t.Errorf("%s", code)
	}
	b.send(b.form(page, "/auth/patient"), "patient", "ben").shows(t, http.StatusBadRequest, "There is nothing to answer")
	page = b.pick(b.authorize(w.asking(app, patientScopes+" launch/location")), "/auth/patient", "patient", "ben")
	if code, _ := b.refused(b.send(b.form(page, "/auth/context"), "decision", "deny")); code != "access_denied" {
		t.Errorf("%s", code)
	}
}

// A patient/ scope has a patient, whether the app asks for the context or not, and an
// app that has no use for one gets none.
func TestAuth15PatientScopesHaveAPatient(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	for scopes, want := range map[string]string{
		"patient/Patient.rs":                  "ben",
		"patient/Patient.rs user/Location.rs": "ben",
		"launch/patient openid":               "ben",
		"openid user/Patient.rs":              "",
	} {
		b := w.user("pat")
		page := b.authorize(w.asking(app, scopes))
		if want != "" {
			page = b.pick(page, "/auth/patient", "patient", want)
		}
		got := w.tokens(w.redeem(app, b.code(b.allow(page))))
		if got.Patient != want || got.Scope != scopes || (got.NeedPatientBanner != nil) != (want != "") {
			t.Errorf("%s: %+v", scopes, got)
		}
	}
}

// A user without any patient cannot grant what needs one, and can grant the rest.
func TestAuth15NoPatientNoPatientScope(t *testing.T) {
	w := newWorld(t, careOnly)
	app, _ := w.app()
	b := w.user("helen")
	for _, scopes := range []string{"patient/Patient.rs", "launch/patient openid", "openid patient/*.rs user/*.rs"} {
		if code, description := b.refused(b.authorize(w.asking(app, scopes))); code != "access_denied" || description != "there is no patient for whom this user may act" {
			t.Errorf("%s: %s %s", scopes, code, description)
		}
	}
	got := w.tokens(w.redeem(app, b.code(b.allow(b.authorize(w.asking(app, "openid user/Location.rs"))))))
	if got.Patient != "" || got.Scope != "openid user/Location.rs" {
		t.Errorf("%+v", got)
	}
}

// Unticking what needs the patient leaves none in the grant.
func TestAuth15PatientOnlyWhereGranted(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("pat")
	page := b.pick(b.authorize(w.asking(app, patientScopes+" openid launch/encounter")), "/auth/patient", "patient", "ben")
	form := b.form(b.pick(page, "/auth/context", "encounter", "of-ben"), "/auth/consent")
	form.fields["scope"] = []string{"openid"}
	got := w.tokens(w.redeem(app, b.code(b.send(form, "decision", "allow"))))
	if got.Patient != "" || got.Encounter != "" || got.Scope != "openid" || got.NeedPatientBanner != nil {
		t.Errorf("%+v", got)
	}
}

// The picker finds patients by what its search box says: a part of a name, a date of
// birth or an identifier.
func TestPatientPickerSearch(t *testing.T) {
	w := newWorld(t)
	w.put(`{"resourceType":"Patient","id":"mrn","name":[{"family":"Other"}],"identifier":[{"system":"urn:mrn","value":"4711-A","type":{"coding":[{"code":"MR"}]}}]}`,
		`{"resourceType":"Patient","id":"odd","name":[{"family":"A,b|c$d\\e"}]}`)
	for i := range 30 {
		w.put(`{"resourceType":"Patient","id":"many-` + string(rune('a'+i)) + `","name":[{"family":"Zz"}]}`)
		if i == 24 {
			break
		}
	}
	app, _ := w.app()
	b := w.user("helen")
	page := b.authorize(w.asking(app, patientScopes))
	id := b.form(page, "/auth/patient").fields.Get("request")
	for query, want := range map[string][]string{
		"okaf": {"amara"}, "1980-02-03": {"amara"}, "1980": {"amara"}, "4711-A": {"mrn"}, "4711": nil, "nobody": nil, "A,b|c$d\\e": {"odd"}, "\x00": nil, "*": nil,
	} {
		r := b.get("/auth/continue?" + values("request", id) + "&" + values("q", query))
		if got := b.offeredBy(r, "patient"); !slices.Equal(got, want) || r.status != http.StatusOK && query != "\x00" || r.status >= 500 {
			t.Errorf("%q: %d %q", query, r.status, got)
		}
	}
	if got := b.offeredBy(page, "patient"); len(got) != pageOfPeople {
		t.Fatalf("%d patients", len(got))
	}
	more := ""
	for _, part := range strings.Split(page.body, `href="`) {
		if target, _, _ := strings.Cut(part, `"`); strings.Contains(target, "page=") {
			more = strings.ReplaceAll(target, "&amp;", "&")
		}
	}
	if got := b.offeredBy(b.get(more), "patient"); len(got) != 10 {
		t.Errorf("%d more patients by %s", len(got), more)
	}
	if r := b.get("/auth/continue?" + values("request", id) + "&page=forged"); r.status != http.StatusBadRequest {
		t.Errorf("forged cursor: %d", r.status)
	}
}

// What one user has chosen does not count for the next one in the same browser.
func TestChoicesAreTheUsers(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("pat")
	page := b.pick(b.authorize(w.asking(app, patientScopes)), "/auth/patient", "patient", "ben")
	consent := b.form(page, "/auth/consent")
	b.send(b.form(b.get("/apps"), "/logout"))
	b.send(b.form(b.get("/login"), "/login"), "name", "helen", "password", password)
	// Helen does not send what Pat was asked.
	b.send(consent, "decision", "allow").shows(t, http.StatusBadRequest, "That form is not good any more")
	if got := b.offeredBy(b.get("/auth/continue?"+values("request", consent.fields.Get("request"))), "patient"); !slices.Equal(got, []string{"amara", "ben", "cleo"}) {
		t.Errorf("%q", got)
	}
}

// Patients are named by what is in their record, which is text.
func TestNamesAreText(t *testing.T) {
	w := newWorld(t)
	const name = `<img src=x onerror=alert(1)>"'&`
	w.put(`{"resourceType":"Patient","id":"html","name":[{"text":"<img src=x onerror=alert(1)>\"'&"}]}`,
		`{"resourceType":"Encounter","id":"html","status":"finished","class":{"code":"AMB","display":"<img src=x onerror=alert(1)>\"'&"},"subject":{"reference":"Patient/html"}}`)
	account := user.Account{Name: "evil", DisplayName: name, Role: user.Practitioner, FHIRUser: "Practitioner/helen"}
	hashed, err := w.Accounts.Hash(t.Context(), account, password)
	w.must(err)
	_, err = w.Accounts.Add(t.Context(), account, hashed)
	w.must(err)
	app, _ := w.app(withName(name))
	b := w.user("evil")
	pages := []response{b.authorize(w.asking(app, patientScopes+" launch/encounter"))}
	pages = append(pages, b.pick(pages[0], "/auth/patient", "patient", "html"))
	pages = append(pages, b.pick(pages[1], "/auth/context", "encounter", "html"))
	b.code(b.allow(pages[2]))
	for _, path := range []string{"/", "/apps", "/launch?patient=html", "/registry", "/registry/app/" + app.ID, "/registry/app/" + app.ID + "/edit", "/auth/authorize?client_id=%3Cimg%20src%3Dx%3E"} {
		pages = append(pages, b.get(path))
	}
	for i, r := range pages {
		if strings.Contains(r.body, "<img src=x") || strings.Contains(r.body, `onerror=alert(1)>"`) {
			t.Errorf("page %d:\n%s", i, r.body)
		}
	}
	pages[2].shows(t, http.StatusOK, name)
}
