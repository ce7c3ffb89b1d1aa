package page

import (
	"net/http"
	"time"
)

// Registry lists the apps that are registered.
type Registry struct {
	Viewer Viewer
	Apps   []RegisteredApp // ID, Name, Method, Created, Dynamic and Href are shown
	New    string          // link to Registration; "" if the viewer may not
	Notice string
}

// RegisteredApp is an app as its developer knows it.
type RegisteredApp struct {
	App
	Href         string // its own page
	Method       string // token_endpoint_auth_method
	GrantTypes   []string
	Scopes       string
	RedirectURIs []string
	LaunchURI    string
	Origins      []string
	JWKSURI      string
	JWKS         string
	Contacts     []string
	Created      time.Time
	Introspect   bool
}

// Registry shows the page.
func (p *Pages) Registry(w http.ResponseWriter, status int, m Registry) { p.write(w, status, m) }

func (m Registry) frame() frame {
	return frame{template: "registry.html", title: "Registered apps", viewer: m.Viewer, wide: true}
}

// The values of FieldDo on RegistryApp.
const (
	DoRotate = "rotate"
	DoRemove = "remove"
)

// FieldDo tells what a form with several buttons is to do.
const FieldDo = "do"

// RegistryApp is the page of one app.
type RegistryApp struct {
	Viewer Viewer
	App    RegisteredApp
	Secret string // a new client secret, shown this once
	Action string // where FieldDo is posted; "" if the viewer may only look
	Hidden []Field
	Edit   string // link to Registration with what is there; "" for none
	Launch string // link to the simulator with this app chosen; "" for none
	Back   string // link to Registry
	// Endpoints are what the app needs to know of the server.
	Endpoints []Field
	Notice    string
}

// RegistryApp shows the page.
func (p *Pages) RegistryApp(w http.ResponseWriter, status int, m RegistryApp) { p.write(w, status, m) }

func (m RegistryApp) frame() frame {
	return frame{
		template: "registryapp.html", title: m.App.Title(), viewer: m.Viewer, wide: true,
		policy: policy{logos: []string{m.App.LogoURI}},
	}
}
