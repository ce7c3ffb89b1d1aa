package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// otherApp is an app of another origin, made with the SMART JavaScript client as its
// manual shows it. Host is how browsers reach it: an address of the server's is the same
// site, and localhost is another.
func otherApp(t *testing.T, host string) *httptest.Server {
	t.Helper()
	library, err := os.ReadFile("../../internal/demo/static/fhir-client.pure.min.js")
	if err != nil {
		t.Fatal(err)
	}
	page := func(script string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><h1>Another app</h1><p id="said"></p><script src="/fhir-client.js"></script><script>%s</script>`, script)
		}
	}
	m := http.NewServeMux()
	m.HandleFunc("/fhir-client.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(library)
	})
	m.HandleFunc("/launch", page(`FHIR.oauth2.authorize({clientId: "another-app", scope: "launch openid fhirUser online_access patient/Patient.rs patient/Condition.rs",
		redirectUri: "/", completeInTarget: true})`))
	m.HandleFunc("/{$}", page(`
		const say = text => document.getElementById("said").innerText += text + "; ";
		FHIR.oauth2.ready().then(async client => {
			const patient = await client.patient.read();
			say(patient.name[0].family);
			await client.refresh();
			const conditions = await client.request("Condition?patient=" + client.patient.id, {pageLimit: 0, flat: true});
			say(conditions.length + " problems");
			say(client.user.fhirUser + " done");
		}).catch(error => say(error.message + " done"))`))
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	server.URL = strings.Replace(server.URL, "127.0.0.1", host, 1)
	return server
}

func (s *sandboxed) register(t *testing.T, app string) {
	t.Helper()
	must(t, "client", "add", "--data", s.data, "--id", "another-app", "--name", "Another app", "--redirect-uri", app+"/", "--launch-uri", app+"/launch")
}

// TestBrowserOtherOrigin is an app that is not of the server's origin, in a tab and in a
// frame of the simulator.
func TestBrowserOtherOrigin(t *testing.T) {
	s := newSandbox(t)
	app := otherApp(t, "127.0.0.1")
	s.register(t, app.URL)
	ehr := s.Tab()
	simulator := func(mode string) {
		ehr.Open(s.root + "/launch")
		ehr.Select("App", "Another app")
		ehr.Select("Patient", "Amara")
		ehr.Press(mode)
	}
	const all = "Okafor;4 problems;Practitioner/helen-park done;"
	ehr.Open(s.root + "/launch")
	ehr.Press(helen)
	ehr.Heading("Launch an app")

	ehr.Select("App", "Another app")
	ehr.Select("Patient", "Amara")
	tab := ehr.Opened(func() { ehr.Press("Launch in a new tab") })
	tab.Heading("Another app asks")
	tab.Press("Allow")
	tab.Until("what the app has", `d.querySelector("#said")?.innerText.includes("done")`)
	if text := tab.Text("#said"); text != all {
		t.Errorf("in a tab: %q", text)
	}

	// Consent is not shown in the frame, but in a tab, to which the app moves.
	s.Expect("can escape its sandboxing") // the frame has a page of the server itself
	simulator("Launch in this page")
	frame := ehr.Frame()
	frame.Heading("Another app asks")
	ehr.Shot("frame-other")
	moved := ehr.Opened(func() { frame.Press("Go on in a new tab") })
	moved.Heading("Another app asks")
	moved.Press("Allow")
	moved.Until("what the app has", `d.querySelector("#said")?.innerText.includes("done")`)
	if text := moved.Text("#said"); text != all {
		t.Errorf("in a tab that a frame has opened: %q", text)
	}
}

// TestBrowserOtherSite is an app of another site in a frame of the simulator, where
// browsers let nobody be logged in.
func TestBrowserOtherSite(t *testing.T) {
	s := newSandbox(t)
	app := otherApp(t, "localhost")
	s.register(t, app.URL)
	ehr := s.Tab()
	ehr.Open(s.root + "/launch")
	ehr.Press(helen)
	ehr.Heading("Launch an app")
	ehr.Select("App", "Another app")
	ehr.Select("Patient", "Amara")
	s.Expect("can escape its sandboxing") // the frame has a page of the server itself
	ehr.Press("Launch in this page")
	frame := ehr.Frame()
	frame.Heading("Another app asks")
	ehr.Shot("frame-other-site")
	if text := frame.Text("main"); !strings.Contains(text, "Close it here, and launch it in a new tab.") || strings.Contains(text, "Go on") {
		t.Errorf("in the frame: %q", text)
	}
}
