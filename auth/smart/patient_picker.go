package smart

import (
	"context"
	"strings"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// needsPatient settles who is the patient in context: the one of the launch, the only
// one for whom the user may act, or the one that the user picks. Whoever it is, the
// user may see them now (auth-checklist.md, 14 and 15).
func (s *Server) needsPatient(v *visit, f *flow) (bool, error) {
	if ehr := f.request.EHR; ehr != nil && ehr.Patient != "" && f.wants("launch") {
		f.request.Patient = choice{true, ehr.Patient}
	}
	if f.request.Patient.Made {
		return false, s.mayPick(v.Context(), f, "Patient", f.request.Patient.ID)
	}
	must := f.needsPatientInContext()
	if !must && !f.picksEncounter() {
		return false, nil
	}
	found, err := s.candidates(v.Context(), f.account, "Patient", "", "", 2)
	if err != nil {
		return false, err
	}
	if len(found.resources) == 0 && !must {
		return false, nil
	}
	if len(found.resources) == 0 {
		return false, oauth.Refuse(oauth.AccessDenied, "there is no patient for whom this user may act")
	}
	if len(found.resources) == 1 {
		f.request.Patient = choice{true, found.resources[0].ID}
		return false, nil
	}
	return true, nil
}

// mayPick refuses what a picker would not offer: what the user may not see, and an
// encounter of another patient than the one in context. Nothing chosen is nothing to
// refuse.
func (s *Server) mayPick(ctx context.Context, f *flow, typ, id string) error {
	if id == "" {
		return nil
	}
	refused := oauth.Refuse(oauth.AccessDenied, "the "+strings.ToLower(typ)+" in context is none that this user may choose")
	if !store.ValidID(id) {
		return refused
	}
	narrow := []search.Pair{{Name: "_id", Value: id}}
	if typ == "Encounter" {
		narrow = append(narrow, f.ofPatient()...)
	}
	found, err := s.candidates(ctx, f.account, typ, "", "", 1, narrow...)
	if err == nil && len(found.resources) == 0 {
		return refused
	}
	return err
}

// seenBy is the store as a user sees it, of some types.
func (s *Server) seenBy(account user.Account, types ...string) *store.View {
	grant := s.party(account)
	for _, typ := range types {
		grant.Scopes += " user/" + typ + ".rs"
	}
	return s.Store.View(s.Tokens.Policy(grant))
}

// pageOfPeople is how many patients a page of the picker has.
const pageOfPeople = 20

func (s *Server) askPatient(v *visit, f *flow) error { return s.showPatients(v, f, "") }

func (s *Server) showPatients(v *visit, f *flow, problem string) error {
	query, cursor := v.URL.Query().Get(page.FieldSearch), v.URL.Query().Get("page")
	found, err := s.candidates(v.Context(), f.account, "Patient", query, cursor, pageOfPeople)
	if err != nil {
		return err
	}
	m := page.PatientPicker{
		App: appOf(f.app), Viewer: s.viewerOf(f.account),
		Action: s.path("/auth/patient"), Hidden: f.hidden(), Problem: problem, Redirect: f.request.RedirectURI,
	}
	if found.more != "" || query != "" || cursor != "" || len(found.resources) > 5 {
		m.Search = s.searchBox(f, query, found.more, cursor)
	}
	for _, resource := range found.resources {
		person, err := personOf(resource)
		if err != nil {
			return err
		}
		m.Patients = append(m.Patients, person)
	}
	s.pages.PatientPicker(v.w, 200, m)
	return nil
}

// choosePatient takes the answer of the picker.
func (s *Server) choosePatient(v *visit) error {
	return s.choose(v, func(f *flow) *choice { return &f.request.Patient }, "Patient", page.FieldPatient, s.showPatients)
}
