package smart

import (
	"errors"
	"net/http"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

var errInvitation = pageError("This link is not good any more", oauth.Refuse(oauth.InvalidRequest,
	"It is unknown, was used before, or is too old.")).right("Ask for another one. Whoever runs the server makes it with granary user invite; for the first administrator the server prints one when it is started.")

// showWelcome shows the page of a one-time link.
func (s *Server) showWelcome(v *visit) error {
	token := v.field("token")
	invitation, err := s.Invitations.Peek(v.Context(), token)
	if isAbsent(err) {
		return errInvitation
	}
	if err != nil {
		return err
	}
	return s.welcomePage(v, invitation, token, "")
}

func (s *Server) welcomePage(v *visit, invitation user.Invitation, token, problem string) error {
	m := page.Welcome{
		Title: "Welcome to Granary", Text: "You get an account of the role " + roleInWords(invitation.Account.Role) + ".",
		Action: s.path("/welcome"), Name: invitation.Account.Name, Problem: problem,
		Hidden: []page.Field{{Name: csrfField, Value: s.browser(v).CSRF}, {Name: "token", Value: token}},
		Least:  invitation.Account.Role.LeastPassword(),
	}
	switch {
	case invitation.First:
		m.Text = "You will be the first administrator of this server."
	case invitation.Existing:
		m.Title, m.Text = "Choose a password", "It is for the account "+invitation.Account.Name+"."
	}
	if name := v.form.Get(page.FieldName); m.Name == "" {
		m.Name = name
	}
	status := http.StatusOK
	if problem != "" {
		status = http.StatusBadRequest
	}
	s.pages.Welcome(v.w, status, m)
	return nil
}

// welcome redeems a one-time link.
func (s *Server) welcome(v *visit) error {
	if !s.browser(v).Authentic(v.form.Get(csrfField)) {
		return errCSRF
	}
	ctx, token := v.Context(), v.form.Get("token")
	invitation, err := s.Invitations.Peek(ctx, token)
	if isAbsent(err) {
		return errInvitation
	}
	if err != nil {
		return err
	}
	chosen := user.Chosen{Name: v.form.Get(page.FieldName), DisplayName: v.form.Get(page.FieldDisplayName)}
	chosen.Password, err = s.Accounts.Hash(ctx, invitation.For(chosen.Name, chosen.DisplayName), v.form.Get(page.FieldPassword))
	if err == nil {
		err = s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
			account, err := s.Invitations.Redeem(ctx, tx, token, chosen)
			if err != nil {
				return nil, err
			}
			events, err := s.endSessions(ctx, tx, account.Name)
			return append(events, s.ofUser(v, audit.Account, account, "")), err
		})
	}
	var invalid *user.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.welcomePage(v, invitation, token, invalid.Error())
	case errors.Is(err, user.ErrTaken):
		return s.welcomePage(v, invitation, token, "name: "+err.Error())
	case isAbsent(err):
		return errInvitation
	case err != nil:
		return err
	}
	s.pages.Message(v.w, http.StatusOK, page.Message{
		Title: "Your account is ready", Text: "Log in with the name and the password that you have chosen.",
		Links: []page.Link{{Text: "Log in", Href: s.path("/login")}},
	})
	return nil
}
