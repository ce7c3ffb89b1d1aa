package page

import "net/http"

// The fields by which ContextPicker tells the id of what was chosen.
const (
	FieldEncounter = "encounter"
	FieldLocation  = "location"
)

// ContextPicker asks for an encounter or a location that the app has asked for. A
// chosen "none of these" is the empty value.
type ContextPicker struct {
	App       App
	Viewer    Viewer
	Title     string  // "Choose a visit"
	Text      string  // whose, and what for
	Patient   *Person // whose encounters; nil for locations
	Search    *Search // nil: the list is all there is
	Field     string  // FieldEncounter or FieldLocation
	Items     []Item
	AllowNone bool
	Action    string
	Hidden    []Field
	Problem   string
	Redirect  string // redirect URI of the request
}

// Item is something that may be chosen.
type Item struct{ ID, Title, Detail string }

// ContextPicker shows the page.
func (p *Pages) ContextPicker(w http.ResponseWriter, status int, m ContextPicker) {
	p.write(w, status, m)
}

func (m ContextPicker) frame() frame {
	return frame{
		template: "contextpicker.html", title: m.Title, viewer: m.Viewer,
		policy: policy{flow: true, logos: []string{m.App.LogoURI}, forms: []string{m.Redirect}},
	}
}
