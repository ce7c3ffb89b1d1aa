package page

import (
	"net/http"
	"strings"
	"testing"
)

const strict = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// policyOf is strict with more sources for some directives.
func policyOf(images, forms, more string) string {
	s := strings.Replace(strict, "img-src 'self'", "img-src 'self'"+images, 1)
	return strings.Replace(s, "form-action 'self'", "form-action 'self'"+forms, 1) + more
}

func TestContentSecurityPolicy(t *testing.T) {
	const app, script = " https://growth.example.org", "; script-src 'self'"
	want := map[string]string{
		"login":              policyOf(" data:", app, ""),
		"patientpicker":      policyOf(" data:", app, ""),
		"patientpicker-none": policyOf(" data:", "", ""),
		"contextpicker":      policyOf(" data:", app, ""),
		"consent":            policyOf(" data:", app, script),
		"consent-500":        policyOf(" data:", app, script),
		"consent-unverified": policyOf("", app, script),
		"apps":               policyOf(" data:", "", ""),
		"opening":            policyOf(" data:", "", ""),
		"opening-refused":    policyOf(" data:", "", ""),
		"newtab":             strings.Replace(policyOf(" data:", "", ""), "frame-ancestors 'none'", "frame-ancestors 'self'", 1),
		"newtab-launch":      strings.Replace(policyOf(" data:", "", ""), "frame-ancestors 'none'", "frame-ancestors 'self'", 1),
		"registryapp":        policyOf(" data:", "", ""),
		"launchframe":        policyOf(" data:", "", "; frame-src 'self' https://growth.example.org https://api.growth.example.org"),
	}
	for _, s := range samples() {
		policy := want[s.name]
		if policy == "" {
			policy = strict
		}
		if got := render(t, s.show).Header()["Content-Security-Policy"]; len(got) != 1 || got[0] != policy {
			t.Errorf("%s: %q\nwant %q", s.name, got, policy)
		}
	}
}

// No page may be framed (checklist 19), but for the one that stands there in the place
// of others, which asks nothing.
func TestAuth19NoPageIsFramed(t *testing.T) {
	for _, s := range samples() {
		if strings.HasPrefix(s.name, "newtab") {
			if doc := render(t, s.show).Body.String(); strings.Contains(doc, "<form") || strings.Contains(doc, "<script") {
				t.Error(s.name, "has something to be tricked into")
			}
			continue
		}
		if csp := render(t, s.show).Header().Get("Content-Security-Policy"); strings.Count(csp, "frame-ancestors") != 1 || !strings.Contains(csp, "; frame-ancestors 'none';") {
			t.Errorf("%s: %s", s.name, csp)
		}
	}
}

// No page is kept, and none tells where its visitor comes from (checklist 48).
func TestAuth48PagesAreNotKept(t *testing.T) {
	for _, s := range samples() {
		h := render(t, s.show).Header()
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := h.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q", s.name, name, got)
			}
		}
	}
}

// A page that an app may have opened in a window of its own stays with it, and so does
// the window that an embedded app opens; the pages of the account do not.
func TestOpener(t *testing.T) {
	flow := map[string]bool{
		"login": true, "patientpicker": true, "patientpicker-none": true, "contextpicker": true, "error": true, "error-user": true, "message": true, "form": true, "newtab": true, "newtab-launch": true,
		"consent": true, "consent-500": true, "consent-unverified": true,
	}
	for _, s := range samples() {
		want := "same-origin"
		if flow[s.name] {
			want = ""
		}
		if s.name == "launchframe" {
			want = "same-origin-allow-popups"
		}
		if got := render(t, s.show).Header().Get("Cross-Origin-Opener-Policy"); got != want {
			t.Errorf("%s: %q", s.name, got)
		}
	}
}

// Browsers hold the redirect after a form to the form's page, so the page names
// the app; whatever the URI is, it adds one source and ends no directive.
func TestFormActionFollowsTheRedirect(t *testing.T) {
	for uri, want := range map[string]string{
		"https://app.example.org/cb?a=b;c": " https://app.example.org",
		"https://app.example.org:8443/cb":  " https://app.example.org:8443",
		"http://127.0.0.1:5173/cb":         " http://127.0.0.1:5173",
		"http://localhost:5173":            " http://localhost:5173",
		"http://[::1]:5173/cb":             " http:",
		"com.example.app:/cb":              " com.example.app:",
		"com.example.app://cb":             " com.example.app:",
		"":                                 "", "/cb": "", "javascript:alert(1)": "", "data:text/html,x": "",
		"https://a;script-src *": "", "https://a,b/": "", "https:///cb": "", "https://a'b/": "",
	} {
		m := sampleConsent()
		m.App.LogoURI, m.Redirect = "", uri
		got := render(t, func(p *Pages, w http.ResponseWriter) { p.Consent(w, http.StatusOK, m) }).Header().Get("Content-Security-Policy")
		if got != policyOf("", want, "; script-src 'self'") {
			t.Errorf("%s: %s", uri, got)
		}
	}
}

func TestImagesAreOfTheLogosOrigin(t *testing.T) {
	for uri, want := range map[string]string{
		"https://cdn.example.org/a/logo.png": " https://cdn.example.org",
		"http://127.0.0.1:8080/demo/logo":    " http://127.0.0.1:8080",
		"data:image/png;base64,AAAA":         " data:",
		"http://cdn.example.org/logo.png":    "", "javascript:alert(1)": "", "data:text/html,x": "", "https://a;b/logo": "", "/logo.png": "",
	} {
		app := App{ID: "a", LogoURI: uri}
		w := render(t, func(p *Pages, w http.ResponseWriter) {
			p.Apps(w, http.StatusOK, Apps{Grants: []Grant{{ID: "1", App: app}, {ID: "2", App: app}}})
		})
		if got := w.Header().Get("Content-Security-Policy"); got != policyOf(want, "", "") {
			t.Errorf("%s: %s", uri, got)
		}
		var shown []string
		for _, img := range all(parse(t, w), "img") {
			if src := attribute(img, "src"); !strings.HasPrefix(src, "/static/") {
				shown = append(shown, src)
			}
		}
		if want == "" && len(shown) > 0 || want != "" && (len(shown) != 2 || shown[0] != uri) {
			t.Errorf("%s is shown as %q", uri, shown)
		}
	}
}
