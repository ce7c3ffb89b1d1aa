package page

import (
	"net/http"
	"strings"
	"testing"
)

const attack = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`

// hostile is an app that says of itself what should not be believed.
var hostile = App{ID: attack, Name: attack, LogoURI: "javascript:alert(1)", ClientURI: "javascript://a/%0aalert(1)", PolicyURI: "data:text/html,x", TOSURI: "vbscript:x"}

func hostileSamples() []sample {
	person := Person{ID: attack, Name: attack, BirthDate: attack, Gender: attack, Identifiers: []string{attack}, Note: attack}
	v := Viewer{Name: attack, Role: attack}
	fields := []Field{{attack, attack}}
	registered := RegisteredApp{App: hostile, Href: "/x", Method: attack, Scopes: attack, RedirectURIs: []string{attack}, LaunchURI: attack, JWKS: attack, Contacts: []string{attack}}
	return []sample{
		{"login", func(p *Pages, w http.ResponseWriter) {
			p.Login(w, 200, Login{App: &hostile, Action: "/login", Hidden: fields, Name: attack, Problem: attack, Demo: []Demo{{attack, attack, attack, attack}}})
		}},
		{"welcome", func(p *Pages, w http.ResponseWriter) {
			p.Welcome(w, 200, Welcome{Title: attack, Text: attack, Name: attack, Problem: attack})
		}},
		{"patientpicker", func(p *Pages, w http.ResponseWriter) {
			p.PatientPicker(w, 200, PatientPicker{App: hostile, Viewer: v, Patients: []Person{person}, Search: &Search{Query: attack}, Problem: attack})
		}},
		{"contextpicker", func(p *Pages, w http.ResponseWriter) {
			p.ContextPicker(w, 200, ContextPicker{App: hostile, Viewer: v, Title: attack, Text: attack, Patient: &person, Field: FieldEncounter, Items: []Item{{attack, attack, attack}}})
		}},
		{"consent", func(p *Pages, w http.ResponseWriter) {
			p.Consent(w, 200, Consent{App: hostile, Viewer: v, Patient: &person, Context: []string{attack}, Refused: []Refused{{attack, attack}}, Writes: true, Offline: true, Redirect: "https://" + attack,
				Groups: []Group{{attack, attack, []Choice{{Value: attack, Text: attack, Detail: attack, Categories: []Category{{Value: attack, Text: attack}}}}}}})
		}},
		{"apps", func(p *Pages, w http.ResponseWriter) {
			p.Apps(w, 200, Apps{Viewer: v, Grants: []Grant{{ID: "1", App: hostile, Patient: attack, Scopes: []string{attack}}}, Notice: attack})
		}},
		{"launch", func(p *Pages, w http.ResponseWriter) {
			p.Launch(w, 200, Launch{Viewer: v, Apps: []Option{{Value: attack, Text: attack, Detail: attack}}, Intent: attack, Tenant: attack, Context: attack, Query: attack, Problem: attack})
		}},
		{"playground", func(p *Pages, w http.ResponseWriter) {
			types := []TypeAccess{{Type: attack, Letters: attack, Visible: []Count{{How: attack}}, First: []Link{{Text: attack, Href: "javascript:alert(1)", Detail: attack}}, Predicates: []Predicate{{attack, attack}}}}
			some := []Option{{Value: attack, Text: attack, Detail: attack}}
			p.Playground(w, 200, Playground{Viewer: v, Action: "/playground", Scopes: "</textarea>" + attack, Users: some, Patients: some, Apps: some, Query: attack, Panel: attack, Problem: attack, Notice: attack,
				Asked:  []AskedScope{{Scope: attack, Text: attack, Detail: attack}, {Scope: attack, Refused: attack}, {Scope: attack, Limited: attack, Parts: []Granted{{attack, attack}}}},
				Access: &Access{Types: types, Empty: types, Inside: []Inside{{attack, types, nil}, {attack, nil, []string{attack}}}, Response: attack, Claims: attack, Remark: attack, Command: attack, NoToken: attack},
				Shown:  &ShownResource{Reference: attack, JSON: "</pre>" + attack, Problem: attack}, Examples: []Examples{{attack, []Example{{attack, attack, "/playground?scope=" + attack}}}}})
		}},
		{"opening", func(p *Pages, w http.ResponseWriter) {
			p.Opening(w, 200, Opening{App: hostile, URL: "https://a/?" + attack})
		}},
		{"launchframe", func(p *Pages, w http.ResponseWriter) {
			p.LaunchFrame(w, 200, LaunchFrame{Viewer: v, App: hostile, URL: "javascript:alert(1)", Patient: &person, Encounter: attack})
		}},
		{"registry", func(p *Pages, w http.ResponseWriter) {
			p.Registry(w, 200, Registry{Viewer: v, Apps: []RegisteredApp{registered}})
		}},
		{"registryapp", func(p *Pages, w http.ResponseWriter) {
			p.RegistryApp(w, 200, RegistryApp{Viewer: v, App: registered, Secret: attack, Action: "/x", Endpoints: fields})
		}},
		{"registration", func(p *Pages, w http.ResponseWriter) {
			p.Registration(w, 200, Registration{Viewer: v, App: registered, Problem: attack})
		}},
		{"users", func(p *Pages, w http.ResponseWriter) {
			p.Users(w, 200, Users{Viewer: v, Users: []User{{Name: attack, DisplayName: attack, RoleText: attack, FHIRUser: attack, Links: []string{attack}}}, Notice: attack, Invitation: attack})
		}},
		{"error", func(p *Pages, w http.ResponseWriter) {
			p.Error(w, Error{Status: 400, Title: attack, Code: attack, Parameter: attack, Given: attack, Description: attack, Right: attack})
		}},
		{"error for an app", func(p *Pages, w http.ResponseWriter) {
			p.Error(w, Error{Status: 400, ForApp: true, Title: attack, Code: attack, Parameter: attack, Given: attack, Description: attack, Right: attack})
		}},
		{"message", func(p *Pages, w http.ResponseWriter) { p.Message(w, 200, Message{Title: attack, Text: attack}) }},
		{"form", func(p *Pages, w http.ResponseWriter) {
			p.Form(w, 200, Form{Title: attack, Text: attack, Action: "/x", Hidden: fields, Button: attack})
		}},
	}
}

func TestTextIsNeverMarkup(t *testing.T) {
	for _, s := range hostileSamples() {
		t.Run(s.name, func(t *testing.T) {
			w := render(t, s.show)
			doc := parse(t, w)
			if w.Code >= 500 || !strings.Contains(w.Body.String(), "&lt;script&gt;") {
				t.Fatalf("%d, and the text is not shown", w.Code)
			}
			for _, n := range all(doc, "script", "img", "a", "iframe") {
				uri := attribute(n, "src") + attribute(n, "href")
				ours := strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, "#")
				if !ours && !(s.name == "opening" && n.Data == "a" && strings.HasPrefix(uri, "https://a/?%3cscript%3e")) || has(n, "onerror") {
					t.Errorf("%s %v", n.Data, n.Attr)
				}
			}
		})
	}
}

// The name of a client is shown as it is, and what it says its logo and page are
// is not used unless it is on the web.
func TestAHostileApp(t *testing.T) {
	w := render(t, func(p *Pages, w http.ResponseWriter) {
		p.Consent(w, http.StatusOK, Consent{App: App{ID: "a", Name: "<script>alert(1)</script>", LogoURI: "javascript://a/%0aalert(1)", ClientURI: "javascript://a/%0aalert(1)"}, Action: "/consent"})
	})
	doc := parse(t, w)
	if got := text(all(doc, "h1")[0]); got != "<script>alert(1)</script> asks for access" {
		t.Errorf("the heading is %q", got)
	}
	if strings.Contains(w.Body.String(), "javascript:") || len(all(doc, "a")) != 2 || len(all(doc, "img")) != 1 {
		t.Errorf("%s", w.Body)
	}
}

func TestTitleIsWhatIsSeen(t *testing.T) {
	for name, want := range map[string]string{
		"Growth Chart": "Growth Chart", "moc.live\u202e": "moc.live", "\u200b \u2066": "id-1", "": "id-1", "Ana\u0301lisis\n": "Ana\u0301lisis",
	} {
		if got := (App{ID: "id-1", Name: name}).Title(); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// A request that is refused leads nowhere, whatever it says (checklist 2).
func TestErrorHasNoLink(t *testing.T) {
	w := render(t, func(p *Pages, w http.ResponseWriter) {
		p.Error(w, Error{Status: http.StatusBadRequest, ForApp: true, Title: "x", Given: "https://evil.example.org/cb", Description: "https://evil.example.org", Right: "https://evil.example.org"})
	})
	doc := parse(t, w)
	for _, a := range all(doc, "a") {
		if href := attribute(a, "href"); href != "#main" && href != "/" {
			t.Errorf("a link to %s", href)
		}
	}
	if len(all(doc, "form", "iframe", "meta")) != len(all(doc, "meta")) {
		t.Error("there is a form or a frame")
	}
	said := all(doc, "dd")
	if len(said) != 2 || text(said[0]) != "https://evil.example.org/cb" {
		t.Errorf("%d facts", len(said))
	}
}
