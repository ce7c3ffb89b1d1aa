package page

import (
	"net/http"
	"strconv"
)

// FieldResource is a reference to the resource that Playground shows. Its other fields
// are FieldScope, FieldUser, FieldPatient, FieldClient and FieldSearch.
const FieldResource = "resource"

// Playground is where scopes are tried out: what a token of them would see, and what
// an app would be told. Its form is sent by GET and changes nothing, so that each
// state of it is a link.
type Playground struct {
	Viewer   Viewer
	Action   string
	Scopes   string   // what was typed, one on each line
	Users    []Option // Value: name of the account; none chosen: no user
	Patients []Option // Value: id
	Apps     []Option // Value: client_id; none chosen: an app that may have everything
	Query    string   // what Patients were searched by
	Panel    string   // --panel, as the server was started
	Problem  string   // why there is no token
	Notice   string
	Asked    []AskedScope
	Access   *Access // nil: there is no token
	Shown    *ShownResource
	Examples []Examples
}

// AskedScope is a scope that was typed, and what becomes of it.
type AskedScope struct {
	Scope   string
	Text    string // in plain words; "" where nothing is granted
	Detail  string
	Writes  bool
	Refused string    // why nothing of it is granted
	Limited string    // why only Parts of it are granted
	Parts   []Granted // of it
}

// Granted is a scope that is granted in place of another one.
type Granted struct{ Scope, Text string }

// Access is what a token would get.
type Access struct {
	Scopes   string
	Types    []TypeAccess
	Empty    []TypeAccess // granted, and there is nothing to see
	Inside   []Inside
	Unlinked bool   // the state is too long for a link in front of each resource
	Response string // JSON of the token endpoint; "" for none
	Claims   string // JSON of the ID token's claims; "" for none
	Remark   string // about the response
	Command  string // shell commands that do the same; "" for none
	NoToken  string // why there are none
}

// Inside is an operation that a scope lets its holder ask for, and what it would show:
// of one that is there for many types, the types alone.
type Inside struct {
	Operation string
	Types     []TypeAccess
	Names     []string
}

// TypeAccess is what a token would reach of a resource type.
type TypeAccess struct {
	Type       string
	Letters    string
	Visible    []Count
	First      []Link // Href "" for none
	Predicates []Predicate
}

// typesTable is a table of types in the template.
type typesTable struct {
	Caption string
	Types   []TypeAccess
}

// Count is how many resources are visible.
type Count struct {
	N          int
	Over       bool // more than N
	TooComplex bool // the scopes make a predicate that a search refuses, and does so here
	How        string
}

// Number is the count in words.
func (c Count) Number() string {
	switch {
	case c.TooComplex:
		return "not counted: these scopes are too many for one search of the type"
	case c.Over:
		return "more than " + grouped(c.N)
	}
	return grouped(c.N)
}

// grouped is a number with commas between its thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// Predicate is which resources some letters reach.
type Predicate struct{ Letters, Text string }

// ShownResource is a resource as a token would read it.
type ShownResource struct {
	Reference string
	JSON      string
	Problem   string // why it is not shown
}

// Examples are links to states of the page.
type Examples struct {
	Title string
	Links []Example
}

// Example is a link to a state of the page.
type Example struct{ Scopes, Text, Href string }

// Playground shows the page.
func (p *Pages) Playground(w http.ResponseWriter, status int, m Playground) { p.write(w, status, m) }

func (m Playground) frame() frame {
	return frame{template: "playground.html", title: "Scope playground", viewer: m.Viewer, wide: true}
}
