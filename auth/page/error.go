package page

import "net/http"

// Error tells what was wrong with a request that cannot be answered otherwise: to a
// user who went astray, or to the developer of an app whose request cannot be answered
// by a redirect, because nobody has verified where that would lead (checklist 2). There
// is no link on it, whatever the request says.
type Error struct {
	Status      int
	ForApp      bool   // an app's developer has to know it; else whoever sees the page
	Title       string // "This app cannot be connected"
	Code        string // error code of OAuth, shown to developers alone
	Parameter   string // which parameter of the request
	Given       string // its value
	Description string // what is wrong with it
	Right       string // what would be right; for a user the sentence that says what to do
}

// Error shows the page.
func (p *Pages) Error(w http.ResponseWriter, m Error) { p.write(w, m.Status, m) }

func (m Error) frame() frame {
	return frame{template: "error.html", title: m.Title, policy: policy{flow: true}}
}
