package page

import (
	"net/http"
	"net/url"
)

// The fields of Consent, and of the pickers' button that gives up.
const (
	FieldDecision = "decision" // Allow or Deny
	FieldScope    = "scope"    // one for each scope that is ticked: Choice.Value
	FieldRemember = "remember"

	// fieldCategory and a Choice's Value are the field of its categories.
	fieldCategory = "category "
)

// The values of FieldDecision.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Consent asks what of that which an app asks for it shall have.
type Consent struct {
	App      App
	Viewer   Viewer
	Patient  *Person  // whose record, if there is one in context
	Context  []string // what else the app is told: "Visit on 3 May 2026"
	Groups   []Group
	Refused  []Refused // what the app cannot have, whoever asks
	Offline  bool      // offline_access is among the scopes
	Online   bool      // online_access is
	Writes   bool      // some scope lets the app change data
	Offer    bool      // offer to remember the decision
	Remember bool      // the offer is ticked
	Action   string
	Hidden   []Field
	Problem  string
	Redirect string // redirect URI of the request: where the user goes after this
}

// Group is a part of what an app asks for.
type Group struct {
	Title  string
	Note   string
	Scopes []Choice
}

// Choice is a scope that can be left out.
type Choice struct {
	Value      string // of the field: the scope as it was asked for
	Text       string // in plain words
	Detail     string // more about it
	Checked    bool
	Locked     bool // it cannot be left out
	Writes     bool
	Categories []Category // what it can be narrowed to
}

// Field is the name of the fields for the choice's categories.
func (c Choice) Field() string { return fieldCategory + c.Value }

// Narrowed tells whether some category is ticked.
func (c Choice) Narrowed() bool {
	for _, category := range c.Categories {
		if category.Checked {
			return true
		}
	}
	return false
}

// Category is some kinds of a type of data.
type Category struct {
	Value, Text string
	Checked     bool
}

// Refused is a scope that is left out of the grant, and why.
type Refused struct{ Scope, Reason string }

// Consent shows the page.
func (p *Pages) Consent(w http.ResponseWriter, status int, m Consent) { p.write(w, status, m) }

func (m Consent) frame() frame {
	return frame{
		template: "consent.html", title: "Allow " + m.App.Title() + "?", viewer: m.Viewer,
		policy: policy{flow: true, script: true, logos: []string{m.App.LogoURI}, forms: []string{m.Redirect}},
	}
}

// Decision is what the user has answered on Consent. It is the user's word, not
// yet a grant: what was not asked for may be in it.
type Decision struct {
	Allow      bool
	Scopes     []string            // Choice.Value of those that are ticked
	Categories map[string][]string // of those that are to be narrowed, by Choice.Value
	Remember   bool
}

// ReadDecision reads the form of Consent. Whatever is not a clear yes is a no.
func ReadDecision(form url.Values) Decision {
	d := Decision{
		Allow:      form.Get(FieldDecision) == Allow,
		Scopes:     form[FieldScope],
		Categories: map[string][]string{},
		Remember:   form.Has(FieldRemember),
	}
	for _, s := range d.Scopes {
		if categories := form[fieldCategory+s]; len(categories) > 0 {
			d.Categories[s] = categories
		}
	}
	return d
}
