package page

import "net/http"

// Welcome is behind a one-time link: who has it chooses a name and a password.
// The fields are FieldName and FieldPassword.
type Welcome struct {
	Title   string // "Welcome to Granary"
	Text    string // what the account will be: "You will be the first administrator."
	Action  string
	Hidden  []Field
	Name    string // as it was given before or is proposed
	Problem string
	Least   int // characters of a password
}

// Welcome shows the page.
func (p *Pages) Welcome(w http.ResponseWriter, status int, m Welcome) { p.write(w, status, m) }

func (m Welcome) frame() frame { return frame{template: "welcome.html", title: m.Title} }
