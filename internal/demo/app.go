package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static templates
var files embed.FS

// Options are what the app has to know of the server that it is a part of.
type Options struct {
	// Root is the path below which browsers reach the server, without a slash at its
	// end: "", or "/granary" behind a proxy that has more than Granary.
	Root string
	// Stylesheet is the path of the style of the server's own pages, which the app
	// builds on.
	Stylesheet string
}

// page is an HTML page of the app, by the template of that name.
type page struct{ path, template, title string }

var pages = []page{
	{Path, "index.html", Name},
	{Path + "/", "index.html", Name},
	{Path + "/launch.html", "launch.html", "Starting the demonstration app"},
	{Path + "/app.html", "app.html", Name},
}

// contentSecurity lets the app load its own files and speak with its own server. It may
// be framed by the server's launch simulator.
const contentSecurity = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// app serves the files that there are, by their paths.
type app map[string]file

type file struct {
	body  []byte
	cache string
}

// New makes the handler of the app, for all paths that begin with Path. An error means
// that the program was built wrong.
func New(o Options) (http.Handler, error) {
	a := app{}
	assets, err := a.addStatic()
	if err != nil {
		return nil, err
	}
	parsed, err := template.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		var body bytes.Buffer
		err := parsed.ExecuteTemplate(&body, p.template, map[string]string{
			"Title": p.title, "Root": o.Root, "Assets": o.Root + assets, "Client": clientID, "Name": Name,
			"Stylesheet": o.Stylesheet,
		})
		if err != nil {
			return nil, err
		}
		a[p.path] = file{body.Bytes(), "no-store"} // the URL of a page may have a code in it
	}
	return a, nil
}

// addStatic puts the static files at a path with the hash of them all, so that they may
// be cached for good, and the logo, which is known by its URL, beside the pages.
func (a app) addStatic() (assets string, err error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return "", err
	}
	bodies, sum := map[string][]byte{}, sha256.New()
	for _, e := range entries {
		body, err := files.ReadFile("static/" + e.Name())
		if err != nil {
			return "", err
		}
		bodies[e.Name()] = body
		sum.Write(body)
	}
	assets = Path + "/static/" + hex.EncodeToString(sum.Sum(nil))[:16] + "/"
	for name, body := range bodies {
		a[assets+name] = file{body, "public, max-age=31536000, immutable"}
	}
	a[Path+"/logo.svg"] = file{bodies["logo.svg"], "public, max-age=3600"}
	return assets, nil
}

// types are the media types of the files. The system's own table may say otherwise.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
	"":      "text/html; charset=utf-8",
}

// ServeHTTP serves a file.
func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a[r.URL.Path]
	h := w.Header()
	h.Set("Content-Security-Policy", contentSecurity)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if !ok {
		http.Error(w, "There is no such page of the demonstration app, which begins at "+Path+".", http.StatusNotFound)
		return
	}
	name := path.Base(strings.TrimSuffix(r.URL.Path, "/"))
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Cache-Control", f.cache)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
}
