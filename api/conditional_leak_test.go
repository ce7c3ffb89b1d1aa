package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// conditionals are requests that name Observations by an identifier. What they
// send has the identifier too, so that each finds what an earlier one left.
func conditionals(identifier string) []struct{ method, path, body, header string } {
	criteria := "identifier=" + identifier
	body := func(id, status string) string {
		text := tagged("ID", "eve", identifier)
		if id == "" {
			text = strings.Replace(text, `"id":"ID",`, "", 1)
		}
		return strings.NewReplacer("ID", id, "final", status).Replace(text)
	}
	const path = "/Observation?"
	return []struct{ method, path, body, header string }{
		{http.MethodDelete, path + criteria, "", "Prefer: return=OperationOutcome"},
		{http.MethodDelete, path + criteria, "", "If-Match: *"},
		{http.MethodDelete, path + criteria, "", `If-None-Match: W/"1"`},
		{http.MethodPatch, path + criteria, `[{"op":"replace","path":"/status","value":"amended"}]`, "Content-Type: application/json-patch+json"},
		{http.MethodPut, path + criteria, body("a", "amended"), ""},
		{http.MethodPut, path + criteria, body("nobody", "amended"), ""},
		{http.MethodPut, path + criteria, body("", "amended"), `If-Match: W/"1"`},
		{http.MethodPut, path + criteria, body("", "amended"), "If-Unmodified-Since: Sun, 01 Mar 2026 11:00:00 GMT"},
		{http.MethodPost, "/Observation", body("", "final"), "If-None-Exist: " + criteria},
		{http.MethodPost, "/Observation", body("", "final"), "If-None-Exist: " + criteria + "&subject:Patient.family=Everyman"},
		{http.MethodPut, path + criteria, body("", "corrected"), "Prefer: return=representation"},
		{http.MethodPatch, path + criteria, `[{"op":"replace","path":"/status","value":"amended"}]`, "Content-Type: application/json-patch+json"},
		{http.MethodDelete, path + criteria, "", ""},
	}
}

// leaks row 13: two worlds that differ in hidden Observations of the identifier
// answer a whole trace of conditional interactions alike, with one match that is
// visible and with none.
func TestLeak13Conditional(t *testing.T) {
	hidden := []string{tagged("a", "adam", "x"), tagged("b", "adam", "x"), tagged("c", "adam", "y")}
	visible := []string{eve, adam, tagged("e", "eve", "x")}
	for _, mode := range []ConditionalDelete{DeleteSingle, DeleteMultiple} {
		with, without := newWorld(t, func(c *Config) { c.ConditionalDelete = mode }), newWorld(t, func(c *Config) { c.ConditionalDelete = mode })
		with.add(append(visible, hidden...)...)
		without.add(visible...)
		for _, w := range []*world{with, without} {
			w.Advance(time.Minute)
		}
		for _, scopes := range []string{"patient/*.cruds", "patient/Observation.cuds", "patient/Observation.uds", "patient/Observation.s system/Observation.r patient/Observation.cud"} {
			a, b := with.token(scopes, "Patient/eve"), without.token(scopes, "Patient/eve")
			for _, identifier := range []string{"x", "y", "z"} {
				for _, c := range conditionals(identifier) {
					name := strings.Join([]string{scopes, c.method, c.path, c.header}, " ")
					with.same(name, unnumbered(with.send(a, c.method, c.path, c.body, c.header)), unnumbered(without.send(b, c.method, c.path, c.body, c.header)))
				}
			}
		}
		for i, id := range []string{"a", "b", "c"} {
			with.is("the hidden one is as it was", with.get(with.all(), "/Observation/"+id), 200, hidden[i])
		}
	}
}

// The one who sees them all meets them in each conditional interaction.
func TestLeak13ConditionalReturned(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, tagged("a", "adam", "x"), tagged("b", "adam", "x"))
	adams := w.token("patient/*.cruds", "Patient/adam")
	for _, c := range conditionals("x") {
		if c.method == http.MethodPatch {
			continue // in TestConditionalPatch
		}
		want := oops("multiple-matches", "", manyMatches)
		status := 412
		got := w.send(adams, c.method, c.path, c.body, c.header)
		w.is(c.method+" "+c.path+" "+c.header, got, status, want)
	}
	w.finds(w.all(), "/Observation", "Observation/a", "Observation/b")
}

// leaks row 17: under a token for some resources PUT answers alike for a hidden id
// and for a free one, whatever else it says.
func TestLeak17UpdateAsCreate(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, tagged("a", "adam", "x"), tagged("gone", "adam", "x"))
	if got := w.send(w.all(), http.MethodDelete, "/Observation/gone", ""); got.status != 204 {
		t.Fatal(got)
	}
	body := func(id string) string { return strings.Replace(tagged("ID", "eve", "x"), "ID", id, 1) }
	for _, scopes := range []string{"patient/Observation.cruds", "patient/Observation.us", "patient/Observation.u", "user/Observation.u?status=amended"} {
		token := w.token(scopes, "Patient/eve", "Practitioner/1")
		for _, header := range []string{"", "Prefer: return=representation", "If-Match: *", `If-Match: W/"1"`, "If-None-Match: *", "If-Unmodified-Since: Sun, 01 Mar 2026 13:00:00 GMT"} {
			for _, path := range []string{"/Observation/", "/Observation?identifier=0&status:not="} { // by its id, and by criteria
				send := func(id string) reply {
					at := path + id
					return w.send(token, http.MethodPut, at, body(id), header)
				}
				absent := send("free")
				for _, id := range []string{"a", "gone"} {
					w.same(scopes+" "+header+" "+path+id, send(id), absent)
				}
				if absent.status < 400 {
					t.Errorf("%s %s %s creates: %v", scopes, header, path, absent)
				}
			}
		}
	}
	all := w.all()
	w.is("the hidden one is as it was", w.get(all, "/Observation/a"), 200, tagged("a", "adam", "x"))
	w.is("who may update all creates", w.send(all, http.MethodPut, "/Observation/free", body("free")), 201, tagged("free", "eve", "x"))
	w.is("and updates", w.send(all, http.MethodPut, "/Observation/a", body("a"), "Prefer: return=minimal"), 200, "")
}
