package smart

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/user"
)

// continuePath is where an authorization request goes on, until it is answered.
const continuePath = "/auth/continue"

// flow is an authorization request on its way, with what is known by now.
type flow struct {
	request request
	app     client.Client
	session user.Session
	account user.Account
	offer   offer
}

// step is something that a user may have to say to an authorization request.
type step struct {
	// code is the answer to a request that wants no page shown, prompt=none (OpenID
	// Connect Core, 3.1.2.6).
	code oauth.Code
	// needed tells whether there is something to ask. It settles what can be settled
	// without asking.
	needed func(*visit, *flow) (bool, error)
	show   func(*visit, *flow) error
}

// steps are taken in this order; each can rely on those before it.
func (s *Server) steps() []step {
	return []step{
		{oauth.LoginRequired, s.needsLogin, s.askLogin},
		{oauth.AccessDenied, s.needsOffer, nil},
		{oauth.InteractionRequired, s.needsPatient, s.askPatient},
		{oauth.InteractionRequired, s.needsEncounter, s.askEncounter},
		{oauth.InteractionRequired, s.needsLocation, s.askLocation},
		{oauth.InvalidScope, s.needsCompiled, nil},
		{oauth.ConsentRequired, s.needsConsent, s.askConsent},
	}
}

// showStep shows the page that a request waits for, or answers it.
func (s *Server) showStep(v *visit) error {
	r, app, err := s.pending(v, v.session)
	if err != nil {
		return err
	}
	return s.proceed(v, &flow{request: r, app: app})
}

// proceed takes a request to the first step that needs the user, or to its end.
func (s *Server) proceed(v *visit, f *flow) error {
	if shown, err := s.take(v, f, s.steps()); shown || err != nil {
		return err
	}
	return s.approve(v, f, nil)
}

// take takes a request through steps. Shown says that one of them has answered the
// browser.
func (s *Server) take(v *visit, f *flow, steps []step) (shown bool, err error) {
	for _, step := range steps {
		needed, err := step.needed(v, f)
		var refused *oauth.Error
		var scopes *auth.InvalidScope
		switch {
		case errors.As(err, &scopes):
			return true, s.refuseRequest(v, f, oauth.Refuse(oauth.InvalidScope, scopes.Error()))
		case errors.As(err, &refused):
			return true, s.refuseRequest(v, f, refused)
		case err != nil:
			return false, err
		case needed && f.request.has("none"):
			return true, s.refuseRequest(v, f, oauth.Refuse(step.code, "prompt: the user would have to be asked, and none says not to"))
		case needed && v.framed():
			return true, s.askInNewTab(v, f.app, s.path(continuePath)+"?"+values("request", f.request.ID))
		case needed:
			return true, step.show(v, f)
		}
	}
	return false, nil
}

// needsLogin asks for a login where nobody is logged in, or not recently enough for the
// app.
func (s *Server) needsLogin(v *visit, f *flow) (bool, error) {
	if !v.loggedIn() {
		return true, nil
	}
	fresh := f.request.Session == v.session.ID
	another := f.request.Hint != nil && *f.request.Hint != v.session.Subject
	if fresh && another {
		return false, oauth.Refuse(oauth.LoginRequired, "id_token_hint: somebody else has logged in")
	}
	if !fresh && (another || f.request.wantsLogin() || s.Clock().Sub(v.session.AuthTime) > f.request.oldest()) {
		return true, nil
	}
	f.session, f.account = v.session, v.account
	f.request.chosenBy(f.session.ID)
	return false, nil
}

// wantsLogin tells whether the app wants the user to log in, whoever is logged in: a
// max_age of 0 is a prompt=login (OpenID Connect Core, 3.1.2.1).
func (r request) wantsLogin() bool { return r.has("login") || r.has("select_account") || r.MaxAge == 0 }

// oldest is how long ago the user may have logged in.
func (r request) oldest() time.Duration {
	const any = time.Duration(math.MaxInt64)
	if r.MaxAge < 0 || r.MaxAge > int(any/time.Second) {
		return any
	}
	return time.Duration(r.MaxAge) * time.Second
}

// needsOffer asks nothing. It settles what the client may have, and ends a launch in
// another session than the one that launched: the handle came to somebody to whom it
// does not belong (auth-checklist.md, 13).
func (s *Server) needsOffer(_ *visit, f *flow) (bool, error) {
	if f.request.EHR != nil && f.request.EHR.Session != f.session.ID {
		return false, oauth.Refuse(oauth.AccessDenied, "launch: it belongs to another session of the health record; launch the app again")
	}
	return false, s.prepare(f)
}

// refuseRequest ends a request without a grant.
func (s *Server) refuseRequest(v *visit, f *flow, refused *oauth.Error) error {
	_, err := s.Store.Records().Take(v.Context(), requestKind, f.request.ID)
	if isAbsent(err) {
		return errAnswered
	}
	if err != nil {
		return err
	}
	s.setCookie(v, requestCookie(f.request.ID), "", time.Time{})
	return s.sendBack(v, f.request.redirection(), refused)
}

// wants tells whether a scope without access to resources is in the offer.
func (f *flow) wants(name string) bool {
	return slices.ContainsFunc(f.offer.scopes, func(s offered) bool { return s.Asks() == name })
}
