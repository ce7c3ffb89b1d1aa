package page

import (
	"strconv"
	"strings"
	"unicode"
)

// Field is a field of a form that is not shown: a CSRF token, the id of a request.
type Field struct{ Name, Value string }

// Link is a link within the server or to its documentation.
type Link struct {
	Text, Href string
	Detail     string // what is there
	Current    bool   // it is the page that is shown
}

// Viewer is who looks at a page; zero is nobody.
type Viewer struct {
	Name   string // display name
	Role   string // "patient", in words
	Links  []Link // to the pages that the viewer may use
	LogOut string // where the form that logs out is posted; "" for none
	Hidden []Field
}

// App is an app as its user is told about it. What the app says of itself is
// shown as text; a logo or a page that is not on the web is not shown.
type App struct {
	ID        string // client_id
	Name      string
	LogoURI   string
	ClientURI string
	PolicyURI string
	TOSURI    string
	// Dynamic says that the app has registered itself, so that nobody has checked
	// what it says.
	Dynamic bool
}

// Title is the app's name, or its id if it has none, without characters that are
// not seen and change how others are: a name must not read as another one.
func (a App) Title() string {
	visible := func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}
	if name := strings.TrimSpace(strings.Map(visible, a.Name)); name != "" {
		return name
	}
	return strings.Map(visible, a.ID)
}

// Person is a patient as one tells them from another.
type Person struct {
	ID          string // logical id
	Name        string
	BirthDate   string
	Gender      string
	Identifiers []string
	Note        string // such as how the user is related to them
}

// Option is one of the choices of a select element or a list.
type Option struct {
	Value, Text string
	Detail      string
	Chosen      bool
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}
