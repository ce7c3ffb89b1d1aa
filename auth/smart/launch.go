package smart

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// mayLaunch tells whether a user may launch apps from here: this page plays the health
// record, whose users are those who work with it, and in a sandbox everyone.
func (s *Server) mayLaunch(a user.Account) bool {
	return s.Sandbox || a.Role == user.Practitioner || a.Role == user.Administrator
}

// showLaunch shows the launch simulator. In a sandbox it can be the session of any
// demonstration account.
func (s *Server) showLaunch(v *visit) error {
	if sent, err := s.launcher(v); sent || err != nil {
		return err
	}
	return s.launchPage(v, http.StatusOK, v.URL.Query(), "")
}

// asChosen makes the chosen demonstration account the one for whom things are shown.
func (s *Server) asChosen(v *visit, chosen url.Values) (options []page.Option, err error) {
	if s.DemoPassword == "" {
		return nil, nil
	}
	accounts, err := s.demonstrated(v)
	name := chosen.Get(page.FieldUser)
	if name == "" {
		name = v.account.Name
	}
	for _, a := range accounts {
		options = append(options, accountOption(a, name))
		if a.Name == name {
			v.account = a
		}
	}
	return options, err
}

// demonstrated are the demonstration accounts, and that of who looks.
func (s *Server) demonstrated(v *visit) ([]user.Account, error) {
	accounts, err := s.Accounts.Demonstration(v.Context())
	if !slices.ContainsFunc(accounts, func(a user.Account) bool { return a.Name == v.account.Name }) {
		accounts = append([]user.Account{v.account}, accounts...)
	}
	return accounts, err
}

func accountOption(a user.Account, chosen string) page.Option {
	return page.Option{Value: a.Name, Text: a.DisplayName, Detail: roleInWords(a.Role), Chosen: a.Name == chosen}
}

// logInChosen logs the browser in as the demonstration account that the form chooses,
// whose password is no secret, and no other. Sent says that it was refused, and that
// the browser has been told.
func (s *Server) logInChosen(v *visit) (sent bool, err error) {
	name := v.form.Get(page.FieldUser)
	if name == "" || name == v.account.Name {
		return false, nil
	}
	if s.DemoPassword == "" {
		return false, errNotAllowed
	}
	accounts, err := s.Accounts.Demonstration(v.Context())
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(accounts, func(a user.Account) bool { return a.Name == name }) {
		return false, errNotAllowed
	}
	v.form.Set(page.FieldName, name)
	v.form.Set(page.FieldPassword, s.DemoPassword)
	session, err := s.startSession(v, page.Login{Action: s.path("/login"), Hidden: s.loginFields(v)}, "")
	if err != nil || session.ID == "" {
		return true, err
	}
	v.session, v.account = session, session.Account
	return false, nil
}

// launcher sends away whoever may not launch.
func (s *Server) launcher(v *visit) (bool, error) { return s.only(v, s.mayLaunch) }

// only sends away whoever is not logged in, or is none of those who may see a page.
func (s *Server) only(v *visit, may func(user.Account) bool) (bool, error) {
	if sent, err := s.mustLogIn(v); sent || err != nil {
		return true, err
	}
	if !may(v.account) {
		return true, errNotAllowed
	}
	return false, nil
}

var errNotAllowed = pageError("This is not for you", oauth.Refuse(oauth.AccessDenied, "Your account is of a role that may not do this.")).
	right("Log in with another account.").status(http.StatusForbidden)

func (s *Server) launchPage(v *visit, status int, chosen url.Values, problem string) error {
	m := page.Launch{
		Viewer: s.viewer(v), Action: s.path("/launch"), Reload: s.path("/launch"), Hidden: v.csrf(), Problem: problem,
		Intent: chosen.Get(page.FieldIntent), Tenant: chosen.Get(page.FieldTenant), Context: chosen.Get(page.FieldContext),
		Banner: chosen.Has(page.FieldBanner), Style: chosen.Has(page.FieldStyle) || !chosen.Has(page.FieldIntent), // ticked at first
		Query: chosen.Get(page.FieldSearch), Register: s.path("/registry/new"),
	}
	if s.mayPlay(v.account) {
		m.Playground = s.path(playgroundPath)
	}
	var err error
	if m.Users, err = s.asChosen(v, chosen); err != nil {
		return err
	}
	apps, err := s.launchable(v)
	if err != nil {
		return err
	}
	for _, app := range apps {
		m.Apps = append(m.Apps, page.Option{Value: app.ID, Text: appOf(app).Title(), Detail: app.LaunchURI, Chosen: app.ID == chosen.Get(page.FieldClient)})
	}
	if m.Patients, err = s.options(v, "Patient", m.Query, chosen.Get(page.FieldPatient)); err != nil {
		return err
	}
	if id := chosen.Get(page.FieldPatient); store.ValidID(id) {
		m.Encounters, err = s.options(v, "Encounter", "", chosen.Get(page.FieldEncounter), search.Pair{Name: "patient", Value: id})
		if err != nil {
			return err
		}
	}
	if m.Locations, err = s.options(v, "Location", "", chosen.Get(page.FieldLocation)); err != nil {
		return err
	}
	s.pages.Launch(v.w, status, m)
	return nil
}

// launchable are the apps that have a launch URI.
func (s *Server) launchable(v *visit) ([]client.Client, error) {
	apps, err := s.Clients.List(v.Context())
	return slices.DeleteFunc(apps, func(c client.Client) bool { return c.LaunchURI == "" }), err
}

// simulated is how many patients, encounters or locations the simulator offers.
const simulated = 200

func (s *Server) options(v *visit, typ, query, chosen string, narrow ...search.Pair) ([]page.Option, error) {
	some, err := s.candidates(v.Context(), v.account, typ, query, "", simulated, narrow...)
	if err != nil {
		return nil, err
	}
	var options []page.Option
	for _, r := range some.resources {
		option, err := optionOf(r)
		if err != nil {
			return nil, err
		}
		option.Chosen = r.ID == chosen
		options = append(options, option)
	}
	return options, nil
}

func optionOf(r store.Resource) (page.Option, error) {
	if r.Type == "Patient" {
		person, err := personOf(r)
		return page.Option{Value: r.ID, Text: person.Name, Detail: person.BirthDate}, err
	}
	item, err := itemOf(r)
	return page.Option{Value: r.ID, Text: item.Title, Detail: item.Detail}, err
}

// launch launches an app from here, as a health record does
// (app-launch.html#launch-app-ehr-launch).
func (s *Server) launch(v *visit) error {
	if err := v.ours(); err != nil {
		return err
	}
	if sent, err := s.launcher(v); sent || err != nil {
		return err
	}
	app, err := s.Clients.Get(v.Context(), v.form.Get(page.FieldClient))
	if isAbsent(err) || err == nil && app.LaunchURI == "" {
		return s.launchPage(v, http.StatusBadRequest, v.form, "Choose an app that has a launch URI.")
	}
	if err != nil {
		return err
	}
	if sent, err := s.logInChosen(v); sent || err != nil {
		return err
	}
	launch, err := s.launchOf(v, app)
	var refused *oauth.Error
	if errors.As(err, &refused) {
		return s.launchPage(v, http.StatusBadRequest, v.form, refused.Description)
	}
	if err != nil {
		return err
	}
	target, err := s.startLaunch(v, app, launch)
	if err != nil {
		return err
	}
	if launch.Embedded {
		return s.showFrame(v, app, launch, target)
	}
	s.pages.Opening(v.w, http.StatusOK, page.Opening{App: appOf(app), URL: target})
	return nil
}

// startLaunch is the URL that launches the app.
func (s *Server) startLaunch(v *visit, app client.Client, launch auth.EHRLaunch) (string, error) {
	var handle string
	err := s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		var err error
		handle, err = s.Tokens.In(tx.Records()).NewLaunch(v.Context(), launch)
		return nil, err
	})
	return withQuery(app.LaunchURI, url.Values{"iss": {s.URLs.FHIR}, "launch": {handle}}), err
}

func (s *Server) showFrame(v *visit, app client.Client, launch auth.EHRLaunch, target string) error {
	m := page.LaunchFrame{
		Viewer: s.viewer(v), App: appOf(app), URL: target, Origins: app.RedirectURIs, Banner: launch.Banner,
		Back: s.path("/launch"),
	}
	if launch.Patient != "" {
		resource, err := s.seenBy(v.account, "Patient").Read(v.Context(), store.Key{Type: "Patient", ID: launch.Patient})
		if err != nil {
			return err
		}
		person, err := personOf(resource)
		if err != nil {
			return err
		}
		m.Patient = &person
	}
	s.pages.LaunchFrame(v.w, http.StatusOK, m)
	return nil
}
