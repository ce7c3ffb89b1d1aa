package smart

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// needsEncounter settles the encounter in context: that of the launch, or one of the
// patient's that the user picks, or none where there is none.
func (s *Server) needsEncounter(v *visit, f *flow) (bool, error) {
	if ehr := f.request.EHR; ehr != nil && f.wants("launch") && ehr.Encounter != "" {
		return false, s.mayPick(v.Context(), f, "Encounter", ehr.Encounter)
	}
	return s.needsContext(v, f, &f.request.Encounter, "Encounter", "launch/encounter", f.ofPatient()...)
}

// needsLocation settles the location in context: that of the launch, or one that the
// user picks. Whatever else the launch is about has to be the user's to see, too.
func (s *Server) needsLocation(v *visit, f *flow) (bool, error) {
	if f.request.EHR != nil && f.wants("launch") {
		items := f.request.EHR.FHIRContext
		located := slices.ContainsFunc(items, func(item auth.Context) bool { return strings.HasPrefix(item.Reference, "Location/") })
		if err := s.mayUse(v.Context(), f, items); located || err != nil {
			return false, err
		}
	}
	return s.needsContext(v, f, &f.request.Location, "Location", "launch/location")
}

func (s *Server) needsContext(v *visit, f *flow, chosen *choice, typ, scope string, narrow ...search.Pair) (bool, error) {
	if !f.wants(scope) {
		return false, nil
	}
	if chosen.Made {
		return false, s.mayPick(v.Context(), f, typ, chosen.ID)
	}
	some, err := s.candidates(v.Context(), f.account, typ, "", "", 1, narrow...)
	if err != nil {
		return false, err
	}
	if len(some.resources) == 0 {
		*chosen = choice{Made: true}
		return false, nil
	}
	return true, nil
}

// ofPatient narrows to the patient in context.
func (f *flow) ofPatient() []search.Pair {
	if f.request.Patient.ID == "" {
		return nil
	}
	return []search.Pair{{Name: "patient", Value: f.request.Patient.ID}}
}

// latestVisits is how many encounters are offered.
const latestVisits = 50

func (s *Server) askEncounter(v *visit, f *flow) error { return s.showEncounters(v, f, "") }
func (s *Server) askLocation(v *visit, f *flow) error  { return s.showLocations(v, f, "") }

func (s *Server) showEncounters(v *visit, f *flow, problem string) error {
	patient, err := s.patientOf(v, f)
	if err != nil {
		return err
	}
	return s.showContext(v, f, page.ContextPicker{
		Title: "Choose a visit", Text: "The app wants to know which visit this is about.", Patient: patient,
		Field: page.FieldEncounter, AllowNone: true, Problem: problem,
	}, "Encounter", f.ofPatient()...)
}

func (s *Server) showLocations(v *visit, f *flow, problem string) error {
	return s.showContext(v, f, page.ContextPicker{
		Title: "Choose a place", Text: "The app wants to know where you are.",
		Field: page.FieldLocation, AllowNone: true, Problem: problem,
	}, "Location")
}

func (s *Server) showContext(v *visit, f *flow, m page.ContextPicker, typ string, narrow ...search.Pair) error {
	query, cursor, count := v.URL.Query().Get(page.FieldSearch), v.URL.Query().Get("page"), pageOfPeople
	if typ == "Encounter" { // which has no name to search for: the latest ones
		query, cursor, count = "", "", latestVisits
	}
	some, err := s.candidates(v.Context(), f.account, typ, query, cursor, count, narrow...)
	if err != nil {
		return err
	}
	m.App, m.Viewer, m.Redirect = appOf(f.app), s.viewerOf(f.account), f.request.RedirectURI
	m.Action, m.Hidden = s.path("/auth/context"), append(f.hidden(), page.Field{Name: "of", Value: typ})
	if typ == "Location" && (some.more != "" || query != "" || cursor != "") {
		m.Search = s.searchBox(f, query, some.more, cursor)
	}
	for _, resource := range some.resources {
		item, err := itemOf(resource)
		if err != nil {
			return err
		}
		m.Items = append(m.Items, item)
	}
	s.pages.ContextPicker(v.w, 200, m)
	return nil
}

// chooseContext takes the answer of the pickers of encounters and locations.
func (s *Server) chooseContext(v *visit) error {
	if v.form.Get("of") == "Location" {
		return s.choose(v, func(f *flow) *choice { return &f.request.Location }, "Location", page.FieldLocation, s.showLocations)
	}
	return s.choose(v, func(f *flow) *choice { return &f.request.Encounter }, "Encounter", page.FieldEncounter, s.showEncounters)
}

// patientOf is the patient in context, for a page.
func (s *Server) patientOf(v *visit, f *flow) (*page.Person, error) {
	if f.request.Patient.ID == "" {
		return nil, nil
	}
	resource, err := s.seenBy(f.account, "Patient").Read(v.Context(), store.Key{Type: "Patient", ID: f.request.Patient.ID})
	if err != nil {
		return nil, err
	}
	person, err := personOf(resource)
	return &person, err
}
