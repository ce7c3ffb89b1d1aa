package scope

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// The patients of an organization are those of who has a role in it now, where the
// panel says so and nowhere else.
func TestPanelOrganization(t *testing.T) {
	w := newWorld(t,
		`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"}}`,
		`{"resourceType":"PractitionerRole","id":"x","active":false,"practitioner":{"reference":"Practitioner/x"},"organization":{"reference":"Organization/o"}}`,
		`{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"Organization/o"}}`,
		`{"resourceType":"Patient","id":"b","generalPractitioner":[{"reference":"Practitioner/d"}]}`,
		`{"resourceType":"Patient","id":"c"}`,
	)
	for _, c := range []struct {
		user  string
		panel Panel
		want  []string
	}{
		{"Practitioner/d", PanelOrganization, words("Patient/a Patient/b")},
		{"Practitioner/d", PanelCare, words("Patient/b")},
		{"Practitioner/d", PanelAll, words("Patient/a Patient/b Patient/c")},
		{"PractitionerRole/r", PanelOrganization, words("Patient/a")},
		{"PractitionerRole/r", PanelCare, nil},
		{"Practitioner/x", PanelOrganization, nil},
		{"RelatedPerson/r", PanelOrganization, nil},
	} {
		context := Context{User: c.user, Panel: c.panel}
		if got := w.sees(w.grant(t, "user/Patient.r", context), store.Read); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.user, c.panel, got, c.want)
		}
		for _, patient := range []string{"a", "b", "c"} {
			context.Patient = patient
			var want []string
			if slices.Contains(c.want, "Patient/"+patient) {
				want = []string{"Patient/" + patient}
			}
			if got := w.sees(w.grant(t, "patient/Patient.r", context), store.Read); !slices.Equal(got, want) {
				t.Errorf("%s, %s: in the context of %s: %v", c.user, c.panel, patient, got)
			}
		}
	}
	// Nobody who is bounded writes a role.
	for _, letter := range []store.Letter{store.Create, store.Update, store.Delete} {
		p := w.grant(t, "user/*.cruds", Context{User: "Practitioner/d", Panel: PanelOrganization})
		if p.Allows(letter, "PractitionerRole") || p.Allows(letter, "Organization") {
			t.Errorf("%c is allowed", letter)
		}
	}
}
