package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func serve(t *testing.T, o Options, path string) *httptest.ResponseRecorder {
	t.Helper()
	app, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	app.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder
}

var attribute = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

// TestPages asks for each page, and for each file that it names, behind a proxy.
func TestPages(t *testing.T) {
	o := Options{Root: "/granary", Stylesheet: "/granary/static/x/granary.css"}
	for _, p := range pages {
		r := serve(t, o, p.path)
		body := r.Body.String()
		if r.Code != http.StatusOK || r.Header().Get("Content-Type") != "text/html; charset=utf-8" || r.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", p.path, r.Code, r.Header())
		}
		policy := r.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self'", "frame-ancestors 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy %q has no %s", p.path, policy, want)
			}
		}
		if strings.Contains(body, "<style") || strings.Contains(body, " style=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(body) {
			t.Errorf("%s has style or script inside", p.path)
		}
		if !strings.Contains(body, `data-client="granary-demo"`) || !strings.Contains(body, `data-fhir="/granary/fhir"`) {
			t.Errorf("%s does not say who and where it is", p.path)
		}
		for _, found := range attribute.FindAllStringSubmatch(body, -1) {
			path, ours := strings.CutPrefix(found[1], "/granary"+Path+"/")
			if !ours {
				if !strings.HasPrefix(found[1], "/granary/") && !strings.HasPrefix(found[1], "#") {
					t.Errorf("%s: %s leads out of the root", p.path, found[1])
				}
				continue
			}
			r := serve(t, o, Path+"/"+path)
			if r.Code != http.StatusOK || r.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("%s: %s is %d, %s", p.path, found[1], r.Code, r.Header().Get("Cache-Control"))
			}
		}
	}
	for _, absent := range []string{Path + "/nothing.html", Path + "/static/app.js", Path + "/static/0000000000000000/app.js"} {
		if r := serve(t, o, absent); r.Code != http.StatusNotFound {
			t.Errorf("%s: %d", absent, r.Code)
		}
	}
}

// TestRegistration wants the app registered by what it serves.
func TestRegistration(t *testing.T) {
	r := At("https://ehr.example")
	for uri, kind := range map[string]string{
		r.ClientURI: "text/html; charset=utf-8", r.LogoURI: "image/svg+xml", r.LaunchURI: "text/html; charset=utf-8", r.RedirectURIs[0]: "text/html; charset=utf-8",
	} {
		path, ok := strings.CutPrefix(uri, "https://ehr.example")
		if got := serve(t, Options{}, path); !ok || got.Code != http.StatusOK || got.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", uri, got.Code, got.Header().Get("Content-Type"))
		}
	}
}

// TestVendored holds the client library to the file of its package, by the digest that
// docs/dependencies.md gives.
func TestVendored(t *testing.T) {
	const name = "static/fhir-client.pure.min.js"
	body, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	doc, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	if digest := hex.EncodeToString(sum[:]); !strings.Contains(string(doc), digest) {
		t.Errorf("%s has the digest %s, which docs/dependencies.md does not have", name, digest)
	}
}
