package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/scope"
)

// chartOfEve is hers, with what is Adam's beside it.
var chartOfEve = []string{eve, adam,
	`{"resourceType":"Observation","id":"e","status":"final","code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/eve"}}`,
	`{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"code":"x"}],"text":"canary"},"subject":{"reference":"Patient/adam"}}`,
	`{"resourceType":"Encounter","id":"ev","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/eve"}}`,
	`{"resourceType":"DocumentReference","id":"d","status":"current","type":{"coding":[{"system":"http://loinc.org","code":"34133-9"}]},"subject":{"reference":"Patient/eve"},"content":[{"attachment":{"url":"Binary/b"}}]}`,
}

// A scope on an operation alone opens neither reads nor searches, nor writes, nor
// versions, of the patient in context or of anyone, alone or in a Bundle.
func TestLeak25OperationScopeAloneOpensNothingElse(t *testing.T) {
	w := newWorld(t)
	w.add(chartOfEve...)
	forms := append(scope.OperationScopes(), strings.Join(scope.OperationScopes(), " "))
	for _, form := range forms {
		token := w.token(form, "Patient/eve", "Practitioner/x")
		for _, c := range []struct{ method, path, body string }{
			{"GET", "/Patient/eve", ""}, {"GET", "/Patient/adam", ""}, {"GET", "/Patient/nobody", ""}, {"GET", "/Patient/eve/_history/1", ""},
			{"GET", "/Patient/eve/_history", ""}, {"GET", "/Patient/_history", ""}, {"GET", "/_history", ""}, {"GET", "/Patient", ""},
			{"GET", "/Patient?_id=eve", ""}, {"GET", "/Observation?_include=Observation:subject", ""}, {"GET", "/?_type=Patient,Observation", ""},
			{"GET", "/Patient/eve/Observation", ""}, {"GET", "/Patient/eve/*", ""}, {"PUT", "/Patient/eve", eve}, {"POST", "/Patient", eve},
			{"DELETE", "/Observation/e", ""}, {"PATCH", "/Observation/e", "[]"}, {"DELETE", "/Observation?status=final", ""},
		} {
			got := w.send(token, c.method, c.path, c.body, "Content-Type: application/fhir+json")
			if got.status != http.StatusForbidden || strings.Contains(got.body, "canary") {
				t.Errorf("%s: %s %s: %d %s", form, c.method, c.path, got.status, got.body)
			}
		}
		for _, typ := range []string{"batch", "transaction"} {
			for _, entry := range []string{asks("GET", "Patient/eve"), asks("GET", "Observation"), asks("DELETE", "Observation/e"), brings("", "POST", "Patient", eve)} {
				if got := w.post(token, sent(typ, entry)); !strings.Contains(got.body, "no granted scope allows") || strings.Contains(got.body, "final") {
					t.Errorf("%s: %s of %s: %d %s", form, typ, entry, got.status, got.body)
				}
			}
		}
	}
	w.finds(w.token("patient/Observation.rs", "Patient/eve"), "/Observation", "Observation/e") // who may
}

// A scope on $validate is good for the structure of what is sent, and shows nothing of
// what is stored; nor does it let anything be tried that is a write.
func TestLeak25ValidateByItsScope(t *testing.T) {
	w := newWorld(t)
	w.add(chartOfEve...)
	const good, broken = `{"resourceType":"Observation","status":"final","code":{"text":"x"}}`, `{"resourceType":"Observation","status":3}`
	unread := oops("forbidden", "", "no granted scope allows read on Observation")
	for _, form := range []string{
		"patient/Observation.$validate", "user/*.$validate", "system/Observation.$validate", scope.Validate.Definition,
		"patient/Observation.$validate patient/Patient.rs", "patient/Patient.$everything patient/*.$validate",
	} {
		token := w.token(form, "Patient/eve", "Practitioner/x")
		post := func(path, body string) reply { return w.send(token, http.MethodPost, "/Observation"+path, body) }
		w.is(form, post("/$validate", good), 200, said(fine))
		if got := post("/$validate", broken); got.status != 200 || !strings.Contains(got.body, `"severity":"error"`) {
			t.Errorf("%s: %d %s", form, got.status, got.body)
		}
		for _, id := range []string{"e", "a", "nothing"} {
			own := strings.Replace(good, `"status"`, `"id":"`+id+`","status"`, 1)
			w.is(form+": sent, to "+id, post("/"+id+"/$validate", own), 200, said(fine))
			w.is(form+": stored, "+id, post("/"+id+"/$validate", ""), 403, unread)
			w.is(form+": stored, "+id, w.get(token, "/Observation/"+id+"/$validate"), 403, unread,
				`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Observation.r"`)
			w.is(form+": update of "+id, post("/"+id+"/$validate?mode=update", own), 403, oops("forbidden", "", "no granted scope allows update on Observation"))
			w.is(form+": delete of "+id, post("/"+id+"/$validate?mode=delete", ""), 403, oops("forbidden", "", "no granted scope allows delete on Observation"))
		}
		w.is(form+": create", post("/$validate?mode=create", good), 403, oops("forbidden", "", "no granted scope allows create on Observation"))
		if got := w.post(token, inBatch(good)); !strings.Contains(got.body, `"status":"200 OK"`) {
			t.Errorf("%s: in a batch: %s", form, got.body)
		}
	}
	for _, form := range []string{"patient/Patient.$validate", "patient/*.$meta", "patient/Observation.ds", "patient/*.$everything"} {
		got := w.send(w.token(form, "Patient/eve"), http.MethodPost, "/Observation/$validate", good)
		w.is(form, got, 403, oops("forbidden", "", "no granted scope allows create or update or read on Observation, nor $validate; the scope of the operation is patient/Observation.$validate"),
			`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Observation.$validate"`)
	}
	// Letters do what they did, beside it.
	both := w.token("patient/Observation.u patient/Observation.$validate", "Patient/eve")
	w.is("update", w.send(both, http.MethodPost, "/Observation/e/$validate?mode=update",
		`{"resourceType":"Observation","id":"e","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`), 200, said(accepted("update")))
}

func inBatch(resource string) string {
	return sent("batch", brings("", "POST", "Observation/$validate", resource))
}
