package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// Operations are nobody's unless the caller has a letter that they declare, and a
// mode needs that of its write (leaks row 25).
func TestLeak25ValidateNeedsLetters(t *testing.T) {
	w := newWorld(t)
	const own = `{"resourceType":"Patient","id":"eve"}`
	for _, c := range []struct{ method, path, body, letters string }{
		{"POST", "/Patient/$validate", own, "cru"},
		{"POST", "/Patient/$validate?mode=create", own, "c"},
		{"POST", "/Patient/eve/$validate", own, "ru"},
		{"POST", "/Patient/eve/$validate", "", "r"},
		{"GET", "/Patient/eve/$validate", "", "r"},
		{"POST", "/Patient/eve/$validate?mode=profile&profile=http://hl7.org/fhir/StructureDefinition/Patient", "", "r"},
		{"POST", "/Patient/eve/$validate?mode=update", own, "u"},
		{"POST", "/Patient/eve/$validate?mode=delete", "", "d"},
	} {
		for _, letter := range store.Letters {
			name := c.method + " " + c.path + " with " + string(letter)
			got := w.send(w.token("system/Patient."+string(letter)), c.method, c.path, c.body)
			if strings.ContainsRune(c.letters, letter) == (got.status == 403) {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
			elsewhere := w.send(w.token("system/Observation."+string(letter)), c.method, c.path, c.body)
			if elsewhere.status != 403 {
				t.Errorf("%s on another type: %d", name, elsewhere.status)
			}
		}
		// 403 comes before any look-up.
		absent := strings.ReplaceAll(c.path, "eve", "nobody")
		w.add(eve)
		token := w.token("user/Patient.s", "Practitioner/1")
		w.same(c.path, w.send(token, c.method, c.path, c.body), w.send(token, c.method, absent, c.body))
	}
	w.is("no letter", w.send(w.token("patient/Observation.rs", "Patient/eve"), http.MethodPost, "/Patient/$validate", "not even JSON"), 403,
		oops("forbidden", "", "no granted scope allows create or update or read on Patient, nor $validate; the scope of the operation is patient/Patient.$validate"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Patient.$validate"`)
}

// An operation that declares no letters is nobody's.
func TestLeak25OperationsAreDeniedByDefault(t *testing.T) {
	w := newWorld(t)
	d := &dispatcher{types: w.store.Registry()}
	everyone := w.store.View(store.Unrestricted("a test"))
	r := &request{route: &route{level: operation}, typ: "Patient"}
	if p, ok := r.explain(d.permitted(everyone, r)); !ok || p.status != http.StatusForbidden {
		t.Errorf("no letters: %+v", p)
	}
	r.route.anyOf = []store.Letter{store.Delete}
	if err := d.permitted(everyone, r); err != nil {
		t.Errorf("a letter: %v", err)
	}
	if p, ok := r.explain(d.permitted(w.store.View(store.Policy{}), r)); !ok || p.status != http.StatusForbidden {
		t.Errorf("a policy of nothing: %+v", p)
	}
}

// What the policy hides is as if it were not there (leaks rows 11, 15 to 19), and
// what it does not admit is told as the write would tell it.
func TestLeak25ValidateUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Observation","id":"e","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Observation","id":"a","status":"final","code":{"text":"canary"},"subject":{"reference":"Patient/adam"}}`)
	observation := func(id, patient string) string {
		return `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
	}
	own := w.token("patient/Observation.cruds", "Patient/eve")
	post := func(token, path, body string, headers ...string) reply {
		return w.send(token, http.MethodPost, "/Observation"+path, body, headers...)
	}
	w.is("create own", post(own, "/$validate?mode=create", observation("n", "eve")), 200, said(accepted("create")))
	w.is("create another's", post(own, "/$validate?mode=create", observation("n", "adam")), 200, said("error|forbidden||the granted scopes do not allow to create this content of Observation"))
	w.is("content of another's", post(own, "/$validate", observation("n", "adam")), 200, said(fine))
	w.is("update own", post(own, "/e/$validate?mode=update", observation("e", "eve")), 200, said(accepted("update")))
	w.is("move own away", post(own, "/e/$validate?mode=update", observation("e", "adam")), 200, said("error|forbidden||the granted scopes do not allow to update this content of Observation"))
	w.is("stored own", post(own, "/e/$validate", ""), 200, said(fine))
	w.is("stored, another's", post(own, "/a/$validate", ""), 404, oops("not-found", "", noSee))
	refused := w.send(own, http.MethodPut, "/Observation/a", observation("a", "eve"))
	if refused.status != 405 {
		t.Errorf("update of another's: %v", refused)
	}
	w.is("update another's", post(own, "/a/$validate?mode=update", observation("a", "eve")), 200, refused.body)
	for _, c := range []struct{ query, body string }{
		{"", ""}, {"?mode=delete", ""}, {"?mode=update", observation("ID", "eve")}, {"?mode=update", observation("ID", "adam")}, {"", observation("ID", "eve")},
	} {
		for _, headers := range [][]string{nil, {`If-Match: W/"1"`}, {`If-Match: W/"2"`}} {
			w.same("hidden and absent"+c.query, post(own, "/a/$validate"+c.query, strings.ReplaceAll(c.body, "ID", "a"), headers...),
				post(own, "/nothing/$validate"+c.query, strings.ReplaceAll(c.body, "ID", "nothing"), headers...))
		}
	}
	w.is("adam's own", post(w.token("patient/Observation.cruds", "Patient/adam"), "/a/$validate?mode=update", observation("a", "adam")), 200, said(accepted("update")))
	w.is("adam's is as it was", w.get(w.all(), "/Observation/a"), 200,
		`{"resourceType":"Observation","id":"a",`+stamp+`,"status":"final","code":{"text":"canary"},"subject":{"reference":"Patient/adam"}}`)
	w.finds(w.all(), "/Observation", "Observation/a", "Observation/e")
}
