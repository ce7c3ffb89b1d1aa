package smart

import (
	"net/url"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// needsCompiled asks nothing. It leaves out of the offer what cannot be compiled for
// this user and patient (auth-checklist.md, 17).
func (s *Server) needsCompiled(_ *visit, f *flow) (bool, error) {
	granted, refused := s.Tokens.Review(s.proposal(f, f.offer.scopes))
	f.offer.refused = append(f.offer.refused, refused...)
	if granted == "" {
		return false, &auth.InvalidScope{Refused: f.offer.refused}
	}
	parsed, _ := s.Language.ParseList(granted)
	kept := scope.Canonical(parsed)
	f.offer.scopes = slices.DeleteFunc(f.offer.scopes, func(one offered) bool { return !slices.Contains(kept, one.String()) })
	return false, nil
}

// needsConsent asks what the user agrees to, unless they have said before that a
// decision on these scopes stands.
func (s *Server) needsConsent(v *visit, f *flow) (bool, error) {
	if f.request.has("consent") {
		return true, nil
	}
	remembered, ok, err := s.rememberedConsent(v.Context(), f)
	if err != nil || !ok {
		return true, err
	}
	f.offer.scopes = remembered
	return false, nil
}

func (s *Server) askConsent(v *visit, f *flow) error { return s.showConsent(v, f, "") }

func (s *Server) showConsent(v *visit, f *flow, problem string) error {
	patient, err := s.patientOf(v, f)
	if err != nil {
		return err
	}
	m := page.Consent{
		App: appOf(f.app), Viewer: s.viewerOf(f.account), Patient: patient,
		Offline: f.wants("offline_access"), Online: f.wants("online_access") && !f.wants("offline_access"),
		Offer: s.remembers(f), Action: s.path("/auth/consent"), Hidden: f.hidden(), Problem: problem, Redirect: f.request.RedirectURI,
	}
	m.Context, err = s.contextInWords(v.Context(), f)
	if err != nil {
		return err
	}
	m.Groups = page.Groups(f.offer.scopes, whose(f.account, f.request.Patient.ID))
	for _, one := range f.offer.scopes {
		m.Writes = m.Writes || one.Words().Writes
	}
	for _, r := range f.offer.refused {
		m.Refused = append(m.Refused, page.Refused{Scope: r.Scope, Reason: r.Reason})
	}
	s.pages.Consent(v.w, 200, m)
	return nil
}

// whose says how the words of scopes speak of the patient in context.
func whose(a user.Account, patient string) scope.Whose {
	if a.Role == user.Patient && (patient == "" || a.FHIRUser == "Patient/"+patient) {
		return scope.Yours
	}
	return scope.ThePatient
}

// decide takes the decision of the consent page: of what was offered, what was ticked,
// and of that only the ticked categories.
func (s *Server) decide(v *visit) error {
	r, app, err := s.pending(v, v.session)
	if err != nil {
		return err
	}
	f := &flow{request: r, app: app}
	before := s.steps()
	if shown, err := s.take(v, f, before[:len(before)-1]); shown || err != nil {
		return err
	}
	decision := page.ReadDecision(v.form)
	if !decision.Allow {
		return s.refuseRequest(v, f, errDenied)
	}
	asked := f.offer.scopes
	f.offer.scopes, _ = withNeeds(agreed(asked, decision))
	if len(f.offer.scopes) == 0 {
		f.offer.scopes = asked
		return s.showConsent(v, f, "Nothing is ticked. Tick what the app may have, or choose Deny.")
	}
	if !decision.Remember || !s.remembers(f) {
		asked = nil
	}
	return s.approve(v, f, asked)
}

// agreed are the offered scopes that are ticked, narrowed to the ticked categories.
func agreed(offered []scope.Scope, decision page.Decision) []scope.Scope {
	var scopes []scope.Scope
	for _, one := range offered {
		switch categories := decision.Categories[one.Written()]; {
		case !slices.Contains(decision.Scopes, one.Written()):
		case len(categories) > 0:
			scopes = append(scopes, one.Narrowed(categories)...)
		default:
			scopes = append(scopes, one)
		}
	}
	return scopes
}

// errAnswered is for the second answer to a request: each has one.
var errAnswered = pageError("There is nothing to answer", oauth.Refuse(oauth.InvalidRequest, "The app's request has been answered already.")).
	right("Go back to the app.")

// approve answers the app with a code for what was agreed to. Remember is what the user
// was asked, and wants to be asked no more; none if they did not say so.
func (s *Server) approve(v *visit, f *flow, remember []scope.Scope) error {
	ctx, g := v.Context(), s.proposal(f, f.offer.scopes)
	var code string
	err := s.transact(ctx, func(tx *store.Tx) ([]audit.Event, error) {
		// The request is answered once: of two pages one finds it.
		if _, err := tx.Records().Take(ctx, requestKind, f.request.ID); err != nil {
			return nil, err
		}
		if len(remember) > 0 {
			if err := s.rememberConsent(ctx, tx, f, g, remember); err != nil {
				return nil, err
			}
		}
		var err error
		code, err = s.Tokens.In(tx.Records()).NewCode(ctx, auth.Code{
			Grant: g, RedirectURI: f.request.RedirectURI, Challenge: f.request.Challenge, SessionExpires: f.session.Expires,
			AccountVersion: f.account.Version,
		})
		return []audit.Event{s.from(v.Request, withScopes(ofGrant(audit.Consent, g), g.Scopes))}, err
	})
	if isAbsent(err) {
		return errAnswered
	}
	if err != nil {
		return err
	}
	s.setCookie(v, requestCookie(f.request.ID), "", time.Time{})
	return s.answered(v, f.request.redirection(), url.Values{"code": {code}})
}
