package page

import "net/http"

// LaunchFrame is the simulated health record with an app inside.
type LaunchFrame struct {
	Viewer    Viewer
	App       App
	URL       string   // what is embedded: the app's launch URI with its parameters
	Origins   []string // URIs of the app's other origins, which the frame may go to
	Patient   *Person  // nil: none was chosen
	Encounter string   // in words
	// Banner says that the app was told to show whose record it is
	// (need_patient_banner). If not, this page does.
	Banner bool
	Back   string // link to the simulator
	Tab    string // link to the app in a tab of its own, for apps that refuse to be framed
}

// LaunchFrame shows the page.
func (p *Pages) LaunchFrame(w http.ResponseWriter, status int, m LaunchFrame) { p.write(w, status, m) }

func (m LaunchFrame) frame() frame {
	return frame{
		template: "launchframe.html", title: m.App.Title(), viewer: m.Viewer, wide: true,
		policy: policy{frames: append([]string{m.URL}, m.Origins...), logos: []string{m.App.LogoURI}},
	}
}
