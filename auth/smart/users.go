package smart

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// invitationTime is how long a one-time link is good.
const invitationTime = 7 * 24 * time.Hour

// administrator sends away whoever is none.
func (s *Server) administrator(v *visit) (bool, error) { return s.only(v, isAdministrator) }

func isAdministrator(a user.Account) bool { return a.Role == user.Administrator }

// users lists the accounts.
func (s *Server) users(v *visit) error {
	if sent, err := s.administrator(v); sent || err != nil {
		return err
	}
	return s.usersPage(v, http.StatusOK, page.Users{})
}

func (s *Server) usersPage(v *visit, status int, m page.Users) error {
	accounts, err := s.Accounts.List(v.Context())
	if err != nil {
		return err
	}
	m.Viewer, m.Action, m.Hidden = s.viewer(v), s.path("/users"), v.csrf()
	m.Least = user.Patient.LeastPassword()
	for _, role := range user.Roles() {
		m.Roles = append(m.Roles, page.Option{Value: string(role), Text: roleInWords(role), Chosen: string(role) == m.New.Role})
	}
	for _, a := range accounts {
		m.Users = append(m.Users, page.User{
			Name: a.Name, DisplayName: a.DisplayName, Role: string(a.Role), RoleText: roleInWords(a.Role), FHIRUser: a.FHIRUser,
			Links: a.Links, Demo: a.Demo, Disabled: a.Disabled, Self: a.Name == v.account.Name, Created: a.Created,
		})
	}
	s.pages.Users(v.w, status, m)
	return nil
}

// changeUsers does what an administrator wants done to an account.
func (s *Server) changeUsers(v *visit) error {
	if err := v.ours(); err != nil {
		return err
	}
	if sent, err := s.administrator(v); sent || err != nil {
		return err
	}
	do := v.form.Get(page.FieldDo)
	name := v.form.Get(page.FieldName)
	if normal, err := user.NormalizeName(name); err == nil {
		name = normal // what is tied to an account goes by this name
	}
	var shown page.Users
	var err error
	switch do {
	case page.DoAdd:
		shown.New = newUser(v)
		shown.Notice, err = "The account is there.", s.addUser(v)
	case page.DoInvite:
		shown.Notice = "Send this link to the person. It is good once, and for a week."
		shown.Invitation, err = s.invite(v)
	case page.DoPassword:
		shown.Notice, err = "The password is changed.", s.setPassword(v, name)
	case page.DoDisable, page.DoEnable, page.DoRemove, page.DoLink, page.DoUnlink:
		shown.Notice, err = "Done.", s.changeUser(v, do, name)
	default:
		return errCSRF
	}
	var invalid *user.Invalid
	switch {
	case err == nil:
		shown.New = page.User{}
		return s.usersPage(v, http.StatusOK, shown)
	case errors.As(err, &invalid):
		shown.Problem = invalid.Error()
	case errors.Is(err, user.ErrTaken):
		shown.Problem = "name: " + err.Error()
	case isAbsent(err):
		shown.Problem = "There is no account of this name."
	default:
		return err
	}
	shown.Notice = ""
	return s.usersPage(v, http.StatusBadRequest, shown)
}

// addUser makes an account, with a Practitioner where it is to have one and names none.
func (s *Server) addUser(v *visit) error {
	account, err := s.accountOf(v)
	if err != nil {
		return err
	}
	password, err := s.Accounts.Hash(v.Context(), account, v.form.Get(page.FieldPassword))
	if err != nil {
		return err
	}
	return s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		added := account
		var err error
		if added.FHIRUser == "" && added.Role.Practices() {
			if added, err = added.WithPractitioner(v.Context(), tx); err != nil {
				return nil, err
			}
		}
		added, err = s.Accounts.In(tx.Records()).Add(v.Context(), added, password)
		return []audit.Event{s.aboutUser(v, added.Name, "added")}, err
	})
}

func (s *Server) invite(v *visit) (link string, err error) {
	account, err := s.accountOf(v)
	if err != nil {
		return "", err
	}
	err = s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		token, err := s.Invitations.In(tx.Records()).Invite(v.Context(), account, invitationTime)
		link = s.URLs.Base + user.WelcomePath + "?" + values("token", token)
		return []audit.Event{s.aboutUser(v, v.form.Get(page.FieldName), "invited")}, err
	})
	if err != nil {
		return "", err
	}
	return link, nil
}

func (s *Server) setPassword(v *visit, name string) error {
	account, err := s.Accounts.Get(v.Context(), name)
	if err != nil {
		return err
	}
	password, err := s.Accounts.Hash(v.Context(), account, v.form.Get(page.FieldPassword))
	if err != nil {
		return err
	}
	return s.change(v, name, "password changed", func(ctx context.Context, accounts *user.Accounts) error {
		return accounts.SetPassword(ctx, name, password)
	})
}

// changeUser disables, enables, removes, links or unlinks an account. Whatever it does,
// what the user granted as who they were until now ends.
func (s *Server) changeUser(v *visit, do, name string) error {
	if name == v.account.Name && (do == page.DoDisable || do == page.DoRemove) {
		return &user.Invalid{Field: "name", Reason: "this is your own account, by which you are logged in"}
	}
	reference := strings.TrimSpace(v.form.Get(page.FieldLink))
	if do == page.DoLink {
		if err := s.present(v.Context(), "link", reference); err != nil {
			return err
		}
	}
	return s.change(v, name, do, func(ctx context.Context, accounts *user.Accounts) error {
		switch do {
		case page.DoDisable:
			return accounts.SetDisabled(ctx, name, true)
		case page.DoEnable:
			return accounts.SetDisabled(ctx, name, false)
		case page.DoLink:
			return accounts.Link(ctx, name, reference)
		case page.DoUnlink:
			return accounts.Unlink(ctx, name, reference)
		}
		return accounts.Remove(ctx, name)
	})
}

// change changes an account, and ends what was granted by it.
func (s *Server) change(v *visit, name, what string, change func(context.Context, *user.Accounts) error) error {
	ctx := v.Context()
	return s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		if err := change(ctx, s.Accounts.In(tx.Records())); err != nil {
			return nil, err
		}
		events, err := s.endGrants(ctx, tx, auth.AccountOwner(name), "the account was changed")
		return append(events, s.aboutUser(v, name, what)), err
	})
}

// aboutUser is an event about an account that an administrator has changed.
func (s *Server) aboutUser(v *visit, name, what string) audit.Event {
	e := s.ofUser(v, audit.Account, v.account, "")
	e.Description = "account " + name + ": " + what
	return e
}
