package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/granary-fhir/granary/internal/browsertest"
)

var regexpOpen = regexp.MustCompile(`Open (\S+) in a browser`)

// TestBrowserNewcomer is what somebody does who has just started the server: they open
// the URL that it has printed, launch the demonstration app, give it a part of what it
// asks for, see exactly that, and end its access.
func TestBrowserNewcomer(t *testing.T) {
	s := newSandbox(t)
	ehr := s.Tab()
	ehr.Open(s.out.find(t, regexpOpen))
	ehr.Heading("A FHIR server with SMART built in")
	ehr.Shot("home")
	ehr.Press("Launch simulator")
	ehr.Heading("Log in")
	ehr.Keys("helen" + kb.Tab + "granary" + kb.Enter)
	ehr.Heading("Launch an app")
	ehr.Select("App", appName)
	ehr.Select("Patient", "Walter")

	app := &demoTab{ehr.Opened(func() { ehr.Press("Launch in a new tab") })}
	app.Heading(appName + " asks")
	app.Tick("Read and search every allergy")
	app.Tick("Read and search every prescription")
	app.Tick("Keep access while you are logged in")
	s.Expect("403 (Forbidden) (" + s.base + "/AllergyIntolerance")
	s.Expect("403 (Forbidden) (" + s.base + "/MedicationRequest")
	app.Press("Allow")
	app.loaded()
	all := s.token(t, s.data, "system/*.rs")
	for part, search := range map[string]string{
		"#vitals": "Observation?category=vital-signs&", "#labs": "Observation?category=laboratory&",
		"#conditions": "Condition?", "#encounters": "Encounter?",
	} {
		same(t, part, app.shown(part), s.ids(t, all, search+"patient=walter-brandt"))
	}
	for _, part := range []string{"#allergies", "#medications"} {
		if text := app.Text(part + " .content"); !strings.HasPrefix(text, "Not allowed 403") {
			t.Errorf("%s: %q", part, text)
		}
	}
	if there := app.Eval(`d.querySelector("#refresh").checkVisibility()`); there != "false" {
		t.Error("the app can refresh its token without online_access")
	}

	ehr.Press("My apps")
	ehr.Heading("My apps")
	ehr.Press("End access")
	ehr.Until("no app", `d.querySelector(".empty")`)
	s.Expect("401 (Unauthorized) (" + s.base)
	app.Press("Load the data again")
	app.Until("the end of the access", `d.querySelector("#status .problem")`)
}

// TestBrowserParent is a mother of two, who may choose between the two and nobody else.
func TestBrowserParent(t *testing.T) {
	s := newSandbox(t)
	app := &demoTab{s.Tab()}
	app.Open(s.root + "/demo")
	app.Press("Connect to Granary")
	app.Heading("Log in")
	app.Press(elena)
	app.Heading("Whose record")
	app.Shot("patients-two")
	same(t, "patients", app.List("button[name=patient] strong"), []string{"Mateo José Rivera Peña", "Valentina Rivera Peña"})
	app.Press("Valentina")
	s.Expect("403 (Forbidden) (" + s.base + "/Encounter") // which is not ticked at first
	app.Heading(appName + " asks")
	app.Press("Allow")
	app.loaded()
	if text := app.Text("#banner"); !strings.Contains(text, "Valentina Rivera Peña") {
		t.Errorf("banner: %q", text)
	}
	all := s.token(t, s.data, "system/*.rs")
	same(t, "vital signs", app.shown("#vitals"), s.ids(t, all, "Observation?category=vital-signs&patient=valentina-rivera"))
	if text := app.Text("#context [data-name=User] dd"); text != "RelatedPerson/elena-pena" {
		t.Errorf("user: %q", text)
	}
}

// connect takes a patient, who is not asked whose record, to where the app has her data.
func connect(t *testing.T, s *sandboxed, app *demoTab, consent func()) {
	t.Helper()
	app.Open(s.root + "/demo")
	app.Press("Connect to Granary")
	if consent != nil {
		app.Heading(appName + " asks")
		consent()
	}
	app.Until("the answer", `d.location.pathname === "/demo/app.html"`)
}

// TestBrowserRemembered is a decision that is remembered, until the access is ended.
func TestBrowserRemembered(t *testing.T) {
	s := newSandbox(t)
	app := &demoTab{s.Tab()}
	app.Open(s.root + "/login")
	app.Heading("Log in")
	app.Press(amara)
	app.Heading("A FHIR server")
	app.Shot("home-logged-in")

	s.Expect("403 (Forbidden) (" + s.base + "/Condition")
	s.Expect("403 (Forbidden) (" + s.base + "/Encounter") // which is not ticked at first
	connect(t, s, app, func() {
		app.Tick("Read and search every health problem")
		app.Tick("Remember this")
		app.Press("Allow")
	})
	app.loaded()
	granted := app.List("#granted li")
	connect(t, s, app, nil)
	app.loaded()
	same(t, "granted by what is remembered", app.List("#granted li"), granted)
	if text := app.Text("#conditions .content"); !strings.HasPrefix(text, "Not allowed 403") {
		t.Errorf("problems: %q", text)
	}

	for n := 2; n > 0; n-- { // one grant for each launch; the first to end takes the decision with it
		app.Open(s.root + "/apps")
		app.Heading("My apps")
		if grants, remembered := len(app.List("main > article")), len(app.List("section article")); grants != n || remembered != n-1 {
			t.Fatalf("%d grants and %d remembered, want %d and %d", grants, remembered, n, n-1)
		}
		app.Press("End access")
		app.Until("one app less", `d.querySelector(".done")`)
	}
	connect(t, s, app, func() {
		app.Press("Deny")
	})
	app.Until("the refusal", `d.querySelector("#status .problem")`)
	app.Shot("app-denied")
	if text := app.Text("#status"); !strings.Contains(text, "Access was not given.") || !strings.Contains(text, "the user has not agreed") {
		t.Errorf("denied: %q", text)
	}
}

// TestBrowserErrors are the pages of requests that cannot be sent back to an app, and
// pages that are not there.
func TestBrowserErrors(t *testing.T) {
	s := newSandbox(t)
	tab := s.Tab()
	s.Expect("400 (Bad Request) (" + s.root + "/auth/authorize")
	tab.Open(s.root + "/auth/authorize?client_id=granary-demo&redirect_uri=https://evil.example/")
	tab.Heading("This app cannot be connected")
	tab.Shot("error")
	if text := tab.Text("main"); !strings.Contains(text, "https://evil.example/") || strings.HasPrefix(tab.URL(), "https://evil.example") {
		t.Errorf("error page at %s: %q", tab.URL(), text)
	}
	s.Expect("404 (Not Found) (" + s.root + "/nowhere")
	tab.Open(s.root + "/nowhere")
	tab.Heading("There is no such page")
	tab.Shot("error-not-found")
	tab.Open(s.root + "/demo/launch.html?iss=https://ehr.example/fhir&launch=x")
	tab.Until("what is wrong", `d.querySelector("#status .problem")`)
	tab.Shot("demo-other-server")
	s.pages(t, tab)
}

// pages looks at those that an administrator sees beside the others.
func (s *sandboxed) pages(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Open(s.root + "/login")
	tab.Press("Inès Moreau")
	tab.Heading("A FHIR server")
	for _, p := range []struct{ path, heading, name string }{
		{"/registry", "Registered apps", "registry"},
		{"/registry/new", "Register an app", "registry-new"},
		{"/registry/app/granary-demo", appName, "registry-app"},
		{"/users", "Users", "users"},
	} {
		tab.Open(s.root + p.path)
		tab.Heading(p.heading)
		tab.Shot(p.name)
	}
	tab.Press("Log out")
	tab.Heading("You are logged out")
	tab.Shot("logged-out")
}
