package page

import "net/http"

// The fields of Registration, which have the names of RFC 7591, section 2, where
// it has one. Those that are lists have one entry on each line.
const (
	FieldClientName   = "client_name"
	FieldClientURI    = "client_uri"
	FieldLogoURI      = "logo_uri"
	FieldMethod       = "token_endpoint_auth_method"
	FieldRedirectURIs = "redirect_uris"
	FieldLaunchURI    = "launch_uri"
	FieldOrigins      = "origins"
	FieldGrantTypes   = "grant_types" // one for each that is ticked
	FieldScopes       = "scope"
	FieldJWKS         = "jwks"
	FieldJWKSURI      = "jwks_uri"
	FieldContacts     = "contacts"
	FieldPolicyURI    = "policy_uri"
	FieldTOSURI       = "tos_uri"
	FieldIntrospect   = "introspection"
	FieldRevision     = "revision" // of what is changed
)

// Registration is the form that registers an app or changes what is registered.
type Registration struct {
	Viewer     Viewer
	Change     bool // of an app that is there
	App        RegisteredApp
	Methods    []Option
	GrantTypes []Option
	Introspect bool // offer FieldIntrospect
	Action     string
	Hidden     []Field
	Problem    string
	Where      string // the field that Problem is about; "" for the whole form
	Back       string
}

// ProblemIn is the problem if it is about a field.
func (m Registration) ProblemIn(field string) string {
	if m.Where == field {
		return m.Problem
	}
	return ""
}

// Registration shows the page.
func (p *Pages) Registration(w http.ResponseWriter, status int, m Registration) {
	p.write(w, status, m)
}

func (m Registration) frame() frame {
	f := frame{template: "registration.html", title: "Register an app", viewer: m.Viewer, wide: true}
	if m.Change {
		f.title = "Change " + m.App.Title()
	}
	return f
}
