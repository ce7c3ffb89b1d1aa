package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/browsertest"
)

// sandboxed is a sandbox with its people, and a browser in front of it.
type sandboxed struct {
	*served
	*browsertest.Browser
	root, data string
}

func newSandbox(t *testing.T) *sandboxed {
	t.Helper()
	browser := browsertest.Start(t)
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	return &sandboxed{s, browser, strings.TrimSuffix(s.base, "/fhir"), data}
}

// appName is how the pages call the demonstration app.
const appName = "Granary demonstration app"

// token is a token that somebody on the machine of the server makes.
func (s *served) token(t *testing.T, data, scope string, args ...string) string {
	t.Helper()
	lines := strings.Fields(must(t, append([]string{"token", "--data", data, "--scope", scope}, args...)...))
	return lines[len(lines)-1]
}

// ids are those of what a search finds for a token, in order.
func (s *sandboxed) ids(t *testing.T, token, search string) []string {
	t.Helper()
	status, body := s.get(t, token, "/"+search)
	var found struct {
		Entry []struct {
			Resource struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil || status != 200 {
		t.Fatalf("%s: %d %s", search, status, body)
	}
	var ids []string
	for _, e := range found.Entry {
		ids = append(ids, e.Resource.ID)
	}
	slices.Sort(ids)
	return ids
}

// demoTab is a tab with the demonstration app in it.
type demoTab struct{ *browsertest.Tab }

// loaded waits until the app has shown what it got.
func (t *demoTab) loaded() {
	t.Helper()
	t.Until("the app to have loaded", `d.body.dataset.loading === "no"`)
}

// shown are the ids of the resources in a part of the app's page, in order.
func (t *demoTab) shown(part string) []string {
	t.Helper()
	ids := strings.Fields(t.Eval(`[...d.querySelectorAll("` + part + ` [data-id]")].map(e => e.dataset.id).join(" ")`))
	slices.Sort(ids)
	return ids
}

// accessToken is that of the app, which keeps it where no other site finds it.
func (t *demoTab) accessToken() string {
	t.Helper()
	return t.Eval(`(s => JSON.parse(s.getItem(JSON.parse(s.getItem("SMART_KEY")))).tokenResponse.access_token)(d.defaultView.sessionStorage)`)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

const vitalSigns = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"

// TestBrowserStandalone is a standalone launch of the demonstration app by a
// practitioner, who gives it less than it asks for.
func TestBrowserStandalone(t *testing.T) {
	s := newSandbox(t)
	app := &demoTab{s.Tab()}
	app.Open(s.root + "/demo")
	app.Heading("A SMART app to try")
	app.Shot("demo")
	app.Tick("Visits")
	app.Press("Connect to Granary")

	app.Heading("Log in")
	app.Shot("login")
	app.Keys("helen\tgranary\r")

	app.Heading("Whose record")
	app.Shot("patients")
	app.Fill("Name, date of birth", "okaf")
	app.Press("Search")
	app.Until("one patient", `d.querySelectorAll("button[name=patient]").length === 1`)
	app.Shot("patients-search")
	app.Press("Amara")

	app.Heading(appName + " asks")
	app.Shot("consent")
	app.Tick("Read and search every health problem")
	app.Press("Only some kinds") // the first: of observations
	app.Tick("Vital signs")
	app.Shot("consent-narrowed")
	s.Expect("403 (Forbidden) (" + s.base + "/Condition")
	app.Press("Allow")

	app.loaded()
	app.Shot("app-standalone")
	same(t, "granted", app.List("#granted li"), []string{"launch/patient", "patient/Patient.rs", "patient/Observation.rs?category=" + vitalSigns,
		"patient/MedicationRequest.rs", "patient/AllergyIntolerance.rs", "patient/Encounter.rs", "openid", "fhirUser", "profile", "online_access"})
	same(t, "not granted", app.List("#missing li"), []string{"patient/Observation.rs", "patient/Condition.rs"})

	all := s.token(t, s.data, "system/*.rs")
	const whose = "?patient=amara-okafor"
	same(t, "vital signs", app.shown("#vitals"), s.ids(t, all, "Observation"+whose+"&category="+url.QueryEscape(vitalSigns)))
	same(t, "laboratory results", app.shown("#labs"), nil)
	same(t, "medicines", app.shown("#medications"), s.ids(t, all, "MedicationRequest"+whose))
	same(t, "allergies", app.shown("#allergies"), s.ids(t, all, "AllergyIntolerance"+whose))
	same(t, "visits", app.shown("#encounters"), s.ids(t, all, "Encounter"+whose))
	if text := app.Text("#conditions .refusal"); !strings.Contains(text, "Not allowed 403") || !strings.Contains(text, "no granted scope allows search on Condition") {
		t.Errorf("problems: %q", text)
	}
	if text := app.Text("#banner"); !strings.Contains(text, "Amara Chidinma Okafor") || !strings.Contains(text, "born Mar 14, 1962") {
		t.Errorf("banner: %q", text)
	}
	if text := app.Text("#viewer"); text != "Used by "+helen {
		t.Errorf("user: %q", text)
	}

	before := app.accessToken()
	app.Press("Refresh the token")
	app.Until("the refreshed token", `d.querySelector("#refreshed")`)
	if after := app.accessToken(); after == before || after == "" {
		t.Errorf("access token after refresh: %q, before %q", after, before)
	}
	app.Press("Load the data again")
	app.loaded()

	mine := s.Tab()
	mine.Open(s.root + "/apps")
	mine.Heading("My apps")
	mine.Shot("my-apps")
	mine.Press("End access")
	mine.Until("no app", `d.querySelector(".empty")`)
	mine.Shot("my-apps-none")

	s.Expect("401 (Unauthorized) (" + s.base)
	app.Press("Load the data again")
	app.Until("the end of the access", `d.querySelector("#status .problem")`)
	if text := app.Text("#vitals .refusal"); !strings.HasPrefix(text, "The access has ended 401") {
		t.Errorf("vital signs after revocation: %q", text)
	}
	app.Shot("app-revoked")
}
