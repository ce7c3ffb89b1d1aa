package api

import (
	"net/http"
	"strings"
	"testing"
)

// leaks row 31: a caller whose scope asks for a tag, a security label or a category can
// neither put one on what is hidden to bring it in, nor take one off.

const (
	tagScope = "?_tag=http://x.test/tags|open"
	openTag  = `"meta":{"tag":[{"system":"http://x.test/tags","code":"open"}]}`
)

// taggings are the writes by which an Observation of Eve would be brought within the
// scope, or out of it. Each has its answer for what is hidden.
func taggings(id, meta, more string) []tagging {
	resource := about("Observation", id, "eve", meta+more)
	patchMeta := `[{"op":"add","path":"/meta/tag","value":[{"system":"http://x.test/tags","code":"open"}]}]`
	byPath := `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation.meta"},{"name":"name","valueString":"tag"},{"name":"value","valueCoding":{"system":"http://x.test/tags","code":"open"}}]}]}`
	return []tagging{
		{"update", http.MethodPut, "/Observation/" + id, resource, ""},
		{"update by criteria", http.MethodPut, "/Observation?_id=" + id, resource, ""},
		{"JSON Patch", http.MethodPatch, "/Observation/" + id, patchMeta, "Content-Type: application/json-patch+json"},
		{"FHIRPath Patch", http.MethodPatch, "/Observation/" + id, byPath, ""},
		{"patch by criteria", http.MethodPatch, "/Observation?_id=" + id, patchMeta, "Content-Type: application/json-patch+json"},
		{"batch", http.MethodPost, "", sent("batch", brings("", "PUT", "Observation/"+id, resource)), ""},
		{"transaction", http.MethodPost, "", sent("transaction", brings("", "PUT", "Observation/"+id, resource)), ""},
		{"patch in a transaction", http.MethodPost, "", sent("transaction", brings("", "PATCH", "Observation/"+id, jsonPatch(patchMeta))), ""},
		{"$meta-add", http.MethodPost, "/Observation/" + id + "/$meta-add", `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"http://x.test/tags","code":"open"}]}}]}`, ""},
		{"$meta-delete", http.MethodPost, "/Observation/" + id + "/$meta-delete", `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"security":[{"code":"R"}]}}]}`, ""},
	}
}

type tagging struct{ name, method, path, body, header string }

func TestLeak31TagsItIn(t *testing.T) {
	w := newWorld(t)
	const secret = `,"note":[{"text":"secret"}]`
	w.add(eve, about("Observation", "open", "eve", openTag+secret), about("Observation", "closed", "eve", `"meta":{"tag":[{"code":"closed"}]}`+secret))
	before := w.get(w.all(), "/Observation/closed")
	for _, scopes := range []string{"patient/Observation.cruds" + tagScope, "patient/Observation.rus" + tagScope, "patient/Observation.u" + tagScope + " patient/Observation.rs" + tagScope} {
		token := w.token(scopes, "Patient/eve")
		for _, c := range taggings("closed", openTag, "") {
			got := w.send(token, c.method, c.path, c.body, c.header)
			absent := w.send(token, c.method, strings.ReplaceAll(c.path, "closed", "absent"), strings.ReplaceAll(c.body, "closed", "absent"), c.header)
			absent.body = strings.ReplaceAll(absent.body, "absent", "closed")
			w.same(c.name, got, absent)
			if strings.Contains(got.body, "secret") || c.method != http.MethodPost && got.status < 400 {
				t.Errorf("%s under %s: %d %s", c.name, scopes, got.status, got.body)
			}
		}
		w.is("it is as it was", w.get(w.all(), "/Observation/closed"), 200, before.body)
	}
	own := w.token("patient/Observation.rs"+tagScope, "Patient/eve")
	w.everyWay(own, "/Observation", "Observation/open")
	w.reads(own, "Observation/open")
	w.lacks(own, "Observation/closed")
}

// Whoever may update all of a chart and reads a part of it can tag in only what they
// have written themself: of the version before they see nothing.
func TestLeak31WritesAnewWhatIsHidden(t *testing.T) {
	w := newWorld(t)
	w.add(eve, about("Observation", "closed", "eve", `"note":[{"text":"secret"}]`))
	token := w.token("patient/Observation.u patient/Observation.rs"+tagScope, "Patient/eve")
	for _, c := range taggings("closed", openTag, `,"note":[{"text":"own"}]`) {
		if strings.Contains(strings.ToLower(c.name), "patch") { // which needs r on what was there
			w.Advance(1)
			if got := w.send(token, c.method, c.path, c.body, c.header); got.status != 404 || strings.Contains(got.body, "secret") {
				t.Errorf("%s: %d %s", c.name, got.status, got.body)
			}
		}
	}
	if got := w.send(token, http.MethodPut, "/Observation/closed", about("Observation", "closed", "eve", openTag+`,"note":[{"text":"own"}]`)); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	w.shows(token, "/Observation/closed/_history", "Observation/closed.2")
	w.shows(token, "/Observation/_history", "Observation/closed.2")
	w.shows(w.all(), "/Observation/closed/_history", "Observation/closed.2 Observation/closed.1")
	if got := w.get(token, "/Observation/closed/_history/1"); got.status != 404 || strings.Contains(got.body, "secret") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// What is within the scope cannot be moved out of it either, to be lost to everyone else
// who has it, and a scope that excludes a label cannot be got round by taking it off.
func TestLeak31TakesTheTagOff(t *testing.T) {
	w := newWorld(t)
	const restricted = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}`
	w.add(eve, about("Observation", "open", "eve", openTag), about("Observation", "restricted", "eve", restricted+`,"note":[{"text":"secret"}]`))
	token := w.token("patient/Observation.rus"+tagScope, "Patient/eve")
	const denied = "the granted scopes do not allow to update this content of Observation"
	w.is("update", w.send(token, http.MethodPut, "/Observation/open", about("Observation", "open", "eve", "")), 403, oops("forbidden", "", denied))
	w.is("patch", w.send(token, http.MethodPatch, "/Observation/open", `[{"op":"remove","path":"/meta/tag"}]`, "Content-Type: application/json-patch+json"), 403, oops("forbidden", "", denied))
	w.is("what stays within is admitted", w.send(token, http.MethodPut, "/Observation/open", about("Observation", "open", "eve", openTag+`,"status":"amended"`), "Prefer: return=minimal"), 200, "")

	labelled := w.token("patient/Observation.cruds?_security:not=R", "Patient/eve")
	for _, c := range taggings("restricted", `"meta":{}`, "") {
		got := w.send(labelled, c.method, c.path, c.body, c.header)
		if strings.Contains(got.body, "secret") || c.method != http.MethodPost && got.status < 400 {
			t.Errorf("%s: %d %s", c.name, got.status, got.body)
		}
	}
	w.everyWay(labelled, "/Observation", "Observation/open")
	w.lacks(labelled, "Observation/restricted")
	w.everyWay(w.token("patient/Observation.rs?_security=R", "Patient/eve"), "/Observation", "Observation/restricted")
	w.is("and who may see all is told", w.get(w.all(), "/Observation/restricted?_elements=note"), 200,
		w.get(w.token("patient/Observation.r", "Patient/eve"), "/Observation/restricted?_elements=note").body)
}
