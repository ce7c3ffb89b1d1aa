package smart

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

const signsOfAmara = "patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"

// A granular scope is shown exactly: how many resources, which, by which predicate, and
// what the app would be told.
func TestPlaygroundOfAGranularScope(t *testing.T) {
	w := sandbox(t)
	b := w.user("jun")
	p := b.plays("scope", signsOfAmara, "user", "helen", "patient", "amara-okafor").ok(t)
	want := []shownType{{
		"Observation", "crs", "4", []string{"amara-weight-2024-08", "amara-bp-2024-08", "amara-bp-2024-02", "amara-height"},
		[]string{"crs chart(Patient/amara-okafor) AND category = http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"},
	}}
	if got := p.types(false); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	p.shows(t, http.StatusOK, "Read and create the patient’s vital signs")
	commands := "token=$(granary token --scope '" + signsOfAmara + "' --patient 'amara-okafor' --user 'Practitioner/helen-park')\n" +
		`curl -sg -H "Authorization: Bearer $token" '` + w.URLs.FHIR + "/Observation?_summary=count'"
	if got := p.listings(); len(got) != 2 || got[1] != commands || !strings.Contains(got[0], `"patient": "amara-okafor"`) || !strings.Contains(got[0], `"access_token": "(not issued)"`) {
		t.Errorf("%q", got)
	}
	for patient, want := range map[string]string{"walter-brandt": "Observation 2", "mateo-pena": ""} {
		if got := b.plays("scope", signsOfAmara, "user", "helen", "patient", patient).ok(t).counts(); got != want {
			t.Errorf("%s: %s", patient, got)
		}
	}
}

// What the page shows is what a token of the same scopes, user and patient gets.
func TestPlaygroundIsWhatATokenGets(t *testing.T) {
	w := sandbox(t)
	app, _ := w.app()
	b := w.user("ines")
	for _, c := range []struct{ name, patient, scopes string }{
		{"helen", "amara-okafor", "launch/patient openid fhirUser profile offline_access " + signsOfAmara + " patient/Group.rs"},
		{"amara", "", "patient/*.rs"},
		{"elena", "", "user/Patient.rs user/Observation.rs?category=vital-signs openid"},
		{"samuel", "", "user/Observation.rs?patient.birthdate=lt1980 user/Condition.r online_access"},
	} {
		asking := w.browser()
		page := asking.logIn(asking.authorize(w.asking(app, c.scopes)), c.name)
		if c.patient != "" {
			page = asking.pick(page, "/auth/patient", "patient", c.patient)
		}
		real := w.tokens(w.redeem(app, asking.code(asking.allow(page))))
		caller, err := w.Tokens.Authenticate(t.Context(), real.AccessToken)
		w.must(err)
		p := b.plays("scope", c.scopes, "user", c.name, "patient", c.patient, "client_id", app.ID).ok(t)
		var shown tokenResponse
		w.must(json.Unmarshal([]byte(p.listings()[0]), &shown))
		for _, of := range []*tokenResponse{&real.tokenResponse, &shown} { // as far as it is not random
			for _, secret := range []*string{&of.AccessToken, &of.RefreshToken, &of.IDToken} {
				if *secret != "" {
					*secret = notIssued
				}
			}
		}
		if !reflect.DeepEqual(shown, real.tokenResponse) {
			t.Errorf("%s:\n%+v\nthe token has\n%+v", c.scopes, shown, real.tokenResponse)
		}
		w.sameAccess(t, caller.Policy, p)
	}
}

// sameAccess wants the page to show what a policy means, of every type.
func (w *world) sameAccess(t *testing.T, policy store.Policy, p shownPage) {
	t.Helper()
	shown := map[string]shownType{}
	for _, row := range append(p.types(false), p.types(true)...) {
		shown[row.typ] = row
	}
	view := w.Store.View(policy)
	for _, typ := range w.Store.Registry().Types() {
		row := shown[typ]
		for i := range len(store.Letters) {
			letter := store.Letters[i : i+1]
			if policy.Allows(store.Letter(letter[0]), typ) != strings.Contains(row.letters, letter) {
				t.Errorf("%s on %s is shown as %q", letter, typ, row.letters)
			}
		}
		if !policy.Allows(store.Search, typ) {
			continue
		}
		found, err := view.Search(t.Context(), &search.Query{Selects: []search.Select{{Type: typ, Where: search.True}}, Summary: "count", Total: search.TotalAccurate})
		w.must(err)
		if number, _, _ := strings.Cut(row.visible, " "); number != strconv.Itoa(*found.Total) {
			t.Errorf("%s: %q, not %d", typ, row.visible, *found.Total)
		}
	}
}

// What has r and no s is counted as what it is: seen by id.
func TestPlaygroundByID(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	for scopes, want := range map[string]string{
		"patient/Observation.r": "Observation 10 by id",
		"patient/Observation.s": "Observation 10",
		"patient/Observation.s?category=vital-signs patient/Observation.r": "Observation 4 by search10 by id",
		"patient/Goal.c": "Goal nothing: no r, no s",
	} {
		if got := b.plays("scope", scopes, "user", "helen", "patient", "amara-okafor").ok(t).counts(); got != want {
			t.Errorf("%s: %s", scopes, got)
		}
	}
	p := b.plays("scope", "patient/Observation.rs patient/Flag.rs", "user", "helen", "patient", "amara-okafor").ok(t)
	p.shows(t, http.StatusOK, "One more type is granted, and empty")
	if empty := p.types(true); len(empty) != 1 || empty[0].typ != "Flag" || empty[0].visible != "0" || len(p.types(false)) != 1 {
		t.Errorf("%+v", empty)
	}
}

// Practitioners reach what the panel says.
func TestPlaygroundPanel(t *testing.T) {
	for panel, want := range map[auth.Panel]string{auth.PanelAll: "Patient 7", auth.PanelCare: "Patient 5"} {
		w := sandbox(t, func(c *Config) { c.Tokens = auth.NewTokens(c.Store, panel, c.Clock) })
		p := w.user("helen").plays("scope", "user/Patient.rs", "user", "helen").ok(t)
		p.shows(t, http.StatusOK, "--panel="+string(panel))
		if got := p.counts(); got != want {
			t.Errorf("%s: %s", panel, got)
		}
	}
}

// What the app is registered for and the role may grant bounds the scopes, as it bounds
// real ones.
func TestPlaygroundBounds(t *testing.T) {
	bounds, _ := scope.Language{}.ParseBounds("user/Patient.rs user/Observation.rs?category=vital-signs")
	w := sandbox(t, func(c *Config) { c.Roles = map[user.Role]scope.Bounds{user.Practitioner: bounds} })
	app, _ := w.app(func(c *client.Client) { c.Scopes = "user/Patient.r user/Condition.rs" })
	b := w.user("helen")
	const scopes = "user/*.rs user/Condition.rs user/Patient.rs"
	p := b.plays("scope", scopes, "user", "helen").ok(t)
	p.shows(t, http.StatusOK, "limited A user of this role may grant a part of it:user/Patient.rs")
	if got, want := p.counts()+"; "+strings.Join(p.refusals(), "; "), "Observation 19, Patient 7; a user of the role practitioner may not grant it"; got != want {
		t.Errorf("%s", got)
	}
	p = b.plays("scope", scopes, "user", "helen", "client_id", app.ID).ok(t)
	p.shows(t, http.StatusOK, "limited The app is registered for a part of it:user/Patient.r")
	if got, want := p.counts()+"; "+strings.Join(p.refusals(), "; "), "Patient 7 by id; a user of the role practitioner may not grant it"; got != want {
		t.Errorf("%s", got)
	}
	if got := b.plays("scope", scopes, "user", "elena").ok(t).refusals(); len(got) != 0 {
		t.Errorf("another role: %q", got)
	}
	p = b.plays("scope", "system/*.rs patient/*.rs", "client_id", app.ID).ok(t) // a backend service
	if got := p.refusals(); len(got) != 2 || p.counts() != "" {
		t.Errorf("%q", got)
	}
}

// Of each scope it is said what becomes of it, in the order in which they are typed.
func TestPlaygroundRefusals(t *testing.T) {
	w := sandbox(t)
	p := w.user("helen").plays("scope", "patient/Goal.rs\n patient/Goal.rs  patient/Goal.sr patient/Goal.rs?a=%\npatient/Goal.rs?brithdate=1 patient/Group.rs user/Goal.é launch", "patient", "amara-okafor").ok(t)
	var got []string
	for _, list := range p.all(nil, "ol", "asked") {
		for _, li := range p.all(list, "li", "") {
			got = append(got, textOf(li))
		}
	}
	for i, want := range []string{
		"granted Read and search every goal in the patient’s record", "It says the same as number 1.", `"sr" is not an interaction`, "percent-encoded",
		"search parameter brithdate is not known for Goal", "never give rs on Group here", "the character at position 11 cannot stand in a scope", "granted Know which patient and visit",
	} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Errorf("%d: %q, without %q", i+1, got, want)
		}
	}
}

// A resource is shown as the token reads it, and what it does not reach is as if it
// were not there.
func TestPlaygroundShowsResources(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	const gone = "There is no such resource, or the access token does not reach it."
	for _, c := range []struct{ scopes, resource, want string }{
		{signsOfAmara, "Observation/amara-bp-2024-08", `"id": "amara-bp-2024-08"`},
		{"patient/Observation.s", "Observation/amara-bp-2024-08", `"id": "amara-bp-2024-08"`},
		{"patient/Observation.r", "Observation/amara-bp-2024-08", `"id": "amara-bp-2024-08"`},
		{signsOfAmara, "Observation/amara-hba1c-2024-02", gone}, // another category
		{signsOfAmara, "Observation/walter-bp", gone},           // another patient
		{signsOfAmara, "Observation/nobody", gone},
		{signsOfAmara, "Observation/../x", gone}, {signsOfAmara, "x", gone}, {signsOfAmara, "/", gone},
		{signsOfAmara, "Patient/amara-okafor", "No granted scope allows to read or search Patient."},
	} {
		p := b.plays("scope", c.scopes, "user", "helen", "patient", "amara-okafor", "resource", c.resource).ok(t)
		p.shows(t, http.StatusOK, c.want)
		if shown := len(p.listings()) == 3; shown != strings.HasPrefix(c.want, `"id"`) {
			t.Errorf("%s under %s: %q", c.resource, c.scopes, p.listings())
		}
	}
	link := b.page(b.get(playgroundPath+"?"+url.Values{"scope": {signsOfAmara}, "patient": {"amara-okafor"}}.Encode())).all(nil, "ul", "ids")[0]
	href := attribute((shownPage{}).all(link, "a", "")[0], "href")
	b.get(href).shows(t, http.StatusOK, `"resourceType": "Observation"`)
}

// An operation's scope shows what is inside the operation, and nothing beside it.
func TestPlaygroundOfAnOperation(t *testing.T) {
	w := sandbox(t)
	b := w.user("helen")
	inside := b.plays("scope", "patient/Patient.$everything", "user", "helen", "patient", "amara-okafor", "resource", "Observation/amara-bp-2024-08").ok(t)
	chart := b.plays("scope", "patient/*.rs", "user", "helen", "patient", "amara-okafor").ok(t)
	if got, want := inside.counts(), chart.counts(); got != want || !strings.Contains(got, "Observation 10") {
		t.Errorf("%s\nwant %s", got, want)
	}
	inside.shows(t, http.StatusOK, "By reads and searches nothing")
	inside.shows(t, http.StatusOK, "No granted scope allows to read or search Observation.")
	if links := inside.all(nil, "ul", "ids"); len(links) == 0 || len(inside.all(links[0], "a", "")) != 0 {
		t.Error("what cannot be read is linked")
	}
}
