package page

import (
	"net/http"
	"time"
)

// FieldGrant tells which grant of Apps to revoke.
const FieldGrant = "grant"

// Apps is what the viewer has granted, and to whom.
type Apps struct {
	Viewer  Viewer
	Grants  []Grant
	Action  string // where a grant is revoked
	Hidden  []Field
	Notice  string // what was just done
	Problem string
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

// Apps shows the page.
func (p *Pages) Apps(w http.ResponseWriter, status int, m Apps) { p.write(w, status, m) }

func (m Apps) frame() frame {
	f := frame{template: "apps.html", title: "My apps", viewer: m.Viewer, wide: true}
	for _, g := range m.Grants {
		f.policy.logos = append(f.policy.logos, g.App.LogoURI)
	}
	return f
}
