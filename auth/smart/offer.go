package smart

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
)

// offer is what a client may have of what it asks for.
type offer struct {
	scopes  []offered
	refused []scope.Refusal
}

// offered is a scope that may be granted.
type offered = scope.Scope

// prepare makes the offer of a flow: what was asked for, as far as the client is
// registered for it, the role of the user may grant it, and there is what it needs
// (auth-checklist.md, 16).
func (s *Server) prepare(f *flow) error {
	asked, refused := s.Language.ParseList(f.request.Scopes)
	bounds, _ := s.Language.ParseBounds(f.app.Scopes)
	within, beyond := bounds.Limit(asked, "the app is not registered for it")
	refused = append(refused, beyond...)
	if role, limited := s.Roles[f.account.Role]; limited {
		within, beyond = role.Limit(within, "a user of the role "+string(f.account.Role)+" may not grant it")
		refused = append(refused, beyond...)
	}
	f.offer = offer{refused: refused}
	for _, one := range within {
		if reason := f.cannot(one); reason != "" {
			f.offer.refused = append(f.offer.refused, scope.Refusal{Scope: one.Written(), Reason: reason})
			continue
		}
		f.offer.scopes = append(f.offer.scopes, one)
	}
	var alone []scope.Refusal
	f.offer.scopes, alone = withNeeds(f.offer.scopes)
	f.offer.refused = append(f.offer.refused, alone...)
	if len(f.offer.scopes) == 0 {
		return &auth.InvalidScope{Refused: f.offer.refused}
	}
	return nil
}

// needs are the scopes that say nothing without another one
// (scopes-and-launch-context.html#scopes-for-requesting-identity-data).
var needs = map[string]string{"fhirUser": "openid", "profile": "openid"}

// withNeeds are the scopes that have what they need among them.
func withNeeds(scopes []scope.Scope) (kept []scope.Scope, refused []scope.Refusal) {
	for _, one := range scopes {
		need, ok := needs[one.Asks()]
		if ok && !slices.ContainsFunc(scopes, func(other scope.Scope) bool { return other.Asks() == need }) {
			refused = append(refused, scope.Refusal{Scope: one.Written(), Reason: "it says nothing without " + need})
			continue
		}
		kept = append(kept, one)
	}
	return kept, refused
}

// cannot says why a scope cannot be had by this client or in this launch, if so.
func (f *flow) cannot(s scope.Scope) string {
	switch asks := s.Asks(); {
	case s.Level == scope.System:
		return "system/ scopes are for backend services, which have no user: ask for user/ or patient/"
	case asks == "launch" && f.request.EHR == nil:
		return "the app was not launched from a health record"
	case asks == "fhirUser" && f.account.FHIRUser == "":
		return "the user has no FHIR resource" // scopes-and-launch-context.html#scopes-for-requesting-identity-data
	}
	return beyondRegistration(s, f.app)
}

// beyondRegistration says what else an app would have to be registered for, to have a
// scope, if so.
func beyondRegistration(s scope.Scope, app client.Client) string {
	switch asks := s.Asks(); {
	case (asks == "offline_access" || asks == "online_access") && !app.Allows(client.RefreshToken):
		return "the app is not registered for refresh_token"
	case asks == scope.Introspect && !app.Introspection:
		return "the app is not registered for introspection"
	}
	return ""
}

// needsPatientInContext tells whether something in the offer is about one patient.
func (f *flow) needsPatientInContext() bool {
	return f.wants("launch/patient") || slices.ContainsFunc(f.offer.scopes, func(s offered) bool { return s.Level == scope.Patient })
}

// picksEncounter tells whether the user has to say which encounter it is about, and so
// first of which patient.
func (f *flow) picksEncounter() bool {
	launched := f.request.EHR != nil && f.request.EHR.Encounter != "" && f.wants("launch")
	return f.wants("launch/encounter") && !launched
}

// party is a grant with the user of an account as its user.
func (s *Server) party(account user.Account) auth.Grant {
	return auth.Grant{
		User: account.FHIRUser, Also: account.Links, Account: account.Name, Subject: account.Subject, Name: account.DisplayName,
		Administrator: account.Role == user.Administrator, Issued: s.Clock().UTC(),
	}
}

// sameParty tells whether the user of an account is what they were when they granted
// something.
func sameParty(account user.Account, g auth.Grant) bool {
	return account.FHIRUser == g.User && slices.Equal(account.Links, g.Also) && (account.Role == user.Administrator) == g.Administrator
}

// proposal is the grant that would be made of scopes.
func (s *Server) proposal(f *flow, scopes []scope.Scope) auth.Grant {
	g := s.party(f.account)
	g.Client = f.app.ID
	g.Scopes = written(scopes)
	g.AuthTime, g.Nonce = f.session.AuthTime, f.request.Nonce
	g.Session = f.session.ID
	has := func(name string) bool {
		return slices.ContainsFunc(scopes, func(s scope.Scope) bool { return s.Asks() == name })
	}
	launched := f.request.EHR != nil && has("launch")
	if launched {
		g.Launch = f.request.EHR.Launch
	} else {
		g.Launch.Banner, g.Launch.Style = true, true // nothing around the app shows who the patient is
	}
	if f.request.Patient.ID != "" && (launched || has("launch/patient") || slices.ContainsFunc(scopes, func(s scope.Scope) bool { return s.Level == scope.Patient })) {
		g.Patient = f.request.Patient.ID
	}
	if f.request.Encounter.ID != "" && has("launch/encounter") {
		g.Launch.Encounter = f.request.Encounter.ID
	}
	if f.request.Location.ID != "" && has("launch/location") {
		g.Launch.FHIRContext = append(slices.Clone(g.Launch.FHIRContext), auth.Context{Reference: "Location/" + f.request.Location.ID})
	}
	return g
}

// written are scopes as they were asked for, separated by spaces.
func written(scopes []scope.Scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = s.Written()
	}
	return strings.Join(texts, " ")
}
