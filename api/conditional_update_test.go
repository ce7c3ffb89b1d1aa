package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// newID is an id as the server chooses them.
var newID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// The table of http.html#cond-update: matches by the id in the body.
func TestConditionalUpdate(t *testing.T) {
	w := newWorld(t)
	w.add(numbered("one", "1"), numbered("two-a", "2"), numbered("two-b", "2"), numbered("other", "3"), numbered("was", "4"))
	if got := w.send(w.all(), http.MethodDelete, "/Patient/was", ""); got.status != 204 {
		t.Fatal(got)
	}
	w.Advance(time.Minute)
	all := w.all()
	put := func(criteria, id string, headers ...string) reply {
		if id != "" {
			id = `"id":"` + id + `",`
		}
		body := `{"resourceType":"Patient",` + id + `"identifier":[{"system":"mrn","value":"1"}],"active":true}`
		return unnumbered(w.send(all, http.MethodPut, "/Patient?"+criteria, body, headers...))
	}
	stored := func(id, version string) string {
		return `{"resourceType":"Patient","id":"` + id + `","meta":{"versionId":"` + version + `","lastUpdated":"2026-03-01T12:01:00.000Z"},"identifier":[{"system":"mrn","value":"1"}],"active":true}`
	}
	at := func(id, version string) []string {
		return []string{`ETag: W/"` + version + `"`, "Location: " + base + "/Patient/" + id + "/_history/" + version, "Last-Modified: Sun, 01 Mar 2026 12:01:00 GMT"}
	}
	const many = "identifier=mrn|2"
	const none = "identifier=mrn|0"
	w.is("none, no id", put(none, ""), 201, stored("ID", "1"), at("ID", "1")...)
	w.is("none, no id, minimal", put(none, "", "Prefer: return=minimal"), 201, "", at("ID", "1")...)
	w.is("none, an absent id", put(none, "mine"), 201, stored("mine", "1"), at("mine", "1")...)
	w.is("none, the id of a deleted one", put(none, "was"), 201, stored("was", "3"), at("was", "3")...)
	w.is("none, the id of another one", put(none, "other"), 409, oops("duplicate", "", "the criteria match nothing, and there is a resource of the id in the body; leave the id out, or update that resource by its id"), "ETag:", "Location:")
	w.is("none, an impossible id", put(none, "a_b"), 400, oops("value", "Patient.id", "an id has 1 to 64 letters, digits, '-' and '.'"))
	w.is("one, no id", put("_id=one", ""), 200, stored("one", "2"), at("one", "2")...)
	w.is("one, no id, the same again", put("_id=one", ""), 200, stored("one", "2"), at("one", "2")...)
	w.is("one, its id", put("_id=one&_format=json", "one"), 200, stored("one", "2"), at("one", "2")...)
	w.is("one, minimal", put("_id=one", "one", "Prefer: return=minimal"), 200, "", at("one", "2")...)
	w.is("one, outcome", put("_id=one", "one", "Prefer: return=OperationOutcome"), 200,
		`{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"unchanged Patient/one, version 2"}]}`, at("one", "2")...)
	w.is("one, another id", put("_id=one", "other"), 400, oops("invalid", "Patient.id", "the criteria match a resource whose id is not that in the body; leave the id out, or correct it"))
	w.is("many", put(many, ""), 412, oops("multiple-matches", "", manyMatches))
	w.is("many, the id of one", put(many, "two-a"), 412, oops("multiple-matches", "", manyMatches))
	w.is("other is as it was", w.get(all, "/Patient/other"), 200, numbered("other", "3"))
	w.is("two-a is as it was", w.get(all, "/Patient/two-a"), 200, numbered("two-a", "2"))
}

// All that take criteria from the URL refuse the same ones.
func TestCriteriaRefuses(t *testing.T) {
	w := newWorld(t)
	w.add(numbered("one", "1"))
	all := w.all()
	const any = "the URL has no criteria, so that any Patient would match; name the resource by search parameters such as identifier=http://example.org/mrn|123"
	for query, want := range map[string]string{
		"":                           oops("required", "", any),
		"?":                          oops("required", "", any),
		"?_format=json&_pretty=true": strings.TrimSpace(string(indented([]byte(oops("required", "", any))))) + "\n",
		"?identifierr=1":             oops("invalid", "http.identifierr", unknownParam),
		"?_id:missing=false":         oops("invalid", "", "the criteria in the URL hold for any Patient; name the resource by search parameters such as identifier=http://example.org/mrn|123"),
		"?identifier=1&_count=1":     oops("invalid", "http._count", "search parameter _count shapes the result of a search; here only filters may stand"),
		"?identifier=":               oops("invalid", "http.identifier", "search parameter identifier has no value; give it one or leave it out"),
		"?birthdate=soon":            oops("invalid", "http.birthdate", `search parameter birthdate=soon: begins with "so", which is no prefix; right are eq, ne, gt, lt, ge, le, sa, eb and ap`),
	} {
		for method, body := range map[string]string{http.MethodPut: `{"resourceType":"Patient"}`, http.MethodPatch: `[]`, http.MethodDelete: ""} {
			w.is(method+query, w.send(all, method, "/Patient"+query, body, "Prefer: handling=lenient"), 400, want)
		}
	}
	w.is("as it was", w.get(all, "/Patient/one"), 200, numbered("one", "1"))
}

func TestConditionalUpdateUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, tagged("e", "eve", "x"), tagged("a", "adam", "x"), tagged("a2", "adam", "y"), tagged("f", "eve", "f", `,"effectiveDateTime":"2026"`))
	send := func(scopes, query, id, subject string) reply {
		body := untagged(subject)
		if id != "" {
			body = strings.Replace(body, `"status"`, `"id":"`+id+`","status"`, 1)
		}
		return unnumbered(w.send(w.token(scopes, "Patient/eve"), http.MethodPut, "/Observation?"+query, body))
	}
	notCreatable := oops("not-supported", "", "an update with this access token cannot create a resource, and there is none of this id that it may update")
	w.is("no s", send("patient/Observation.cru", "identifier=x", "", "eve"), 403, oops("forbidden", "", "no granted scope allows search on Observation"))
	w.is("no s, before the rest is looked at", w.send(w.token("patient/Observation.cru", "Patient/eve"), http.MethodPut, "/Observation?nonsense", "not even JSON"), 403, oops("forbidden", "", "no granted scope allows search on Observation"))
	w.is("no u", send("patient/Observation.crs", "identifier=x", "", "eve"), 403, oops("forbidden", "", "no granted scope allows update on Observation"))

	// Where nothing matches: u without condition creates, u with one needs c.
	w.is("u of all", send("system/Observation.us", "identifier=0", "", "eve"), 201, "", "Location: "+base+"/Observation/ID/_history/1")
	w.is("u of all, an absent id", send("system/Observation.us", "identifier=0", "mine", "eve"), 201, "", "Location: "+base+"/Observation/mine/_history/1")
	w.is("u of some", send("patient/Observation.us", "identifier=0", "", "eve"), 405, notCreatable, "Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST")
	w.is("c and u of some", send("patient/Observation.cus", "identifier=0", "", "eve"), 201, "")
	w.is("c and u of some, outside", send("patient/Observation.cus", "identifier=0", "", "adam"), 403, oops("forbidden", "", "the granted scopes do not allow to create this content of Observation"))
	w.is("c and u of some, an absent id", send("patient/Observation.cus", "identifier=0", "free", "eve"), 405, notCreatable)
	w.is("c and u of some, a hidden id", send("patient/Observation.cus", "identifier=0", "a", "eve"), 405, notCreatable)
	w.is("c and u of some, an id of theirs", send("patient/Observation.cus", "identifier=0", "e", "eve"), 409,
		oops("duplicate", "", "the criteria match nothing, and there is a resource of the id in the body; leave the id out, or update that resource by its id"))

	// Where one matches: u is asked of it, and again of what it becomes.
	w.is("found and not updatable", send("patient/Observation.s patient/Observation.u?date=2026", "identifier=x", "", "eve"), 405, notCreatable)
	w.is("found and updatable", send("patient/Observation.s patient/Observation.u?date=2026", "identifier=f", "", "eve"), 403, oops("forbidden", "", "the granted scopes do not allow to update this content of Observation"))
	w.is("moved away", send("patient/Observation.us", "identifier=x", "", "adam"), 403, oops("forbidden", "", "the granted scopes do not allow to update this content of Observation"))
	w.is("one of two is visible; no r", send("patient/Observation.us", "identifier=x", "", "eve"), 200, "", "Location: "+base+"/Observation/e/_history/2")
	w.is("the other one is as it was", w.get(w.all(), "/Observation/a"), 200, tagged("a", "adam", "x"))
}
