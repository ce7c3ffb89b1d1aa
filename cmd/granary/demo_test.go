package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
)

// demoClient is what is registered of the demonstration app.
func demoClient(t *testing.T, data string) (client.Client, error) {
	t.Helper()
	opened, err := dataFlags{Data: data, Store: "sqlite"}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	return client.NewRegistry(opened.Records(), time.Now).Get(t.Context(), "granary-demo")
}

func TestDemoIsRegistered(t *testing.T) {
	data := t.TempDir()
	first := serveTest(t, "--data", data)
	app, err := demoClient(t, data)
	root := strings.TrimSuffix(first.base, "/fhir")
	if err != nil || app.Method != client.None || !slices.Equal(app.RedirectURIs, []string{root + "/demo/app.html"}) || app.LaunchURI != root+"/demo/launch.html" {
		t.Fatalf("registered: %+v, %v", app, err)
	}
	first.stop()

	second := serveTest(t, "--data", data, "--base-url", "https://ehr.example/granary")
	moved, err := demoClient(t, data)
	if err != nil || !slices.Equal(moved.RedirectURIs, []string{"https://ehr.example/granary/demo/app.html"}) || !moved.Created.Equal(app.Created) {
		t.Errorf("after the server has moved: %+v, %v", moved, err)
	}
	second.stop()

	third := serveTest(t, "--data", data, "--no-sandbox")
	kept, err := demoClient(t, data)
	if err != nil || !slices.Equal(kept.RedirectURIs, moved.RedirectURIs) {
		t.Errorf("outside a sandbox: %+v, %v", kept, err)
	}
	third.base = strings.TrimSuffix(third.base, "/fhir")
	if status, body := third.get(t, "", "/demo"); status != 404 {
		t.Errorf("outside a sandbox the app is there: %d %s", status, body)
	}
}
