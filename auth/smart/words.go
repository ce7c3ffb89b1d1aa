package smart

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// This file says in words, for pages, who and what things are.

func appOf(c client.Client) page.App {
	return page.App{ID: c.ID, Name: c.Name, LogoURI: c.LogoURI, ClientURI: c.ClientURI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI, Dynamic: c.Dynamic}
}

func roleInWords(r user.Role) string {
	if r == user.RelatedPerson {
		return "related person"
	}
	return string(r)
}

// viewerOf is who looks at a page in which an app asks for something.
func (s *Server) viewerOf(a user.Account) page.Viewer {
	return page.Viewer{Name: a.DisplayName, Role: roleInWords(a.Role)}
}

// viewer is who looks at one of their own pages, with the links that they may use.
func (s *Server) viewer(v *visit) page.Viewer {
	if !v.loggedIn() {
		return page.Viewer{}
	}
	m := s.viewerOf(v.account)
	m.LogOut, m.Hidden = s.path("/logout"), v.csrf()
	for _, l := range []struct {
		text, path string
		may        bool
	}{
		{"My apps", "/apps", true},
		{"Launch", "/launch", s.mayLaunch(v.account)},
		{"Playground", playgroundPath, s.mayPlay(v.account)},
		{"Registry", "/registry", true},
		{"Users", "/users", v.account.Role == user.Administrator},
	} {
		if l.may {
			m.Links = append(m.Links, page.Link{Text: l.text, Href: s.path(l.path), Current: v.URL.Path == l.path})
		}
	}
	return m
}

// patient is what a page shows of a Patient.
type patient struct {
	Name       []humanName `json:"name"`
	BirthDate  string      `json:"birthDate"`
	Gender     string      `json:"gender"`
	Identifier []struct {
		Value string `json:"value"`
		Type  struct {
			Coding []struct {
				Code string `json:"code"`
			} `json:"coding"`
		} `json:"type"`
	} `json:"identifier"`
}

type humanName struct {
	Text   string   `json:"text"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
}

func (n humanName) String() string {
	if n.Text != "" {
		return n.Text
	}
	return strings.TrimSpace(strings.Join(n.Given, " ") + " " + n.Family)
}

// personOf is a Patient as the picker shows it.
func personOf(r store.Resource) (page.Person, error) {
	var p patient
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return page.Person{}, err
	}
	person := page.Person{ID: r.ID, BirthDate: p.BirthDate, Gender: p.Gender}
	if len(p.Name) > 0 {
		person.Name = p.Name[0].String()
	}
	for _, identifier := range p.Identifier {
		for _, coding := range identifier.Type.Coding {
			if coding.Code == "MR" && identifier.Value != "" {
				person.Identifiers = append(person.Identifiers, "MRN "+strings.TrimPrefix(identifier.Value, "MRN-"))
			}
		}
	}
	return person, nil
}

// thing is what a page shows of an Encounter or a Location.
type thing struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Class       struct {
		Code    string `json:"code"`
		Display string `json:"display"`
	} `json:"class"`
	Type []struct {
		Text   string `json:"text"`
		Coding []struct {
			Display string `json:"display"`
		} `json:"coding"`
	} `json:"type"`
	Period struct {
		Start string `json:"start"`
	} `json:"period"`
}

// itemOf is an Encounter or a Location as the picker shows it.
func itemOf(r store.Resource) (page.Item, error) {
	var t thing
	if err := json.Unmarshal(r.Body, &t); err != nil {
		return page.Item{}, err
	}
	item := page.Item{ID: r.ID, Title: t.Name, Detail: t.Description}
	if r.Type == "Encounter" {
		item.Title, item.Detail = day(t.Period.Start), t.Class.Display
		for _, typ := range t.Type {
			if typ.Text != "" {
				item.Detail = typ.Text
			} else if len(typ.Coding) > 0 && typ.Coding[0].Display != "" {
				item.Detail = typ.Coding[0].Display
			}
		}
	}
	if item.Title == "" {
		item.Title = r.Type + " " + r.ID
	}
	return item, nil
}

// day is the date of a dateTime, in words.
func day(text string) string {
	if len(text) < len(time.DateOnly) {
		return text
	}
	at, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	if err != nil {
		return ""
	}
	return at.Format("2 January 2006")
}

// contextInWords is what beside the patient the app is told.
func (s *Server) contextInWords(ctx context.Context, f *flow) ([]string, error) {
	g := s.proposal(f, f.offer.scopes)
	var words []string
	for _, c := range []struct{ typ, id, text string }{
		{"Encounter", g.Launch.Encounter, "Visit"},
		{"Location", f.request.Location.ID, "Place"},
	} {
		if c.id == "" {
			continue
		}
		resource, err := s.seenBy(f.account, c.typ, "Patient").Read(ctx, store.Key{Type: c.typ, ID: c.id})
		if err != nil {
			return nil, err
		}
		item, err := itemOf(resource)
		if err != nil {
			return nil, err
		}
		words = append(words, strings.TrimSuffix(c.text+": "+item.Title+", "+item.Detail, ", "))
	}
	return words, nil
}

// values are the query of a URL with one parameter.
func values(name, value string) string { return url.Values{name: {value}}.Encode() }
