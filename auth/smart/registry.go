package smart

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// mayRegister tells whether a user may register apps and change them: administrators,
// and in a sandbox everyone.
func (s *Server) mayRegister(a user.Account) bool { return s.Sandbox || a.Role == user.Administrator }

// mayChange tells whether a user may change an app: of one that may look into every
// token, administrators alone.
func (s *Server) mayChange(a user.Account, app client.Client) bool {
	return s.mayRegister(a) && (!app.Introspection || a.Role == user.Administrator)
}

// registrar sends away whoever may not register apps.
func (s *Server) registrar(v *visit) (bool, error) { return s.only(v, s.mayRegister) }

// registry lists the apps that are registered.
func (s *Server) registry(v *visit) error {
	if sent, err := s.mustLogIn(v); sent || err != nil {
		return err
	}
	apps, err := s.Clients.List(v.Context())
	if err != nil {
		return err
	}
	m := page.Registry{Viewer: s.viewer(v)}
	for _, app := range apps {
		m.Apps = append(m.Apps, s.registeredApp(app))
	}
	if s.mayRegister(v.account) {
		m.New = s.path("/registry/new")
	}
	s.pages.Registry(v.w, http.StatusOK, m)
	return nil
}

func (s *Server) appPath(id string) string { return s.path("/registry/app/" + id) }

func (s *Server) registeredApp(c client.Client) page.RegisteredApp {
	return page.RegisteredApp{
		App: appOf(c), Href: s.appPath(c.ID), Method: string(c.Method), GrantTypes: c.GrantTypes, Scopes: c.Scopes,
		RedirectURIs: c.RedirectURIs, LaunchURI: c.LaunchURI, Origins: c.Origins, JWKSURI: c.JWKSURI, JWKS: string(c.JWKS),
		Contacts: c.Contacts, Created: c.Created, Introspect: c.Introspection,
	}
}

// showApp shows what is registered of an app.
func (s *Server) showApp(v *visit) error {
	if sent, err := s.mustLogIn(v); sent || err != nil {
		return err
	}
	app, err := s.namedApp(v)
	if err != nil {
		return err
	}
	return s.appPage(v, app, "", "")
}

// namedApp is the app in the path.
func (s *Server) namedApp(v *visit) (client.Client, error) {
	app, err := s.Clients.Get(v.Context(), v.params.ByName("client"))
	if isAbsent(err) {
		err = errNotFound
	}
	return app, err
}

func (s *Server) appPage(v *visit, app client.Client, secret, notice string) error {
	m := page.RegistryApp{
		Viewer: s.viewer(v), App: s.registeredApp(app), Secret: secret, Notice: notice, Back: s.path("/registry"), Hidden: v.csrf(),
		Endpoints: []page.Field{
			{Name: "FHIR base URL (iss, aud)", Value: s.URLs.FHIR},
			{Name: "Authorization endpoint", Value: s.URLs.Authorize},
			{Name: "Token endpoint", Value: s.URLs.Token},
			{Name: "Discovery", Value: s.URLs.FHIR + smartConfigurationPath},
		},
	}
	if s.mayChange(v.account, app) {
		m.Action, m.Edit = s.appPath(app.ID), s.appPath(app.ID)+"/edit"
	}
	if app.LaunchURI != "" && s.mayLaunch(v.account) {
		m.Launch = s.path("/launch") + "?" + values(page.FieldClient, app.ID)
	}
	s.pages.RegistryApp(v.w, http.StatusOK, m)
	return nil
}

// changeApp gives an app a new secret, or removes it and ends all that was granted to
// it.
func (s *Server) changeApp(v *visit) error {
	if err := v.ours(); err != nil {
		return err
	}
	if sent, err := s.registrar(v); sent || err != nil {
		return err
	}
	app, err := s.namedApp(v)
	if err != nil {
		return err
	}
	if !s.mayChange(v.account, app) {
		return errNotAllowed
	}
	switch v.form.Get(page.FieldDo) {
	case page.DoRotate:
		return s.rotateSecret(v, app)
	case page.DoRemove:
		return s.removeApp(v, app)
	}
	return errCSRF
}

func (s *Server) rotateSecret(v *visit, app client.Client) error {
	var secret string
	err := s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		var err error
		secret, err = s.Clients.In(tx.Records()).Rotate(v.Context(), app.ID)
		return []audit.Event{s.registration(v, app.ID, "secret rotated")}, err
	})
	var refused *oauth.Error
	if errors.As(err, &refused) {
		return s.appPage(v, app, "", refused.Description)
	}
	if err != nil {
		return err
	}
	return s.appPage(v, app, secret, "The old secret is good for a day more.")
}

func (s *Server) removeApp(v *visit, app client.Client) error {
	err := s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		if err := s.Clients.In(tx.Records()).Remove(v.Context(), app.ID); err != nil {
			return nil, err
		}
		events, err := s.endGrants(v.Context(), tx, auth.ClientOwner(app.ID), "the app was removed")
		return append(events, s.registration(v, app.ID, "removed")), err
	})
	if err != nil && !isAbsent(err) {
		return err
	}
	return v.goTo(s.path("/registry"))
}

func (s *Server) registration(v *visit, app, what string) audit.Event {
	e := s.ofUser(v, audit.Registration, v.account, app)
	e.Description = what
	return e
}

// newApp shows the form that registers an app.
func (s *Server) newApp(v *visit) error {
	if sent, err := s.registrar(v); sent || err != nil {
		return err
	}
	return s.registrationPage(v, http.StatusOK, client.Client{
		Method: client.None, GrantTypes: []string{client.AuthorizationCode, client.RefreshToken}, Scopes: client.AnyScope,
	}, nil)
}

// editApp shows the form that changes an app.
func (s *Server) editApp(v *visit) error {
	if sent, err := s.registrar(v); sent || err != nil {
		return err
	}
	app, err := s.namedApp(v)
	if err != nil {
		return err
	}
	if !s.mayChange(v.account, app) {
		return errNotAllowed
	}
	return s.registrationPage(v, http.StatusOK, app, nil)
}

func (s *Server) registrationPage(v *visit, status int, app client.Client, problem *oauth.Error) error {
	m := page.Registration{
		Viewer: s.viewer(v), Change: app.ID != "", App: s.registeredApp(app), Introspect: v.account.Role == user.Administrator,
		Action: s.path("/registry/new"), Hidden: v.csrf(), Back: s.path("/registry"),
	}
	if m.Change {
		m.Action, m.Back = s.appPath(app.ID)+"/edit", s.appPath(app.ID)
		m.Hidden = append(m.Hidden, page.Field{Name: page.FieldRevision, Value: revisionOf(app)})
	}
	if problem != nil {
		m.Problem = problem.Description
		if field, _, ok := strings.Cut(problem.Description, ":"); ok && !strings.Contains(field, " ") {
			m.Where = field
		}
	}
	for _, method := range client.Methods() {
		m.Methods = append(m.Methods, page.Option{Value: string(method), Text: methodInWords(method), Chosen: method == app.Method})
	}
	for _, grant := range client.GrantTypes() {
		m.GrantTypes = append(m.GrantTypes, page.Option{Value: grant, Text: grantInWords(grant), Chosen: app.Allows(grant)})
	}
	s.pages.Registration(v.w, status, m)
	return nil
}

func methodInWords(m client.Method) string {
	switch m {
	case client.None:
		return "Public: in a browser or on a phone, without a secret"
	case client.SecretBasic:
		return "Confidential: a secret in the Authorization header"
	case client.SecretPost:
		return "Confidential: a secret in the form"
	}
	return "Confidential: a key of its own"
}

func grantInWords(grant string) string {
	switch grant {
	case client.AuthorizationCode:
		return "Its users log in and consent"
	case client.RefreshToken:
		return "It may renew its access without asking them again"
	}
	return "A backend service, without users"
}

// filledIn is an app with what the form says of it.
func filledIn(app client.Client, v *visit, introspection bool) client.Client {
	text := func(name string) string { return strings.TrimSpace(v.form.Get(name)) }
	list := func(name string) []string { return strings.Fields(v.form.Get(name)) }
	app.Name, app.ClientURI, app.LogoURI = text(page.FieldClientName), text(page.FieldClientURI), text(page.FieldLogoURI)
	app.PolicyURI, app.TOSURI = text(page.FieldPolicyURI), text(page.FieldTOSURI)
	app.Method, app.GrantTypes = client.Method(text(page.FieldMethod)), slices.Clone(v.form[page.FieldGrantTypes])
	app.RedirectURIs, app.Origins, app.Contacts = list(page.FieldRedirectURIs), list(page.FieldOrigins), list(page.FieldContacts)
	app.LaunchURI, app.JWKSURI = text(page.FieldLaunchURI), text(page.FieldJWKSURI)
	app.Scopes = strings.Join(list(page.FieldScopes), " ")
	if app.Method != client.PrivateKeyJWT {
		app.SigningAlg = "" // which has no field
	}
	if app.JWKS = nil; text(page.FieldJWKS) != "" {
		app.JWKS = []byte(text(page.FieldJWKS))
	}
	if introspection {
		app.Introspection = v.form.Has(page.FieldIntrospect)
	}
	return app
}

// addApp registers the app that the form describes.
func (s *Server) addApp(v *visit) error {
	return s.keepApp(v, client.Client{}, func(clients *client.Registry, app client.Client) (client.Client, string, error) {
		return clients.Add(v.Context(), app)
	})
}

// saveApp changes an app as the form says, with a secret if it needs one from now on.
// What it was granted stays as it was, and is renewed no more if it is more than it may
// have now.
func (s *Server) saveApp(v *visit) error {
	app, err := s.namedApp(v)
	if err != nil {
		return err
	}
	return s.keepApp(v, app, func(clients *client.Registry, app client.Client) (client.Client, string, error) {
		if v.form.Get(page.FieldRevision) != revisionOf(app) { // or what somebody took away would be there again
			return app, "", store.ErrRecordChanged
		}
		if err := clients.Update(v.Context(), app); err != nil {
			return app, "", err
		}
		if len(app.Secrets) > 0 || app.Method != client.SecretBasic && app.Method != client.SecretPost {
			return app, "", nil
		}
		secret, err := clients.Rotate(v.Context(), app.ID) // its first one
		return app, secret, err
	})
}

// revisionOf tells the form of an app as it is from one of before.
func revisionOf(app client.Client) string { return strconv.FormatInt(app.Revision(), 10) }

var errChanged = pageError("Somebody else has changed it", oauth.Refuse(oauth.InvalidRequest, "The app was changed while you did.")).
	right("Reload the page, and change it again.").status(http.StatusConflict)

func (s *Server) keepApp(v *visit, app client.Client, keep func(*client.Registry, client.Client) (client.Client, string, error)) error {
	if err := v.ours(); err != nil {
		return err
	}
	if sent, err := s.registrar(v); sent || err != nil {
		return err
	}
	if !s.mayChange(v.account, app) {
		return errNotAllowed
	}
	app = filledIn(app, v, v.account.Role == user.Administrator)
	var kept client.Client
	var secret string
	err := s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		var err error
		kept, secret, err = keep(s.Clients.In(tx.Records()), app)
		return []audit.Event{s.registration(v, kept.ID, "registered")}, err
	})
	if errors.Is(err, store.ErrRecordChanged) {
		return errChanged
	}
	var refused *oauth.Error
	if errors.As(err, &refused) {
		return s.registrationPage(v, http.StatusBadRequest, app, refused)
	}
	if err != nil {
		return err
	}
	return s.appPage(v, kept, secret, "The app is registered.")
}
