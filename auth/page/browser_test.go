package page

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// flow is a server whose pages lead to an app of another origin and back.
type flow struct {
	server, app *httptest.Server
	arrived     chan string // what the browser has loaded the app's page into
}

// newFlow serves the consent page at /consent, with the app's redirect URI if
// named, the simulator at /launch, and the app in a frame at /frame. The app's
// /launch goes to the server's /authorize, which answers with the app's /callback.
func newFlow(t *testing.T, named bool) flow {
	p, m, appMux := pages(t), http.NewServeMux(), http.NewServeMux()
	f := flow{httptest.NewServer(m), httptest.NewServer(appMux), make(chan string, 8)}
	t.Cleanup(f.server.Close)
	t.Cleanup(f.app.Close)
	callback := f.app.URL + "/callback"
	redirect := ""
	if named {
		redirect = callback
	}
	m.Handle(staticPath, p.Static())
	m.HandleFunc("GET /consent", func(w http.ResponseWriter, _ *http.Request) {
		p.Consent(w, http.StatusOK, Consent{App: App{ID: "a"}, Action: "/consent", Redirect: redirect})
	})
	m.Handle("POST /consent", http.RedirectHandler(callback, http.StatusSeeOther))
	m.Handle("/authorize", http.RedirectHandler(callback, http.StatusFound))
	m.HandleFunc("GET /launch", func(w http.ResponseWriter, _ *http.Request) {
		p.Launch(w, http.StatusOK, Launch{Action: "/launch", Apps: []Option{{Value: "a", Text: "a"}}})
	})
	m.Handle("POST /launch", http.RedirectHandler("/opening", http.StatusSeeOther))
	m.HandleFunc("/opening", func(w http.ResponseWriter, _ *http.Request) {
		p.Opening(w, http.StatusOK, Opening{App: App{ID: "a"}, URL: f.app.URL + "/launch"})
	})
	m.HandleFunc("/frame", func(w http.ResponseWriter, _ *http.Request) {
		p.LaunchFrame(w, http.StatusOK, LaunchFrame{App: App{ID: "a"}, URL: f.app.URL + "/launch"})
	})
	appMux.Handle("/launch", http.RedirectHandler(f.server.URL+"/authorize", http.StatusFound))
	appMux.HandleFunc("/callback", func(_ http.ResponseWriter, r *http.Request) { f.arrived <- r.Header.Get("Sec-Fetch-Dest") })
	return f
}

// reached is what the app's page is loaded into: "document", "iframe", or "" if a
// browser does not come to it while it is waited for.
func (f flow) reached(patience time.Duration) string {
	select {
	case into := <-f.arrived:
		return into
	case <-time.After(patience):
		return ""
	}
}

// TestBrowserLetsThePagesLeadToTheApp holds the policies to what a browser makes of
// them: each step is stopped by a policy that is stricter, and the first case shows
// that one is.
func TestBrowserLetsThePagesLeadToTheApp(t *testing.T) {
	if os.Getenv("GRANARY_SCREENSHOTS") == "" {
		t.Skip("GRANARY_SCREENSHOTS names no folder")
	}
	ctx := browser(t)
	for _, c := range []struct {
		name, path, button string
		named              bool
		want               string
	}{
		{"consent that does not name the redirect", "/consent", `button[value="allow"]`, false, ""},
		{"consent", "/consent", `button[value="allow"]`, true, "document"},
		{"launch in a new tab", "/launch", `button[value="tab"]`, true, "document"},
		{"launch in a frame", "/frame", "", true, "iframe"},
	} {
		f := newFlow(t, c.named)
		steps := []chromedp.Action[chromedp.Void]{chromedp.Navigate(f.server.URL + c.path)}
		if c.button != "" {
			steps = append(steps, chromedp.Click(chromedp.CSS(c.button)))
		}
		// A tab of its own: in one that is still on its way to the app of the case before,
		// the browser now and then gives up the next page.
		tab, closeTab := chromedp.NewContext(ctx)
		if err := chromedp.Do(tab, steps...); err != nil {
			t.Fatal(c.name, err)
		}
		patience := 30 * time.Second
		if c.want == "" {
			patience = 3 * time.Second
		}
		if got := f.reached(patience); got != c.want {
			t.Errorf("%s: the app's page is loaded into %q, not %q", c.name, got, c.want)
		}
		closeTab()
	}
}
