package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// panelWorld is a world whose practitioners have a panel.
func panelWorld(t *testing.T, panel auth.Panel) *world {
	t.Helper()
	var tokens *auth.Tokens
	w := newWorld(t, func(c *Config) {
		tokens = auth.NewTokens(c.Store, panel, c.Clock)
		c.Tokens = tokens
	})
	w.tokens = tokens
	return w
}

func role(id, practitioner, organization, rest string) string {
	return `{"resourceType":"PractitionerRole","id":"` + id + `","practitioner":{"reference":"Practitioner/` + practitioner + `"},"organization":{"reference":"Organization/` + organization + `"}` + rest + `}`
}

func panelPatient(id, rest string) string {
	return `{"resourceType":"Patient","id":"` + id + `"` + rest + `}`
}

// inOrganizations are patients, each related to Practitioner/d in another way, or to
// an organization of theirs; and an Observation of each.
func (w *world) inOrganizations() {
	team := func(id, patient, member, rest string) string {
		return `{"resourceType":"CareTeam","id":"` + id + `","status":"active","subject":{"reference":"Patient/` + patient + `"},"participant":[{"member":{"reference":"` + member + `"}` + rest + `}]}`
	}
	w.add(role("r", "d", "clinic", `,"active":true,"period":{"start":"2026-03-01T12:00:00Z","end":"2026-03-01T12:59:59Z"}`),
		role("later", "d", "ward", `,"period":{"start":"2026-03-01T13:00:00Z"}`),
		role("past", "d", "closed", `,"period":{"end":"2026-02"}`),
		role("inactive", "d", "closed", `,"active":false`),
		role("another", "e", "closed", ``),
		panelPatient("own", `,"generalPractitioner":[{"reference":"Practitioner/d"}]`),
		panelPatient("managed", `,"managingOrganization":{"reference":"Organization/clinic"}`),
		panelPatient("general", `,"generalPractitioner":[{"reference":"Organization/clinic"}]`),
		panelPatient("team", ``), team("t", "team", "Organization/clinic", `,"period":{"end":"2026-03-01T12:29:59Z"}`),
		panelPatient("ward", `,"managingOrganization":{"reference":"Organization/ward"}`),
		panelPatient("of-the-role", `,"generalPractitioner":[{"reference":"PractitionerRole/r"}]`),
		panelPatient("closed", `,"managingOrganization":{"reference":"Organization/closed"}`),
		panelPatient("elsewhere", `,"managingOrganization":{"reference":"https://evil.example/fhir/Organization/clinic"}`),
		panelPatient("nobodys", ``),
	)
	for _, id := range []string{"own", "managed", "general", "team", "ward", "of-the-role", "closed", "elsewhere"} {
		w.add(measured("of-"+id, "vital-signs", id))
	}
}

// panel wants `GET /Patient` under user/Patient.rs to list exactly these patients, of
// whom alone there are Observations, and for whom alone a patient/ token is good.
func (w *world) panel(user, want string) {
	w.Helper()
	token := w.token("user/*.rs", user)
	patients, observations := []string{}, []string{}
	for id := range strings.FieldsSeq(want) {
		patients, observations = append(patients, "Patient/"+id), append(observations, "Observation/of-"+id)
	}
	w.finds(token, "/Patient", patients...)
	w.finds(token, "/Observation", observations...)
	for _, id := range []string{"own", "managed", "general", "team", "ward", "of-the-role", "closed", "elsewhere"} {
		status := 404
		if strings.Contains(" "+want+" ", " "+id+" ") {
			status = 200
		}
		inContext := w.token("patient/Observation.rs", "Patient/"+id, user)
		for _, t := range []string{token, inContext} {
			if got := w.get(t, "/Observation/of-"+id); got.status != status {
				w.Errorf("%s: the Observation of %s: %d", user, id, got.status)
			}
		}
	}
}

func TestPanelOfOrganizations(t *testing.T) {
	w := panelWorld(t, auth.PanelOrganization)
	w.inOrganizations()
	const d, r = "Practitioner/d", "PractitionerRole/r"
	w.panel(d, "general managed own team")
	w.panel(r, "general managed of-the-role team")
	w.panel("PractitionerRole/later", "")
	w.panel("PractitionerRole/inactive", "")
	w.panel("Practitioner/e", "closed")
	w.Advance(30*time.Minute - time.Millisecond)
	w.panel(d, "general managed own team")
	w.Advance(time.Millisecond) // the clinic is no more in the team
	w.panel(d, "general managed own")
	w.Advance(30*time.Minute - time.Millisecond)
	w.panel(d, "general managed own")
	w.Advance(time.Millisecond) // one role ends and the other begins
	w.panel(d, "own ward")
	w.panel(r, "of-the-role")
	w.panel("PractitionerRole/later", "ward")
	w.add(role("later", "d", "ward", `,"active":false`))
	w.panel(d, "own")
	w.add(role("past", "d", "closed", ``), panelPatient("ward", `,"managingOrganization":{"reference":"Organization/closed"}`))
	w.panel(d, "closed own ward")
	if got := w.send(w.all(), http.MethodDelete, "/PractitionerRole/past", ""); got.status != 204 {
		t.Fatal(got)
	}
	w.panel(d, "own")
}

// Without the configuration an organization gives nobody any patients.
func TestPanelOfCareHasNoOrganizations(t *testing.T) {
	w := panelWorld(t, auth.PanelCare)
	w.inOrganizations()
	w.panel("Practitioner/d", "own")
	w.panel("PractitionerRole/r", "of-the-role")
	w.panel("Practitioner/e", "")
}

// A role, which gives its practitioner the patients of an organization, cannot be
// written by who is bounded by a panel, nor can an organization; and a relationship
// of a patient with an organization only by whom the patient is already reached.
func TestLeak32RolesBoundTheirPractitioner(t *testing.T) {
	w := panelWorld(t, auth.PanelOrganization)
	w.inOrganizations()
	const d = "Practitioner/d"
	bounded := w.token("user/*.cruds", d)
	mine := role("mine", "d", "closed", "")
	for _, c := range []struct{ method, path, body string }{
		{http.MethodPost, "/PractitionerRole", mine}, {http.MethodPut, "/PractitionerRole/mine", mine}, {http.MethodPut, "/PractitionerRole/past", role("past", "d", "closed", "")},
		{http.MethodPut, "/PractitionerRole?identifier=x", mine}, {http.MethodDelete, "/PractitionerRole/another", ""},
		{http.MethodPatch, "/PractitionerRole/inactive", `[{"op":"replace","path":"/active","value":true}]`},
		{http.MethodPost, "/Organization", `{"resourceType":"Organization","name":"x"}`},
	} {
		for _, token := range []string{bounded, w.token("patient/*.cruds", "Patient/own"), w.token("patient/*.cruds", "Patient/own", d), w.token("user/*.cruds", "RelatedPerson/1")} {
			if got := w.send(token, c.method, c.path, c.body, "Content-Type: "+map[bool]string{true: "application/json-patch+json", false: fhirJSON}[c.method == http.MethodPatch]); got.status != 403 {
				t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
			}
		}
	}
	if got := w.send(bounded, http.MethodPut, "/Patient/closed", panelPatient("closed", `,"managingOrganization":{"reference":"Organization/clinic"}`)); got.status != 405 {
		t.Errorf("a patient of another's: %d %s", got.status, got.body)
	}
	transaction := `{"resourceType":"Bundle","type":"transaction","entry":[
		{"request":{"method":"POST","url":"PractitionerRole"},"resource":` + mine + `},{"request":{"method":"GET","url":"Patient"}}]}`
	if got := w.send(bounded, http.MethodPost, "", transaction); got.status != 403 {
		t.Errorf("in a transaction: %d %s", got.status, got.body)
	}
	w.panel(d, "general managed own team")
	// Who may write roles gives the patients; and then from the next request on.
	if got := w.send(w.all(), http.MethodPost, "/PractitionerRole", mine); got.status != 201 {
		t.Fatal(got)
	}
	w.panel(d, "closed general managed own team")
}
