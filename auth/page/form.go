package page

import "net/http"

// Form is a question with one button: a confirmation, or a response that the user
// takes to the app by it. Nothing happens until it is pressed.
type Form struct {
	Viewer      Viewer
	Title, Text string
	Action      string // a path of this server, or Redirect
	Hidden      []Field
	Button      string
	Danger      bool   // what it does cannot be undone
	Cancel      *Link  // nil: there is no way back
	Redirect    string // URI of the app that the form, or its answer, leads to
}

// Form shows the page.
func (p *Pages) Form(w http.ResponseWriter, status int, m Form) { p.write(w, status, m) }

func (m Form) frame() frame {
	return frame{
		template: "form.html", title: m.Title, viewer: m.Viewer,
		policy: policy{flow: true, forms: []string{m.Redirect}},
	}
}
