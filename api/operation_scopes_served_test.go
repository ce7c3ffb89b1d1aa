package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/scope"
)

// asksFor are a request for each operation about Eve, and one about what is Adam's.
var asksFor = []struct {
	of         scope.Operation
	own, other string
	shows      string // of Eve's
}{
	{scope.PatientEverything, "/Patient/eve/$everything", "/Patient/adam/$everything", `"Observation/e"`},
	{scope.EncounterEverything, "/Encounter/ev/$everything", "/Encounter/av/$everything", `"Encounter/ev"`},
	{scope.Docref, "/DocumentReference/$docref?patient=eve", "/DocumentReference/$docref?patient=adam", `"DocumentReference/d"`},
	{scope.Lastn, "/Observation/$lastn?patient=eve&code=x", "/Observation/$lastn?patient=adam&code=x", `"Observation/e"`},
	{scope.Meta, "/Observation/e/$meta", "/Observation/a/$meta", `"versionId"`},
}

// The scope of an operation opens it for the patient in context; it opens no other
// operation, and of another patient it shows what it shows of one who is absent.
func TestLeak25ServedOperationsByTheirScopes(t *testing.T) {
	w := newWorld(t)
	w.add(append(slices.Clone(chartOfEve), `{"resourceType":"Encounter","id":"av","status":"finished","class":{"code":"canary"},"subject":{"reference":"Patient/adam"}}`)...)
	absent := strings.NewReplacer("/adam", "/nobody", "/av", "/nobody", "=adam", "=nobody", "/a/", "/nobody/")
	for _, granted := range asksFor {
		for _, form := range []string{granted.of.Scope(scope.Patient).String(), granted.of.Definition} {
			token := w.token(form, "Patient/eve")
			for _, asked := range asksFor {
				got := w.get(token, asked.own)
				if asked.of != granted.of {
					if got.status != http.StatusForbidden || !strings.Contains(got.body, "nor "+asked.of.Name) {
						t.Errorf("%s: GET %s: %d %s", form, asked.own, got.status, got.body)
					}
					continue
				}
				if shown := strings.ReplaceAll(got.body, base+"/", ""); got.status != 200 || !strings.Contains(shown, asked.shows) || strings.Contains(shown, "canary") {
					t.Errorf("%s: GET %s: %d %s", form, asked.own, got.status, got.body)
				}
				other, none := w.get(token, asked.other), w.get(token, absent.Replace(asked.other))
				if strings.Contains(other.body, "canary") || other.status != none.status {
					t.Errorf("%s: GET %s: %d %s, of nobody %d", form, asked.other, other.status, other.body, none.status)
				}
				if whole := w.get(w.token(asked.of.Scope(scope.System).String()), asked.other); whole.status != 200 {
					t.Errorf("who may: GET %s: %d %s", asked.other, whole.status, whole.body)
				}
			}
		}
	}
}

// A page link of an operation is good for the operation, and one of a search for the
// search, whatever their tokens may see.
func TestLeak10OperationPagesAreTheOperations(t *testing.T) {
	w := newWorld(t)
	w.add(chartOfEve...)
	w.add(`{"resourceType":"DocumentReference","id":"d2","status":"current","subject":{"reference":"Patient/eve"},"content":[{"attachment":{"title":"x"}}]}`)
	both := w.token("patient/*.rs patient/Patient.$everything", "Patient/eve")
	plain, alone := w.token("patient/*.rs", "Patient/eve"), w.token("patient/Patient.$everything", "Patient/eve")
	const everything, documents = "/Patient/eve/$everything?_count=1", "/DocumentReference?_count=1"
	cursor := func(token, path string) string {
		_, cursor, ok := strings.Cut(w.bundle(w.get(token, path)).link("next"), "_cursor=")
		if !ok {
			t.Fatalf("%s has no second page", path)
		}
		return "&_cursor=" + cursor
	}
	for _, c := range []struct {
		name, token, path, link string
		status                  int
	}{
		{"the operation's", both, everything, cursor(both, everything), 200},
		{"the search's", both, documents, cursor(both, documents), 200},
		{"the operation's, by its scope alone", alone, everything, cursor(alone, everything), 200},
		{"the operation's, at the search", both, documents, cursor(both, everything), 400},
		{"the search's, at the operation", both, everything, cursor(both, documents), 400},
		{"another token's search, at the operation", alone, everything, cursor(plain, documents), 400},
		{"another token's operation", alone, everything, cursor(both, everything), 400},
		{"the operation's, by its scope alone, at the search", alone, documents, cursor(alone, everything), 403},
		{"the operation's, by its scope alone, at another token's search", plain, documents, cursor(alone, everything), 400},
	} {
		if got := w.get(c.token, c.path+c.link); got.status != c.status {
			t.Errorf("the page link of %s: %d %s", c.name, got.status, got.body)
		}
	}
}
