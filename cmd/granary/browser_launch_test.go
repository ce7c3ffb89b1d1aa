package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestBrowserLaunch is an EHR launch in a tab of its own, by the simulator.
func TestBrowserLaunch(t *testing.T) {
	s := newSandbox(t)
	ehr := s.Tab()
	ehr.Open(s.root + "/launch")
	ehr.Heading("Log in")
	ehr.Shot("login-own")
	ehr.Press(helen)
	ehr.Heading("Launch an app")
	ehr.Select("App", appName)
	ehr.Select("Patient", "Amara")
	ehr.Press("Update")
	ehr.Until("the visits of the patient", `d.querySelectorAll("#encounter option").length === 3`)
	ehr.Select("Encounter", "19 August 2024")
	ehr.Fill("Intent", "reconcile-medications")
	ehr.Fill("Tenant", "riverside")
	ehr.Select("Location", "Riverside")
	ehr.Tick("The app shows whose record it is")
	ehr.Shot("launch")

	app := &demoTab{ehr.Opened(func() { ehr.Press("Launch in a new tab") })}
	app.Heading(appName + " asks")
	app.Shot("consent-launch")
	app.Press("Allow")
	app.loaded()
	app.Shot("app-launched")
	context := app.List("#context > div")
	for _, want := range []string{"User Practitioner/helen-park", "Patient amara-okafor", "Intent reconcile-medications", "Tenant riverside",
		"Patient banner the app shows it", "Style that of the health record"} {
		if !slices.Contains(context, want) {
			t.Errorf("launch context %q has no %q", context, want)
		}
	}
	for _, want := range []string{"Encounter amara-visit-2024-08", "Further resources Location/"} {
		if !strings.Contains(strings.Join(context, "\n"), want) {
			t.Errorf("launch context %q has no %q", context, want)
		}
	}
	if text := app.Text("#banner"); !strings.Contains(text, "Amara Chidinma Okafor") {
		t.Errorf("banner: %q", text)
	}
	all := s.token(t, s.data, "system/*.rs")
	same(t, "vital signs", app.shown("#vitals"), s.ids(t, all, "Observation?patient=amara-okafor&category="+url.QueryEscape(vitalSigns)))
}

// TestBrowserFrame is an EHR launch into a frame of the simulator, which shows whose
// record it is. Login and consent are in a window of their own.
func TestBrowserFrame(t *testing.T) {
	s := newSandbox(t)
	ehr := s.Tab()
	ehr.Open(s.root + "/launch")
	ehr.Heading("Log in")
	ehr.Press(amara)
	ehr.Heading("Launch an app")
	ehr.Select("App", appName)
	ehr.Select("Patient", "Amara")
	// The sandbox of the frame is for apps of other origins; this one is of the same.
	s.Expect("can escape its sandboxing")
	ehr.Press("Launch in this page")
	ehr.Heading(appName)
	if text := ehr.Text(".banner"); !strings.Contains(text, "Amara Chidinma Okafor") {
		t.Errorf("the record's banner: %q", text)
	}

	app := &demoTab{ehr.Frame()}
	app.Heading("Starting the demonstration app")
	ehr.Shot("frame-start")
	window := ehr.Opened(func() { app.Press("Ask Granary for access") })
	window.Heading(appName + " asks")
	window.Tick("Read and search every prescription")
	window.Tick("Remember this")
	s.Expect("403 (Forbidden) (" + s.base + "/MedicationRequest")
	window.Closing(func() { window.Press("Allow") })
	app.loaded()
	ehr.Shot("frame-app")
	if text := app.Text("#medications .refusal"); !strings.HasPrefix(text, "Not allowed 403") {
		t.Errorf("medicines: %q", text)
	}
	if text := app.Text("#banner"); text != "" {
		t.Errorf("the app shows a banner too: %q", text)
	}
	all := s.token(t, s.data, "system/*.rs")
	same(t, "problems", app.shown("#conditions"), s.ids(t, all, "Condition?patient=amara-okafor"))

	// Loaded again, the app is still connected.
	before := app.accessToken()
	app.Eval(`(d.body.dataset.loading = "before", d.location.reload())`)
	app.loaded()
	if after := app.accessToken(); after != before {
		t.Errorf("access token %q after a reload, %q before", after, before)
	}
}
