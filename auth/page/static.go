package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

// staticPath is where static files are, below the root.
const staticPath = "/static/"

// hashLength are the hexadecimal digits of a content's hash in its path.
const hashLength = 16

// files are the static files, each at a path with the hash of its content, so
// that it may be cached for good.
type files struct {
	prefix string            // of paths as browsers know them
	paths  map[string]string // file name -> "hash/name"
	bodies map[string][]byte // "hash/name" -> content
}

func newFiles(root string) (*files, error) {
	f := &files{root + staticPath, map[string]string{}, map[string][]byte{}}
	entries, err := fs.ReadDir(static, "static")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		body, err := static.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		at := hex.EncodeToString(sum[:])[:hashLength] + "/" + e.Name()
		f.paths[e.Name()], f.bodies[at] = at, body
	}
	return f, nil
}

// path is the path of a file for browsers.
func (f *files) path(name string) (string, error) {
	at, ok := f.paths[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return f.prefix + at, nil
}

// StylePath is the path of the SMART style of these pages, which apps may follow:
// `smart_style_url` (IG, app-launch.html#styling). A style that changes has
// another path, as the IG wants it.
func (p *Pages) StylePath() string { return p.files.prefix + p.files.paths["smart-style.json"] }

// StylesheetPath is the path of the stylesheet of these pages, for what shall look
// like them.
func (p *Pages) StylesheetPath() string { return p.files.prefix + p.files.paths["granary.css"] }

// Static serves the static files. It is for all paths that begin with /static/.
func (p *Pages) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, at, _ := strings.Cut(r.URL.Path, staticPath)
		body, ok := p.files.bodies[at]
		if !ok {
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(at)))
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		// Apps read the style from their own origins, and nothing here is secret.
		h.Set("Access-Control-Allow-Origin", "*")
		http.ServeContent(w, r, at, time.Time{}, bytes.NewReader(body))
	})
}
