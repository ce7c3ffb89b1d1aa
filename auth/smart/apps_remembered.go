package smart

import (
	"cmp"
	"slices"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/store"
)

// rememberedInWords are the apps that the user is not asked about again. A decision
// outlives what was granted by it: without this nothing would show it, once that is over.
func (s *Server) rememberedInWords(v *visit) ([]page.Remembered, error) {
	decisions, err := s.memories(v.Context(), s.Store.Records(), v.account)
	if err != nil {
		return nil, err
	}
	var apps []page.Remembered
	for _, d := range decisions { // by app
		if n := len(apps); n == 0 || apps[n-1].App.ID != d.app.ID {
			apps = append(apps, page.Remembered{App: appOf(d.app)})
		}
		shown := &apps[len(apps)-1]
		if shown.Until.Before(d.until) {
			shown.Until = d.until
		}
		patient, err := s.patientInWords(v, d.patient)
		if err != nil {
			return nil, err
		}
		if patient != "" {
			shown.Patients = append(shown.Patients, patient)
		}
	}
	slices.SortStableFunc(apps, func(a, b page.Remembered) int { return cmp.Compare(a.App.Title(), b.App.Title()) })
	return apps, nil
}

// forgetApp forgets what the user had decided on an app. What it was granted stays.
func (s *Server) forgetApp(v *visit) error {
	if err := v.ours(); err != nil {
		return err
	}
	app := v.form.Get(page.FieldForget)
	err := s.transact(v.Context(), func(tx *store.Tx) ([]audit.Event, error) {
		forgot, err := s.forgetConsent(v.Context(), tx.Records(), v.account.Name, app)
		if err != nil || !forgot {
			return nil, err
		}
		e := s.ofUser(v, audit.Consent, v.account, app)
		e.Action, e.Description = audit.Delete, "what was remembered is forgotten"
		return []audit.Event{e}, nil
	})
	if err != nil {
		return err
	}
	return s.showApps(v, "You will be asked again.")
}
