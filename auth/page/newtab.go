package page

import "net/http"

// NewTab stands in a frame in the place of a page that must not be framed, and leads
// to that page. It asks nothing, and there is nothing to trick a viewer into.
type NewTab struct {
	App App
	// URL is the path of that page, in this server; "" if the app could not go on in
	// another tab, and has to be launched there.
	URL string
}

// NewTab shows the page.
func (p *Pages) NewTab(w http.ResponseWriter, status int, m NewTab) { p.write(w, status, m) }

func (m NewTab) frame() frame {
	return frame{
		template: "newtab.html", title: m.App.Title(),
		policy: policy{flow: true, framed: true, logos: []string{m.App.LogoURI}},
	}
}
