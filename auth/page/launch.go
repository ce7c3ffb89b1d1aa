package page

import "net/http"

// The fields of Launch, beside FieldSearch, FieldPatient, FieldEncounter and
// FieldLocation.
const (
	FieldClient  = "client_id"
	FieldUser    = "user"
	FieldIntent  = "intent"
	FieldTenant  = "tenant"
	FieldBanner  = "need_patient_banner" // there if the app is to show whose record it is
	FieldStyle   = "smart_style"         // there if the app is to be told the style
	FieldContext = "fhir_context"        // references, one on each line
	FieldMode    = "mode"                // ModeTab or ModeFrame
)

// The values of FieldMode.
const (
	ModeTab   = "tab"
	ModeFrame = "frame"
)

// Launch is the EHR launch simulator: it plays the health record from which a
// user starts an app. There may be many patients, and encounters belong to one, so
// the form has a button that shows it again, by GET, with the patients that
// FieldSearch finds and the encounters of the one that is chosen.
type Launch struct {
	Viewer     Viewer
	Action     string // where the launch is posted
	Reload     string // where the form is shown again
	Hidden     []Field
	Apps       []Option // Value: client_id
	Users      []Option // Value: name of the account; none: the viewer is the user
	Patients   []Option // Value: id
	Encounters []Option // Value: id; of the chosen patient
	Locations  []Option // Value: id
	Query      string   // what Patients were searched by
	Context    string   // of FieldContext
	Intent     string
	Tenant     string
	Banner     bool
	Style      bool
	Problem    string
	Register   string // link to the page where an app is registered
	Playground string // link to the page where scopes are tried out; "" for none
}

// Launch shows the page.
func (p *Pages) Launch(w http.ResponseWriter, status int, m Launch) { p.write(w, status, m) }

func (m Launch) frame() frame {
	return frame{template: "launch.html", title: "Launch an app", viewer: m.Viewer, wide: true}
}

// Opening goes on to an app by itself, in the tab that the launch simulator has
// opened. A redirect would be held to the form-action of the simulator, which
// cannot name every app.
type Opening struct {
	App App
	URL string // where the app starts: a launch URI that is registered
}

// Opening shows the page.
func (p *Pages) Opening(w http.ResponseWriter, status int, m Opening) { p.write(w, status, m) }

func (m Opening) frame() frame {
	return frame{
		template: "opening.html", title: "Opening " + m.App.Title(), refresh: webLink(m.URL),
		policy: policy{logos: []string{m.App.LogoURI}},
	}
}
