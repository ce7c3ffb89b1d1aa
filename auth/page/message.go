package page

import "net/http"

// Message says something, such as that the viewer is logged out, and where to go
// from there.
type Message struct {
	Viewer      Viewer
	Title, Text string
	Links       []Link
}

// Message shows the page.
func (p *Pages) Message(w http.ResponseWriter, status int, m Message) { p.write(w, status, m) }

func (m Message) frame() frame {
	return frame{template: "message.html", title: m.Title, viewer: m.Viewer, policy: policy{flow: true}}
}
