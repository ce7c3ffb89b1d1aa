package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
)

//go:embed templates/*.html
var templates embed.FS

// Options are what all pages have in common.
type Options struct {
	// Root is the path below which browsers reach the server, without a slash at
	// its end: "", or "/granary" behind a proxy that has more than Granary.
	Root string
	// Log is told of pages that could not be rendered; nil is slog.Default().
	Log *slog.Logger
}

// Pages renders pages. It is safe for concurrent use.
type Pages struct {
	root  string
	log   *slog.Logger
	files *files
	pages map[string]*template.Template // by the name of the template's file
}

// New parses the templates. An error means that the program was built wrong.
func New(opts Options) (*Pages, error) {
	files, err := newFiles(opts.Root)
	if err != nil {
		return nil, err
	}
	p := &Pages{opts.Root, opts.Log, files, map[string]*template.Template{}}
	if p.log == nil {
		p.log = slog.Default()
	}
	common, err := template.New("layout.html").Funcs(p.functions()).
		ParseFS(templates, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t, err := template.Must(common.Clone()).ParseFS(templates, name)
		if err != nil {
			return nil, err
		}
		p.pages[path.Base(name)] = t
	}
	return p, nil
}

// frame is what surrounds a page's own content.
type frame struct {
	template string // name of the template's file
	title    string
	viewer   Viewer
	policy   policy
	wide     bool   // for lists and forms of the account's pages
	refresh  string // URI to go on to at once
}

// model is what a page shows.
type model interface{ frame() frame }

// layout is what layout.html is given.
type layout struct {
	Title, Home, Refresh string
	Viewer               Viewer
	Wide, Script         bool
	Page                 model
}

// write renders a page in full before anything is sent, so that a failure is a
// 500 and not half a page.
func (p *Pages) write(w http.ResponseWriter, status int, m model) {
	f := m.frame()
	var body bytes.Buffer
	err := p.execute(&body, f, m)
	f.policy.set(w.Header())
	if err != nil {
		p.log.Error("page", "template", f.template, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the browser may be gone
}

func (p *Pages) execute(body *bytes.Buffer, f frame, m model) error {
	t, ok := p.pages[f.template]
	if !ok {
		return fmt.Errorf("there is no template %s", f.template)
	}
	return t.Execute(body, layout{
		Title: f.title, Home: p.root + "/", Refresh: f.refresh,
		Viewer: f.viewer, Wide: f.wide, Script: f.policy.script, Page: m,
	})
}
