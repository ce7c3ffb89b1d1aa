package page

import (
	"net/http"
	"time"
)

// What the buttons of Apps name.
const (
	FieldGrant  = "grant"  // the grant to revoke
	FieldForget = "forget" // the client_id of the app on which decisions are to be forgotten
)

// Apps is what the viewer has granted, and to whom.
type Apps struct {
	Viewer Viewer
	Grants []Grant
	// Remembered are the decisions by which apps get access without a question.
	Remembered []Remembered
	Action     string // where a grant is revoked
	Forget     string // where decisions are forgotten
	Hidden     []Field
	Notice     string // what was just done
	Problem    string
}

// Grant is what an app may do until it is revoked.
type Grant struct {
	ID       string
	App      App
	Patient  string   // whose record, in words
	Scopes   []string // in plain words
	Writes   bool
	Offline  bool
	Granted  time.Time
	LastUsed time.Time // zero: never
	Expires  time.Time // zero: when it is revoked
}

// Remembered is an app that is not asked about again.
type Remembered struct {
	App      App
	Patients []string // whose records, in words; none: it is about no record
	Until    time.Time
}

// Apps shows the page.
func (p *Pages) Apps(w http.ResponseWriter, status int, m Apps) { p.write(w, status, m) }

func (m Apps) frame() frame {
	f := frame{template: "apps.html", title: "My apps", viewer: m.Viewer, wide: true}
	for _, g := range m.Grants {
		f.policy.logos = append(f.policy.logos, g.App.LogoURI)
	}
	for _, r := range m.Remembered {
		f.policy.logos = append(f.policy.logos, r.App.LogoURI)
	}
	return f
}
