package page

import (
	"net/http"
	"strconv"
	"time"
)

// The fields of the forms Login and Welcome.
const (
	FieldName     = "name"
	FieldPassword = "password"
)

// Login asks who the user is.
type Login struct {
	App        *App // nil if nobody but the user wants to know
	Action     string
	Hidden     []Field
	Name       string        // as it was given before
	Problem    string        // why the last attempt failed
	RetryAfter time.Duration // how long until another attempt is heard
	Demo       []Demo        // demonstration accounts, each with a button
	// Redirect is the redirect URI of the request, which the answer may lead to
	// if nothing is left to ask.
	Redirect string
}

// Demo is an account whose password is no secret.
type Demo struct{ Name, Label, Role, Password string }

// Login shows the page, with RetryAfter in the header of this name too.
func (p *Pages) Login(w http.ResponseWriter, status int, m Login) {
	if m.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((m.RetryAfter+time.Second-1)/time.Second)))
	}
	p.write(w, status, m)
}

func (m Login) frame() frame {
	f := frame{template: "login.html", title: "Log in", policy: policy{forms: []string{m.Redirect}}}
	if m.App != nil {
		f.policy.flow = true
		f.policy.logos = []string{m.App.LogoURI}
	}
	return f
}
