package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth"
)

// leaks row 32: whoever is bounded by relationships can write the resources that
// relationships come from, for their own patients, and gains none by it.

// caring is a world in which practitioners reach the patients whom they care for.
func caring(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, func(c *Config) { c.Tokens = auth.NewTokens(c.Store, auth.PanelCare, c.Clock) })
	w.tokens = auth.NewTokens(w.store, auth.PanelCare, w.Now)
	return w
}

// grab is a resource that would make Adam a patient of the party, if it counted.
type grab struct{ name, typ, id, body string }

func grabs(party string) []grab {
	return []grab{
		{"general practitioner", "Patient", "adam", `{"resourceType":"Patient","id":"adam","name":[{"family":"Everyman"}],"generalPractitioner":[{"reference":"` + party + `"}]}`},
		{"care team", "CareTeam", "t1", `{"resourceType":"CareTeam","id":"t1","status":"active","subject":{"reference":"Patient/adam"},"participant":[{"member":{"reference":"` + party + `"}}]}`},
		{"care team with one's own patient in it", "CareTeam", "t2", `{"resourceType":"CareTeam","id":"t2","status":"active","subject":{"reference":"Patient/adam"},"participant":[{"member":{"reference":"` + party + `"}},{"member":{"reference":"Patient/eve"}}]}`},
		{"encounter", "Encounter", "t3", `{"resourceType":"Encounter","id":"t3","status":"finished","subject":{"reference":"Patient/adam"},"participant":[{"individual":{"reference":"` + party + `"}}]}`},
		{"related person", "RelatedPerson", "rel", `{"resourceType":"RelatedPerson","id":"rel","active":true,"patient":{"reference":"Patient/adam"}}`},
		{"consent", "Consent", "t4", `{"resourceType":"Consent","id":"t4","status":"active","patient":{"reference":"Patient/adam"},"provision":{"type":"permit","actor":[{"reference":{"reference":"` + party + `"}}]}}`},
		{"person", "Person", "t5", `{"resourceType":"Person","id":"t5","link":[{"target":{"reference":"` + party + `"}},{"target":{"reference":"Patient/adam"}}]}`},
		{"group", "Group", "t6", `{"resourceType":"Group","id":"t6","type":"person","actual":true,"managingEntity":{"reference":"` + party + `"},"member":[{"entity":{"reference":"Patient/adam"}}]}`},
		{"role", "PractitionerRole", "t7", `{"resourceType":"PractitionerRole","id":"t7","active":true,"practitioner":{"reference":"` + party + `"}}`},
	}
}

// byAnyWrite sends a resource in all the ways in which it could be written.
func (w *world) byAnyWrite(token string, g grab) {
	w.Helper()
	anonymous := strings.Replace(g.body, `"id":"`+g.id+`",`, "", 1)
	reads := asks("GET", "Patient/adam")
	for _, send := range [][3]string{
		{http.MethodPut, "/" + g.typ + "/" + g.id, g.body},
		{http.MethodPut, "/" + g.typ + "?_id=" + g.id, g.body},
		{http.MethodPost, "/" + g.typ, anonymous},
		{http.MethodPost, "", sent("batch", brings("", "PUT", g.typ+"/"+g.id, g.body), brings("", "POST", g.typ, anonymous), reads)},
		{http.MethodPost, "", sent("transaction", brings("", "PUT", g.typ+"/"+g.id, g.body), reads)},
		{http.MethodPost, "", sent("transaction", brings("", "POST", g.typ, anonymous), reads)},
	} {
		if got := w.send(token, send[0], send[1], send[2]); strings.Contains(got.body, "Everyman") {
			w.Errorf("%s by %s %s tells of Adam: %d %s", g.name, send[0], send[1], got.status, got.body)
		}
	}
}

func TestLeak32SelfGrant(t *testing.T) {
	for _, party := range []string{"Practitioner/1", "PractitionerRole/1", "RelatedPerson/rel", "Patient/eve"} {
		t.Run(party, func(t *testing.T) {
			t.Parallel()
			w := caring(t)
			related := `{"resourceType":"RelatedPerson","id":"rel","active":true,"patient":{"reference":"Patient/eve"}}`
			w.add(strings.TrimSuffix(eve, "}")+`,"generalPractitioner":[{"reference":"`+party+`"}]}`, adam, related, tagged("a", "adam", "x"))
			token := w.issue(auth.Grant{Scopes: "user/*.cruds", User: party})
			w.everyWay(token, "/Patient", "Patient/eve")
			for _, g := range grabs(party) {
				w.byAnyWrite(token, g)
				if ids := w.bundle(w.get(token, "/Patient?_id=adam,eve&_total=accurate")); len(ids.Entry) != 1 || *ids.Total != 1 {
					t.Errorf("after %s: %v", g.name, ids.ids())
				}
				w.lacks(token, "Patient/adam", "Observation/a")
			}
			w.everyWay(token, "/Patient", "Patient/eve")
			w.everyWay(token, "/Observation")
			w.is("Adam is as he was", w.get(w.all(), "/Patient/adam"), 200, adam)
			w.is("so is the link", w.get(w.all(), "/RelatedPerson/rel?_elements=patient"), 200, w.get(token, "/RelatedPerson/rel?_elements=patient").body)
		})
	}
}

// The same resources count when somebody else writes them, who may.
func TestLeak32GrantedByAnother(t *testing.T) {
	for party, counts := range map[string][]string{
		"Practitioner/1":    {"general practitioner", "care team", "care team with one's own patient in it", "encounter"},
		"RelatedPerson/rel": {"related person"},
	} {
		w := caring(t)
		token := w.token("user/Patient.rs", party)
		for _, g := range grabs(party) {
			w.add(adam)
			w.finds(token, "/Patient")
			if got := w.send(w.all(), http.MethodPut, "/"+g.typ+"/"+g.id, g.body); got.status >= 300 {
				t.Fatalf("%s: %d %s", g.name, got.status, got.body)
			}
			var want []string
			for _, name := range counts {
				if name == g.name {
					want = []string{"Patient/adam"}
				}
			}
			w.finds(token, "/Patient", append([]string{}, want...)...)
			if got := w.send(w.all(), http.MethodDelete, "/"+g.typ+"/"+g.id, ""); got.status != 204 {
				t.Fatal(got)
			}
		}
	}
}
