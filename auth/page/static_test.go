package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, url string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	return w
}

func TestStaticFiles(t *testing.T) {
	p := pages(t)
	for name, kind := range map[string]string{
		"granary.css": "text/css; charset=utf-8", "consent.js": "text/javascript; charset=utf-8",
		"mark.svg": "image/svg+xml", "smart-style.json": "application/json",
	} {
		url, err := p.files.path(name)
		if err != nil {
			t.Fatal(err)
		}
		w := get(t, p.Static(), url)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 ||
			w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", url, w.Code, w.Header())
		}
	}
	mark := p.files.prefix + p.files.paths["mark.svg"]
	for _, url := range []string{"/static/", "/static/granary.css", "/static/0000000000000000/mark.svg", path.Dir(mark), mark + "/", "/static/../pages.go", "/"} {
		if w := get(t, p.Static(), url); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
}

// Apps read the style from their own origins (IG, app-launch.html#styling).
func TestSmartStyle(t *testing.T) {
	p := pages(t)
	w := get(t, p.Static(), p.StylePath())
	var style map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &style); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"color_background", "color_error", "color_highlight", "color_modal_backdrop", "color_success", "color_text",
		"dim_border_radius", "dim_font_size", "dim_spacing_size", "font_family_body", "font_family_heading",
	} {
		if style[name] == "" {
			t.Errorf("%s is not there", name)
		}
	}
	if w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Error("other origins cannot read it")
	}
}

func TestRoot(t *testing.T) {
	p, err := New(Options{Root: "/granary"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Message(w, http.StatusOK, Message{Title: "x"})
	doc := parse(t, w)
	for _, n := range all(doc, "link", "img") {
		uri := attribute(n, "href") + attribute(n, "src")
		if !strings.HasPrefix(uri, "/granary/static/") {
			t.Errorf("%s is outside of the root", uri)
		}
		if got := get(t, p.Static(), uri); got.Code != http.StatusOK {
			t.Errorf("%s: %d", uri, got.Code)
		}
	}
	if home := attribute(all(doc, "a")[1], "href"); home != "/granary/" {
		t.Errorf("the way home is %s", home)
	}
}
