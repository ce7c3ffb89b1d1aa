package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/scope"
)

// csrf stands for what a form must bring back.
var csrf = []Field{{"csrf", "c5rf"}, {"request", "r1"}}

var viewer = Viewer{
	Name: "Amara Okafor", Role: "patient", LogOut: "/logout", Hidden: csrf[:1],
	Links: []Link{{Text: "Home", Href: "/"}, {Text: "My apps", Href: "/apps", Current: true}, {Text: "Launch", Href: "/launch"}, {Text: "Registry", Href: "/registry"}},
}

var vitals = App{
	ID: "growth-chart", Name: "Growth Chart", ClientURI: "https://growth.example.org/about",
	LogoURI:   "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 56 56'%3E%3Crect width='56' height='56' fill='%2322577a'/%3E%3Cpath d='M10 42l12-14 8 7 16-21' fill='none' stroke='%23fff' stroke-width='5'/%3E%3C/svg%3E",
	PolicyURI: "https://growth.example.org/privacy",
}

var people = []Person{
	{ID: "amara-okafor", Name: "Amara Okafor", BirthDate: "1984-03-05", Gender: "female", Identifiers: []string{"MRN 100017"}, Note: "you"},
	{ID: "chidi-okafor", Name: "Chidi Okafor", BirthDate: "2015-11-20", Gender: "male", Identifiers: []string{"MRN 100018"}, Note: "your child"},
	{ID: "walter-brandt", Name: "Walter Brandt", BirthDate: "1951-07-30", Gender: "male"},
}

const redirect = "https://growth.example.org/callback?x=1"

var now = time.Date(2026, 11, 29, 19, 7, 0, 0, time.UTC)

// sample is a page with content, by the name under which its picture is kept.
type sample struct {
	name string
	show func(p *Pages, w http.ResponseWriter)
}

var made = sync.OnceValues(func() (*Pages, error) { return New(Options{}) })

func pages(t testing.TB) *Pages {
	t.Helper()
	p, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// render is the answer that a page is sent in.
func render(t testing.TB, show func(p *Pages, w http.ResponseWriter)) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	show(pages(t), w)
	return w
}

func sampleLogin() Login {
	return Login{
		App: &vitals, Action: "/login", Hidden: csrf, Redirect: redirect,
		Demo: []Demo{
			{"amara", "Amara Okafor", "Patient, mother of two", "demo"},
			{"sofia", "Dr. Sofia Marin", "Practitioner, sees all patients", "demo"},
			{"admin", "Ada Admin", "Administrator", "demo"},
		},
	}
}

func sampleGroups() []Group {
	scopes, _ := scope.ParseList("launch/patient openid fhirUser offline_access patient/*.rs patient/Observation.rs patient/Condition.rs " +
		"patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs " +
		"patient/Observation.r?code=http://loinc.org|4548-4&date=ge2020 patient/MedicationRequest.rs")
	groups := Groups(scopes, scope.Yours)
	groups[0].Scopes[0].Checked = false
	groups[1].Scopes[0].Categories[1].Checked = true
	groups[len(groups)-1].Scopes[0].Locked = true
	return groups
}

func sampleConsent() Consent {
	return Consent{
		App: vitals, Viewer: viewer, Patient: &people[0], Context: []string{"Visit on 3 May 2026, Harbour Clinic"},
		Groups:  sampleGroups(),
		Refused: []Refused{{"patient/Group.rs", "patient/ scopes never give rs on Group here"}, {"smart/orchestrate_launch", "not a scope this server knows"}},
		Offline: true, Writes: true, Offer: true, Remember: true,
		Action: "/consent", Hidden: csrf, Redirect: redirect,
	}
}

func sampleLaunch() Launch {
	return Launch{
		Viewer: viewer, Action: "/launch", Reload: "/launch", Hidden: csrf, Register: "/registry/new", Playground: "/playground", Banner: true,
		Apps:       []Option{{Value: "demo", Text: "Vital signs demo", Chosen: true}, {Value: "growth-chart", Text: "Growth Chart"}},
		Users:      []Option{{Value: "sofia", Text: "Dr. Sofia Marin", Detail: "practitioner"}},
		Patients:   []Option{{Value: "amara-okafor", Text: "Amara Okafor", Detail: "1984-03-05", Chosen: true}},
		Encounters: []Option{{Value: "e1", Text: "Check-up", Detail: "3 May 2026"}},
		Locations:  []Option{{Value: "l1", Text: "Harbour Clinic"}},
		Intent:     "reconcile-medications", Query: "oka", Context: "ImagingStudy/1",
	}
}

func sampleApp() RegisteredApp {
	return RegisteredApp{
		App: vitals, Href: "/registry/growth-chart", Method: "client_secret_basic", GrantTypes: []string{"authorization_code", "refresh_token"},
		Scopes: "launch/patient patient/*.rs offline_access", RedirectURIs: []string{"https://growth.example.org/callback", "http://127.0.0.1/callback"},
		LaunchURI: "https://growth.example.org/launch", Origins: []string{"https://cdn.example.org"}, Contacts: []string{"dev@example.org"}, Created: now, Introspect: true,
	}
}

func sampleRegistration() Registration {
	return Registration{
		Viewer: viewer, Action: "/registry", Hidden: csrf, Back: "/registry", App: sampleApp(), Introspect: true,
		Problem: "redirect_uris: http://example.org/cb should be https", Where: FieldRedirectURIs,
		Methods: []Option{{Value: "none", Text: "A public app", Detail: "runs in a browser or on a phone and keeps no secret"}, {Value: "client_secret_basic", Text: "By a secret, in the Authorization header", Chosen: true}},
		GrantTypes: []Option{
			{Value: "authorization_code", Text: "Its users log in and consent", Chosen: true}, {Value: "client_credentials", Text: "A backend service, without a user"}},
	}
}

func sampleUsers() Users {
	return Users{
		Viewer: viewer, Action: "/users", Hidden: csrf, Least: 12, Invitation: "https://granary.example.org/welcome/4hT-aQ",
		Roles: []Option{{Value: "patient", Text: "Patient"}, {Value: "practitioner", Text: "Practitioner"}},
		Users: []User{
			{Name: "ada", DisplayName: "Ada Admin", RoleText: "administrator", Self: true},
			{Name: "pat", DisplayName: "Pat Okafor", RoleText: "related person", FHIRUser: "RelatedPerson/pat-1", Links: []string{"RelatedPerson/pat-2"}, Demo: true},
			{Name: "old", RoleText: "patient", FHIRUser: "Patient/1", Disabled: true},
		},
	}
}

func samplePlayground() Playground {
	signs := TypeAccess{Type: "Observation", Letters: "crs", Visible: []Count{{N: 4, How: "by search"}, {N: 10, How: "by id"}},
		First:      []Link{{Text: "amara-bp-2024-08", Href: "/playground?scope=x&resource=Observation%2Famara-bp-2024-08"}, {Text: "amara-weight-2024-08"}},
		Predicates: []Predicate{{"cs", "category = http://terminology.hl7.org/CodeSystem/observation-category|vital-signs AND chart(Patient/amara-okafor)"}, {"r", "chart(Patient/amara-okafor)"}}}
	return Playground{
		Viewer: viewer, Action: "/playground", Scopes: "patient/*.rs\nuser/Group.rs", Query: "oka", Panel: "care", Notice: "Choose a patient.",
		Users: []Option{{Value: "sofia", Text: "Dr. Sofia Marin", Detail: "practitioner", Chosen: true}}, Patients: []Option{{Value: "amara-okafor", Text: "Amara Okafor", Detail: "1984-03-05"}},
		Apps: []Option{{Value: "growth-chart", Text: "Growth Chart"}},
		Asked: []AskedScope{
			{Scope: "patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs", Text: "Read and create the patient’s vital signs", Writes: true},
			{Scope: "patient/Condition.r", Text: "Read every health problem in the patient’s record", Detail: "One at a time, and only if it knows their ids."},
			{Scope: "patient/*.rs", Limited: "The app is registered for a part of it:", Parts: []Granted{{"patient/Goal.rs", "Read and search every goal in the patient’s record"}}},
			{Scope: "patient/Group.rs", Refused: "patient/ scopes never give rs on Group here"},
		},
		Access: &Access{
			Types: []TypeAccess{signs, {Type: "Goal", Letters: "c", Predicates: []Predicate{{"c", "chart(Patient/amara-okafor)"}}},
				{Type: "MedicationAdministration", Letters: "rs", Visible: []Count{{TooComplex: true, How: "by search"}}, Predicates: []Predicate{{"rs", "chart(Patient/amara-okafor)"}}}},
			Empty:    []TypeAccess{{Type: "Flag", Letters: "rs", Visible: []Count{{How: "by search"}}, Predicates: []Predicate{{"rs", "chart(Patient/amara-okafor)"}}}},
			Inside:   []Inside{{Operation: "Patient/$everything", Types: []TypeAccess{{Type: "Goal", Letters: "rs", Visible: []Count{{N: 1, How: "by search"}}, First: []Link{{Text: "amara-bp-goal"}}}}}, {Operation: "$meta", Names: []string{"Patient", "Goal"}}, {Operation: "$lastn"}},
			Response: "{\n  \"access_token\": \"(not issued)\",\n  \"scope\": \"patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs patient/Condition.r patient/Goal.rs\"\n}",
			Claims:   "{\n  \"fhirUser\": \"http://127.0.0.1:8080/fhir/Practitioner/1\"\n}",
			Command:  "token=$(granary token --scope 'patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs' --patient 'amara-okafor')\ncurl -sg -H \"Authorization: Bearer $token\" 'http://127.0.0.1:8080/fhir/Observation?_summary=count'",
		},
		Shown:    &ShownResource{Reference: "Observation/amara-bp-2024-08", JSON: "{\n  \"resourceType\": \"Observation\",\n  \"id\": \"amara-bp-2024-08\"\n}"},
		Examples: []Examples{{"By category", []Example{{"patient/Observation.rs?category=vital-signs", "Vital signs of one patient", "/playground?scope=x"}}}},
	}
}

func sampleGrants() []Grant {
	return []Grant{
		{ID: "g1", App: vitals, Patient: "the record of Amara Okafor", Scopes: []string{"Read your vital signs", "Keep access when you are not using the app, until you end it"}, Offline: true, Writes: true, Granted: now.AddDate(0, -2, 0), LastUsed: now},
		{ID: "g2", App: App{ID: "x-17", Dynamic: true}, Scopes: []string{"Read everything in your record"}, Granted: now, Expires: now.Add(time.Hour)},
	}
}

func samples() []sample {
	return []sample{
		{"home", func(p *Pages, w http.ResponseWriter) {
			p.Home(w, 200, Home{
				Base: "http://127.0.0.1:8080/fhir", Version: "0.5.0", Sandbox: true, Login: "/login",
				Try:    []Link{{Text: "Launch simulator", Href: "/launch", Detail: "Start an app for a user and a patient, as a health record does."}, {Text: "Demonstration app", Href: "/demo", Detail: "Vital signs of one patient, by the SMART JavaScript client."}, {Text: "My apps", Href: "/apps", Detail: "What you have granted, to whom, and how to end it."}, {Text: "App registry", Href: "/registry", Detail: "Register your own app."}},
				Server: []Link{{Text: "SMART configuration", Href: "/fhir/.well-known/smart-configuration", Detail: "/fhir/.well-known/smart-configuration"}, {Text: "CapabilityStatement", Href: "/fhir/metadata", Detail: "/fhir/metadata"}},
				Docs:   []Link{{Text: "SMART on Granary", Href: "https://example.org/docs/smart.md", Detail: "Flows, capabilities and how to register an app"}},
			})
		}},
		{"login", func(p *Pages, w http.ResponseWriter) { p.Login(w, 200, sampleLogin()) }},
		{"login-refused", func(p *Pages, w http.ResponseWriter) {
			p.Login(w, 429, Login{Action: "/login", Hidden: csrf, Name: "amara", RetryAfter: 61 * time.Second})
		}},
		{"welcome", func(p *Pages, w http.ResponseWriter) {
			p.Welcome(w, 200, Welcome{Title: "Welcome to Granary", Text: "You will be the first administrator.", Action: "/welcome", Hidden: csrf, Least: 12})
		}},
		{"patientpicker", func(p *Pages, w http.ResponseWriter) {
			p.PatientPicker(w, 200, PatientPicker{App: vitals, Viewer: viewer, Patients: people, Action: "/pick", Hidden: csrf, Redirect: redirect,
				Search: &Search{Action: "/pick", Hidden: csrf[1:], Query: "oka", More: "/pick?page=2"}})
		}},
		{"patientpicker-none", func(p *Pages, w http.ResponseWriter) {
			p.PatientPicker(w, 200, PatientPicker{App: vitals, Viewer: viewer, Action: "/pick", Hidden: csrf, Search: &Search{Action: "/pick", Query: "zz"}})
		}},
		{"contextpicker", func(p *Pages, w http.ResponseWriter) {
			p.ContextPicker(w, 200, ContextPicker{App: vitals, Viewer: viewer, Title: "Choose a visit", Text: "that the app is about", Patient: &people[0], Field: FieldEncounter,
				Items: []Item{{"e1", "Check-up", "3 May 2026, Harbour Clinic, finished"}, {"e2", "Emergency", "17 January 2026"}}, AllowNone: true, Action: "/pick", Hidden: csrf, Redirect: redirect})
		}},
		{"consent", func(p *Pages, w http.ResponseWriter) { p.Consent(w, 200, sampleConsent()) }},
		{"consent-unverified", func(p *Pages, w http.ResponseWriter) {
			m := sampleConsent()
			m.App = App{ID: "dyn-8f3a", Name: "Free Health Scanner", Dynamic: true}
			m.Groups, m.Offline, m.Writes, m.Online, m.Refused = m.Groups[:1], false, false, true, nil
			p.Consent(w, 200, m)
		}},
		{"consent-500", func(p *Pages, w http.ResponseWriter) {
			m := sampleConsent()
			m.Groups = []Group{{Title: "Many"}}
			for i := range 500 {
				m.Groups[0].Scopes = append(m.Groups[0].Scopes, Choice{Value: fmt.Sprintf("patient/Observation.rs?code=%d", i), Text: fmt.Sprintf("Read observations, only where code is %d", i), Checked: true})
			}
			p.Consent(w, 200, m)
		}},
		{"apps", func(p *Pages, w http.ResponseWriter) {
			p.Apps(w, 200, Apps{Viewer: viewer, Action: "/apps", Hidden: csrf, Notice: "Growth Chart has no access any more.", Grants: sampleGrants(), Forget: "/apps/forget",
				Remembered: []Remembered{{App: vitals, Patients: []string{"Amara Okafor", "Jun Tanaka"}, Until: now.AddDate(1, 0, 0)}, {App: App{ID: "x-17", Dynamic: true}, Until: now}}})
		}},
		{"apps-none", func(p *Pages, w http.ResponseWriter) { p.Apps(w, 200, Apps{Viewer: viewer}) }},
		{"launch", func(p *Pages, w http.ResponseWriter) { p.Launch(w, 200, sampleLaunch()) }},
		{"playground", func(p *Pages, w http.ResponseWriter) { p.Playground(w, 200, samplePlayground()) }},
		{"playground-none", func(p *Pages, w http.ResponseWriter) {
			p.Playground(w, 400, Playground{Viewer: viewer, Action: "/playground", Scopes: "x", Problem: "There would be no token: every scope is refused.", Asked: []AskedScope{{Scope: "x", Refused: "not a scope this server knows"}},
				Shown: &ShownResource{Reference: "Patient/1", Problem: "There is no such resource, or the access token does not reach it."}})
		}},
		{"playground-nothing", func(p *Pages, w http.ResponseWriter) {
			p.Playground(w, 200, Playground{Viewer: viewer, Action: "/playground", Access: &Access{Remark: "No app gets such a token.", NoToken: "granary token knows no scopes but SMART’s.", Unlinked: true}})
		}},
		{"opening", func(p *Pages, w http.ResponseWriter) {
			p.Opening(w, 200, Opening{App: vitals, URL: "https://growth.example.org/launch?iss=x&launch=y"})
		}},
		{"opening-refused", func(p *Pages, w http.ResponseWriter) {
			p.Opening(w, 200, Opening{App: vitals, URL: "javascript:alert(1)"})
		}},
		{"launchframe", func(p *Pages, w http.ResponseWriter) {
			p.LaunchFrame(w, 200, LaunchFrame{Viewer: viewer, App: vitals, URL: "https://growth.example.org/launch?iss=x&launch=y", Origins: []string{"https://api.growth.example.org/cb"},
				Patient: &people[0], Encounter: "Check-up, 3 May 2026", Back: "/launch", Tab: "https://growth.example.org/launch"})
		}},
		{"newtab", func(p *Pages, w http.ResponseWriter) {
			p.NewTab(w, 200, NewTab{App: vitals, URL: "/auth/continue?request=r1"})
		}},
		{"newtab-launch", func(p *Pages, w http.ResponseWriter) { p.NewTab(w, 200, NewTab{App: vitals}) }},
		{"registry", func(p *Pages, w http.ResponseWriter) {
			second := RegisteredApp{App: App{ID: "dyn-8f3a", Name: "Free Health Scanner", Dynamic: true}, Href: "/registry/dyn-8f3a", Method: "none", Created: now}
			p.Registry(w, 200, Registry{Viewer: viewer, New: "/registry/new", Apps: []RegisteredApp{sampleApp(), second}})
		}},
		{"registryapp", func(p *Pages, w http.ResponseWriter) {
			p.RegistryApp(w, 200, RegistryApp{Viewer: viewer, App: sampleApp(), Secret: "gcs_4hT-aQ9x2", Action: "/registry/growth-chart", Hidden: csrf, Edit: "/registry/growth-chart/edit", Launch: "/launch?client_id=growth-chart", Back: "/registry",
				Endpoints: []Field{{"FHIR base, iss and aud", "http://127.0.0.1:8080/fhir"}}})
		}},
		{"registration", func(p *Pages, w http.ResponseWriter) { p.Registration(w, 400, sampleRegistration()) }},
		{"users", func(p *Pages, w http.ResponseWriter) { p.Users(w, 200, sampleUsers()) }},
		{"error", func(p *Pages, w http.ResponseWriter) {
			p.Error(w, Error{Status: 400, ForApp: true, Title: "This app cannot be connected", Code: "invalid_request", Parameter: "redirect_uri", Given: "https://evil.example.org/cb",
				Description: "The redirect_uri is not one that is registered for the client growth-chart.", Right: "One of the redirect URIs of the registration, character by character."})
		}},
		{"error-user", func(p *Pages, w http.ResponseWriter) {
			p.Error(w, Error{Status: 404, Title: "There is no such page", Code: "invalid_request", Description: "There is nothing at this address.", Right: "The start page of this server is at /, and its FHIR API at /fhir."})
		}},
		{"message", func(p *Pages, w http.ResponseWriter) {
			p.Message(w, 200, Message{Title: "You are logged out", Text: "Apps that had access only while you were logged in have none any more.", Links: []Link{{Text: "Log in again", Href: "/login"}}})
		}},
		{"form", func(p *Pages, w http.ResponseWriter) {
			p.Form(w, 200, Form{Viewer: viewer, Title: "Log out?", Text: "Apps with online access lose it.", Action: "/logout", Hidden: csrf, Button: "Log out", Danger: true, Cancel: &Link{Text: "Stay", Href: "/"}})
		}},
	}
}
