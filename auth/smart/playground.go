package smart

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

const playgroundPath = "/playground"

// mayPlay tells whether a user may open the scope playground, which shows the data of
// whoever is chosen there: in a sandbox everyone who may launch, since all is made up,
// and elsewhere administrators, who see everything anyway.
func (s *Server) mayPlay(a user.Account) bool {
	return s.Sandbox && s.mayLaunch(a) || isAdministrator(a)
}

// play is what the playground is asked to show: its URL, read.
type play struct {
	scopes   string          // separated by spaces
	account  *user.Account   // nil for no user
	patient  string          // logical id
	app      *client.Client  // nil for an app that may have everything
	resource string          // reference to the resource that is shown
	query    string          // by which patients are sought
	users    []user.Account  // who can be chosen
	apps     []client.Client // and what
	problem  string
}

// playground shows what a token of scopes would get. It issues none.
func (s *Server) playground(v *visit) error {
	if sent, err := s.only(v, s.mayPlay); sent || err != nil {
		return err
	}
	p, err := s.readPlay(v)
	if err != nil {
		return err
	}
	m := page.Playground{
		Viewer: s.viewer(v), Action: s.path(playgroundPath), Scopes: strings.ReplaceAll(p.scopes, " ", "\n"), Query: p.query,
		Panel: string(s.Tokens.Panel()), Problem: p.problem, Examples: s.examples(),
	}
	if err := s.playOptions(v, p, &m); err != nil {
		return err
	}
	status := http.StatusOK
	switch {
	case p.problem != "":
		status = http.StatusBadRequest
	case p.scopes != "":
		err = s.playOut(v, p, &m)
	}
	if err != nil {
		return err
	}
	s.pages.Playground(v.w, status, m)
	return nil
}

// playOut shows what becomes of the scopes.
func (s *Server) playOut(v *visit, p play, m *page.Playground) error {
	got, err := s.rehearsed(v, p)
	if err != nil {
		return err
	}
	m.Problem, m.Notice, m.Asked = got.problem, got.notice, s.askedScopes(p, got)
	if got.rehearsal == nil {
		return nil
	}
	return s.showAccess(v, p, *got.rehearsal, m)
}

// readPlay reads the URL. What is not UTF-8 is replaced: no scope has it.
func (s *Server) readPlay(v *visit) (play, error) {
	q := v.URL.Query()
	text := func(name string) string {
		return strings.ToValidUTF8(strings.TrimSpace(strings.Join(q[name], " ")), "\uFFFD")
	}
	p := play{
		scopes: strings.Join(strings.Fields(text(page.FieldScope)), " "), patient: strings.TrimPrefix(text(page.FieldPatient), "Patient/"),
		resource: text(page.FieldResource), query: text(page.FieldSearch),
	}
	var err error
	if p.users, err = s.playable(v); err != nil {
		return play{}, err
	}
	if p.apps, err = s.Clients.List(v.Context()); err != nil {
		return play{}, err
	}
	p.account = oneNamed(p.users, text(page.FieldUser), func(a user.Account) string { return a.Name })
	p.app = oneNamed(p.apps, text(page.FieldClient), func(c client.Client) string { return c.ID })
	switch {
	case p.account == nil && text(page.FieldUser) != "":
		p.problem = "user: there is no such account that you may choose; choose one of the list."
	case p.app == nil && text(page.FieldClient) != "":
		p.problem = "client_id: there is no such app; choose one of the list."
	case p.patient != "" && !store.ValidID(p.patient):
		p.problem = "patient: it should be the logical id of a Patient; choose one of the list."
	}
	if p.problem == "" {
		p.problem = s.tooMuch(p)
	}
	return p, nil
}

// maxPlayed is how many scopes are tried out at once.
const maxPlayed = 1000

// tooMuch says why so many scopes are not tried out, if they are not.
func (s *Server) tooMuch(p play) string {
	scopes, refused := s.Language.ParseList(p.scopes)
	if len(scopes)+len(refused) > maxPlayed {
		return "That are more than " + strconv.Itoa(maxPlayed) + " scopes, which is too many to try out at once."
	}
	return ""
}

// oneNamed is the one of a name, nil if there is none.
func oneNamed[T any](list []T, name string, nameOf func(T) string) *T {
	at := slices.IndexFunc(list, func(one T) bool { return name != "" && nameOf(one) == name })
	if at < 0 {
		return nil
	}
	return &list[at]
}

// playable are the accounts as whom scopes can be tried out: for administrators all
// that could log in, and else those of the launch simulator.
func (s *Server) playable(v *visit) ([]user.Account, error) {
	if !isAdministrator(v.account) {
		return s.demonstrated(v)
	}
	accounts, err := s.Accounts.List(v.Context())
	return slices.DeleteFunc(accounts, func(a user.Account) bool { return a.Disabled || a.Demo && !s.Sandbox }), err
}

// playOptions are the choices of the form.
func (s *Server) playOptions(v *visit, p play, m *page.Playground) error {
	of := user.Account{Role: user.Administrator} // who sees every patient
	for _, a := range p.users {
		m.Users = append(m.Users, accountOption(a, p.accountName()))
	}
	for _, app := range p.apps {
		m.Apps = append(m.Apps, page.Option{Value: app.ID, Text: appOf(app).Title(), Chosen: p.app != nil && app.ID == p.app.ID})
	}
	if p.account != nil {
		of = *p.account
	}
	var err error
	m.Patients, err = s.options(&visit{Request: v.Request, account: of}, "Patient", p.query, p.patient)
	chosen := func(o page.Option) bool { return o.Chosen }
	if p.patient != "" && !slices.ContainsFunc(m.Patients, chosen) {
		m.Patients = append(m.Patients, page.Option{Value: p.patient, Text: p.patient, Chosen: true})
	}
	return err
}

func (p play) accountName() string {
	if p.account == nil {
		return ""
	}
	return p.account.Name
}

// playLink is the URL of the state, with a resource shown.
func (s *Server) playLink(p play, resource string) string {
	q := playQuery(p.scopes, p.accountName(), p.patient)
	if p.app != nil {
		q.Set(page.FieldClient, p.app.ID)
	}
	q.Set(page.FieldResource, resource)
	return s.path(playgroundPath) + "?" + q.Encode()
}

// playQuery are the parameters of a state.
func playQuery(scopes, user, patient string) url.Values {
	q := url.Values{page.FieldScope: {scopes}}
	for field, value := range map[string]string{page.FieldUser: user, page.FieldPatient: patient} {
		if value != "" {
			q.Set(field, value)
		}
	}
	return q
}
