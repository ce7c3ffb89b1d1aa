package smart

import (
	"net/http"
	"slices"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/store"
)

// apps shows what the user has granted, to whom, and when that was used last.
func (s *Server) apps(v *visit) error {
	if sent, err := s.mustLogIn(v); sent || err != nil {
		return err
	}
	return s.showApps(v, "")
}

func (s *Server) showApps(v *visit, notice string) error {
	grants, err := s.Tokens.Grants(v.Context(), auth.AccountOwner(v.account.Name))
	if err != nil {
		return err
	}
	slices.SortFunc(grants, func(a, b auth.Grant) int { return b.Issued.Compare(a.Issued) })
	m := page.Apps{Viewer: s.viewer(v), Action: s.path("/apps"), Forget: s.path("/apps/forget"), Hidden: v.csrf(), Notice: notice}
	for _, g := range grants {
		shown, err := s.grantInWords(v, g)
		if err != nil {
			return err
		}
		m.Grants = append(m.Grants, shown)
	}
	if m.Remembered, err = s.rememberedInWords(v); err != nil {
		return err
	}
	s.pages.Apps(v.w, http.StatusOK, m)
	return nil
}

func (s *Server) grantInWords(v *visit, g auth.Grant) (page.Grant, error) {
	m := page.Grant{ID: g.ID, App: page.App{ID: g.Client}, Offline: g.Offline(), Granted: g.Issued, Expires: g.Expires}
	switch app, err := s.Clients.Get(v.Context(), g.Client); {
	case err == nil:
		m.App = appOf(app)
	case !isAbsent(err):
		return m, err
	}
	var err error
	if m.LastUsed, err = s.Tokens.LastUsed(v.Context(), g.ID); err != nil {
		return m, err
	}
	if m.Patient, err = s.patientInWords(v, g.Patient); err != nil {
		return m, err
	}
	scopes, _ := s.Language.ParseList(g.Scopes)
	for _, one := range scopes {
		words := one.WordsFor(whose(v.account, g.Patient))
		m.Scopes = append(m.Scopes, words.Text)
		m.Writes = m.Writes || words.Writes
	}
	return m, nil
}

// patientInWords is a patient whom the user may see; else only what the grant says.
func (s *Server) patientInWords(v *visit, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	resource, err := s.seenBy(v.account, "Patient").Read(v.Context(), store.Key{Type: "Patient", ID: id})
	if err != nil {
		return id, ignoreHidden(err)
	}
	person, err := personOf(resource)
	return person.Name, err
}

// revokeApp ends a grant of the user's, and forgets what they had decided on the app.
func (s *Server) revokeApp(v *visit) error {
	if err := v.ours(); err != nil {
		return err
	}
	ctx := v.Context()
	var ended auth.Grant
	err := s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		ended = auth.Grant{} // it may run again
		tokens := s.Tokens.In(tx.Records())
		g, err := tokens.Grant(ctx, v.form.Get(page.FieldGrant))
		if err != nil || g.Account != v.account.Name || g.Subject != v.account.Subject {
			return nil, ignoreInvalid(err) // it is over, or none of theirs
		}
		if _, err := s.forgetConsent(ctx, tx.Records(), g.Account, g.Client); err != nil {
			return nil, err
		}
		if err := tokens.EndCodes(ctx, g.Account, g.Client); err != nil {
			return nil, err
		}
		ended = g
		return []audit.Event{s.revoked(v.Request, g, "by the user")}, tokens.Revoke(ctx, g.ID)
	})
	if err != nil {
		return err
	}
	notice, err := s.endedInWords(v, ended)
	if err != nil {
		return err
	}
	return s.showApps(v, notice)
}

// endedInWords says what has ended: an app may have more than one grant, of several
// launches or about several patients, and has access until the last of them is over.
func (s *Server) endedInWords(v *visit, ended auth.Grant) (string, error) {
	if ended.ID == "" {
		return "That access was over already.", nil
	}
	left, err := s.Tokens.Grants(v.Context(), auth.AccountOwner(v.account.Name))
	if slices.ContainsFunc(left, func(g auth.Grant) bool { return g.Client == ended.Client }) {
		return "That access is over. You have given the app access more than once: what is left is below.", err
	}
	return "The app has no access any more.", err
}
