package smart

import (
	"net/http"

	"github.com/granary-fhir/granary/auth/page"
)

// home is what a browser finds at the root.
func (s *Server) home(v *visit) error {
	m := page.Home{
		Viewer: s.viewer(v), Base: s.URLs.FHIR, Version: s.Version, Sandbox: s.Sandbox,
		Server: []page.Link{
			{Text: "smart-configuration", Href: s.path("/fhir" + smartConfigurationPath), Detail: "What an app needs to know to connect"},
			{Text: "CapabilityStatement", Href: s.path("/fhir/metadata"), Detail: "What the FHIR API can do"},
			{Text: "openid-configuration", Href: s.path(openIDConfigurationPath), Detail: "For OpenID Connect clients"},
		},
		Docs: []page.Link{
			{Text: "SMART App Launch 2.2", Href: "https://hl7.org/fhir/smart-app-launch/STU2.2/"},
			{Text: "FHIR R4", Href: "https://hl7.org/fhir/R4/"},
		},
	}
	if !v.loggedIn() {
		m.Login = s.path("/login")
	}
	for _, l := range []struct {
		there bool
		link  page.Link
	}{
		{s.Sandbox, page.Link{Text: "Launch simulator", Href: s.path("/launch"), Detail: "Play the health record: choose an app, a patient, and launch"}},
		{s.Sandbox || isAdministrator(v.account), page.Link{Text: "Scope playground", Href: s.path(playgroundPath), Detail: "Type scopes, and see what a token of them would reach"}},
		{s.Demo != nil, page.Link{Text: "Demonstration app", Href: s.path("/demo"), Detail: "A SMART app that shows vital signs"}},
		{true, page.Link{Text: "My apps", Href: s.path("/apps"), Detail: "What you have granted, and to whom"}},
		{true, page.Link{Text: "Registered apps", Href: s.path("/registry"), Detail: "Register an app of your own"}},
	} {
		if l.there {
			m.Try = append(m.Try, l.link)
		}
	}
	s.pages.Home(v.w, http.StatusOK, m)
	return nil
}
