package page

import (
	"net/http"
	"time"
)

// The fields of Users, beside FieldName, FieldPassword and FieldDo.
const (
	FieldDisplayName = "display_name"
	FieldRole        = "role"
	FieldFHIRUser    = "fhir_user"
	FieldLink        = "link" // reference to link or unlink
)

// The values of FieldDo on Users, beside DoRemove. DoInvite makes a one-time link,
// by which the user chooses name and password, and DoAdd an account with those of
// the form.
const (
	DoAdd      = "add"
	DoInvite   = "invite"
	DoDisable  = "disable"
	DoEnable   = "enable"
	DoPassword = "password"
	DoLink     = "link"
	DoUnlink   = "unlink"
)

// Users is where administrators keep the accounts.
type Users struct {
	Viewer     Viewer
	Users      []User
	Roles      []Option
	Action     string
	Hidden     []Field
	Notice     string
	Problem    string
	Invitation string // a one-time link that was just made, shown this once
	New        User   // what was typed, if adding it failed
	Least      int    // characters of a password
}

// User is an account.
type User struct {
	Name        string
	DisplayName string
	Role        string // as in Roles
	RoleText    string // in words
	FHIRUser    string
	Links       []string
	Demo        bool
	Disabled    bool
	Self        bool // the viewer's own, which they can neither disable nor remove
	Created     time.Time
}

// Users shows the page.
func (p *Pages) Users(w http.ResponseWriter, status int, m Users) { p.write(w, status, m) }

func (m Users) frame() frame {
	return frame{template: "users.html", title: "Users", viewer: m.Viewer, wide: true}
}
