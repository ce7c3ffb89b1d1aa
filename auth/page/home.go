package page

import "net/http"

// Home is what a browser finds at the root: what this server is, and where its
// parts are.
type Home struct {
	Viewer  Viewer
	Base    string // URL of the FHIR API
	Version string
	Sandbox bool
	Try     []Link // what one does first
	Server  []Link // endpoints
	Docs    []Link
	Login   string // link for who is nobody yet
}

// Home shows the page.
func (p *Pages) Home(w http.ResponseWriter, status int, m Home) { p.write(w, status, m) }

func (m Home) frame() frame {
	return frame{template: "home.html", title: "A FHIR server with SMART built in", viewer: m.Viewer, wide: true}
}
