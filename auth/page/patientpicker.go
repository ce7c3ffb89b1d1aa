package page

import "net/http"

// FieldPatient is the field by which PatientPicker tells the patient's id, and
// FieldSearch the one of its search box and that of ContextPicker.
const (
	FieldPatient = "patient"
	FieldSearch  = "q"
)

// PatientPicker asks whose record the app shall get. Only patients that the user
// may act for are to be in it, and the answer is to be checked all the same
// (checklist 14).
type PatientPicker struct {
	App      App
	Viewer   Viewer
	Search   *Search // nil: the list is all there is
	Patients []Person
	Action   string
	Hidden   []Field
	Problem  string
	Redirect string // redirect URI of the request
}

// Search is a search box above a list, and the way through what it finds. It is a
// GET form, whose field is FieldSearch.
type Search struct {
	Action string
	Hidden []Field
	Query  string
	More   string // link to what comes after; "" if that is nothing
	Back   string // link to what came before
}

// PatientPicker shows the page.
func (p *Pages) PatientPicker(w http.ResponseWriter, status int, m PatientPicker) {
	p.write(w, status, m)
}

func (m PatientPicker) frame() frame {
	return frame{
		template: "patientpicker.html", title: "Choose a patient", viewer: m.Viewer,
		policy: policy{flow: true, logos: []string{m.App.LogoURI}, forms: []string{m.Redirect}},
	}
}
