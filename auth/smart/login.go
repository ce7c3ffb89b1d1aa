package smart

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// askLogin asks for a login on behalf of an app.
func (s *Server) askLogin(v *visit, f *flow) error {
	app := appOf(f.app)
	return s.loginPage(v, http.StatusOK, page.Login{
		App: &app, Action: s.path("/auth/login"), Hidden: f.hidden(), Name: f.request.LoginHint, Redirect: f.request.RedirectURI,
	})
}

// logInForRequest takes name and password for an app's request.
func (s *Server) logInForRequest(v *visit) error {
	r, app, err := s.pending(v, user.Session{})
	if err != nil {
		return err
	}
	f := &flow{request: r, app: app}
	shown := appOf(app)
	again := page.Login{App: &shown, Action: s.path("/auth/login"), Hidden: f.hidden(), Redirect: r.RedirectURI}
	session, err := s.startSession(v, again, app.ID)
	if err != nil || session.ID == "" {
		return err
	}
	if r.EHR != nil && r.EHR.Session == v.session.ID && session.Subject == v.session.Subject {
		r.EHR.Session = session.ID // the user of the health record has shown again who they are
	}
	r.Session = session.ID
	if err := s.saveRequest(v, r); err != nil {
		return err
	}
	return v.goTo(s.path(continuePath) + "?request=" + r.ID)
}

// startSession logs somebody in by the form, or shows it again, in which case the
// session is zero. A session of before ends, and the cookie is always a new one (RFC
// 9700, 4.7).
func (s *Server) startSession(v *visit, again page.Login, client string) (user.Session, error) {
	ctx := v.Context()
	name, password := v.form.Get(page.FieldName), v.form.Get(page.FieldPassword)
	account, err := s.Accounts.LogIn(ctx, name, password, s.Address(v.Request))
	var refused *user.Refused
	if errors.As(err, &refused) {
		return user.Session{}, s.loginRefused(v, again, refused, client)
	}
	if err != nil {
		return user.Session{}, err
	}
	var cookie string
	var session user.Session
	err = s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		var err error
		cookie, session, err = s.Sessions.In(tx.Records()).Start(ctx, account)
		return []audit.Event{s.ofUser(v, audit.Login, account, client)}, err
	})
	if err != nil {
		return user.Session{}, err
	}
	if err := s.endSession(v); err != nil {
		return user.Session{}, err
	}
	s.setCookie(v, sessionCookie, cookie, session.Expires)
	return session, nil
}

func (s *Server) loginRefused(v *visit, again page.Login, refused *user.Refused, client string) error {
	again.Name = v.form.Get(page.FieldName)
	status := http.StatusUnauthorized
	if again.RetryAfter = refused.RetryAfter; again.RetryAfter == 0 {
		again.Problem = "There is no account of this name and password."
	} else { // of which the page tells by itself
		status = http.StatusTooManyRequests
		v.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refused.RetryAfter.Seconds())))) // RFC 9110, 10.2.3
	}
	e := s.from(v.Request, audit.Event{Kind: audit.Refusal, Account: again.Name, Client: client})
	if refused.RetryAfter > 0 { // nothing was looked at, and who goes on with ever other names must not fill the disk
		e.Account = ""
	}
	if err := s.note(v.Context(), e, refused); err != nil {
		return err
	}
	return s.loginPage(v, status, again)
}

// loginPage shows the login page, with the demonstration accounts if there are any.
func (s *Server) loginPage(v *visit, status int, m page.Login) error {
	if s.DemoPassword != "" {
		accounts, err := s.Accounts.Demonstration(v.Context())
		if err != nil {
			return err
		}
		for _, a := range accounts {
			m.Demo = append(m.Demo, page.Demo{Name: a.Name, Label: a.DisplayName, Role: roleInWords(a.Role), Password: s.DemoPassword})
		}
	}
	s.pages.Login(v.w, status, m)
	return nil
}

// endSession ends the browser's session, and with it its online grants
// (auth-checklist.md, 35).
func (s *Server) endSession(v *visit) error {
	if !v.loggedIn() {
		return nil
	}
	cookie, err := v.Cookie(sessionCookie)
	if err != nil {
		return nil //nolint:nilerr // no cookie, no session
	}
	return s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		if err := s.Sessions.In(tx.Records()).End(v.Context(), cookie.Value); err != nil {
			return nil, err
		}
		events, err := s.endGrants(v.Context(), tx, auth.SessionOwner(v.session.ID), "the session ended")
		return append(events, s.ofUser(v, audit.Logout, v.account, "")), err
	})
}

// endSessions ends the sessions of an account that has a new password, and whatever was
// granted with the old one.
func (s *Server) endSessions(ctx context.Context, tx *store.Tx, name string) ([]audit.Event, error) {
	if _, err := s.Sessions.In(tx.Records()).EndAll(ctx, name); err != nil {
		return nil, err
	}
	return s.endGrants(ctx, tx, auth.AccountOwner(name), "the account has a new password")
}

// endGrants ends all grants of an owner, for a reason.
func (s *Server) endGrants(ctx context.Context, tx *store.Tx, of auth.Owner, why string) ([]audit.Event, error) {
	grants, err := s.Tokens.In(tx.Records()).RevokeAll(ctx, of)
	var events []audit.Event
	for _, g := range grants {
		e := ofGrant(audit.Revocation, g)
		e.Description = why
		events = append(events, e)
	}
	return events, err
}

// showLogin is the login page for whoever wants to see their own pages.
func (s *Server) showLogin(v *visit) error {
	if v.loggedIn() {
		return v.goTo(s.afterLogin(v))
	}
	return s.loginPage(v, http.StatusOK, page.Login{Action: s.path("/login"), Hidden: s.loginFields(v)})
}

func (s *Server) logIn(v *visit) error {
	cookie, err := v.Cookie(formCookie)
	if err != nil {
		return errCSRF
	}
	browser, ok := user.BrowserOf(cookie.Value)
	if !ok || !browser.Authentic(v.form.Get(csrfField)) {
		return errCSRF
	}
	session, err := s.startSession(v, page.Login{Action: s.path("/login"), Hidden: s.loginFields(v)}, "")
	if err != nil || session.ID == "" {
		return err
	}
	return v.goTo(s.afterLogin(v))
}

// loginFields are those of the login form: what it was asked for from, and what shows
// that this server made it.
func (s *Server) loginFields(v *visit) []page.Field {
	fields := []page.Field{{Name: csrfField, Value: s.browser(v).CSRF}}
	if next := v.field("next"); next != "" {
		fields = append(fields, page.Field{Name: "next", Value: next})
	}
	return fields
}

// browser is the browser of somebody who is not logged in; it gets a cookie if it has
// none.
func (s *Server) browser(v *visit) user.Browser {
	if cookie, err := v.Cookie(formCookie); err == nil {
		if browser, ok := user.BrowserOf(cookie.Value); ok {
			return browser
		}
	}
	value, browser := user.NewBrowser()
	s.setCookie(v, formCookie, value, s.Clock().Add(24*time.Hour))
	return browser
}

// afterLogin is the page that was asked for, if it is one of this server's.
func (s *Server) afterLogin(v *visit) string {
	next := v.field("next")
	if strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsFunc(next, misread) {
		return s.path(next)
	}
	return s.path("/")
}

// misread tells whether browsers read a character of a URL as another one, or as none.
func misread(r rune) bool { return r == '\\' || r > unicode.MaxASCII || !unicode.IsPrint(r) }

func (s *Server) logOut(v *visit) error {
	if v.loggedIn() { // or the session is over already
		if err := v.ours(); err != nil {
			return err
		}
		if err := s.endSession(v); err != nil {
			return err
		}
	}
	s.setCookie(v, sessionCookie, "", time.Time{})
	s.pages.Message(v.w, http.StatusOK, page.Message{
		Title: "You are logged out", Text: "Apps that were to have access while you are logged in have none any more.",
		Links: []page.Link{{Text: "Start page", Href: s.path("/")}, {Text: "Log in again", Href: s.path("/login")}},
	})
	return nil
}

// mustLogIn sends whoever is nobody yet to the login page, and back from there.
func (s *Server) mustLogIn(v *visit) (bool, error) {
	if v.loggedIn() {
		return false, nil
	}
	if v.Method != http.MethodGet {
		return true, errCSRF
	}
	return true, v.goTo(s.path("/login") + "?" + values("next", v.URL.RequestURI()))
}
