package api

import (
	"net/http"
	"strconv"
	"testing"
)

func informing(text string) string {
	return `{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"` + text + `"}]}`
}

func multiple(c *Config) { c.ConditionalDelete = DeleteMultiple }

func TestConditionalDelete(t *testing.T) {
	for _, mode := range []ConditionalDelete{"", DeleteSingle, DeleteMultiple} {
		w := newWorld(t, func(c *Config) { c.ConditionalDelete = mode })
		w.add(numbered("one", "1"), numbered("uno", "1b"), numbered("two-a", "2"), numbered("two-b", "2"), numbered("left", "3"))
		all := w.all()
		del := func(criteria string, headers ...string) reply {
			return w.send(all, http.MethodDelete, "/Patient?identifier=mrn|"+criteria, "", headers...)
		}
		w.is("none", del("0"), 204, "", "ETag:", "Last-Modified:", "Location:")
		w.is("none, outcome", del("0", "Prefer: return=OperationOutcome"), 200, informing("deleted, or not there"))
		w.is("none, If-Match", del("0", "If-Match: *"), 412, conflict("If-Match asks for a resource that is there, and there is none"))
		w.is("one", del("1"), 204, "", `ETag: W/"2"`, "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT", "Location:", "Content-Type:")
		w.is("one, again", del("1"), 204, "", "ETag:")
		w.is("one, outcome", del("1b", "Prefer: return=OperationOutcome"), 200, informing("deleted, or not there"), `ETag: W/"2"`)
		w.is("it is gone", w.get(all, "/Patient/one"), 410, oops("deleted", "", "the resource has been deleted"))
		if mode != DeleteMultiple {
			w.is("many", del("2"), 412, oops("multiple-matches", "", manyMatches))
			w.finds(all, "/Patient", "Patient/left", "Patient/two-a", "Patient/two-b")
			continue
		}
		w.is("many, of another version", del("2", `If-Match: W/"7"`), 412, conflict(stale))
		w.finds(all, "/Patient", "Patient/left", "Patient/two-a", "Patient/two-b")
		w.is("many", del("2", "Prefer: return=OperationOutcome"), 200, informing("deleted 2 resources"), "ETag:", "Last-Modified:", "Location:")
		w.finds(all, "/Patient", "Patient/left")
	}
}

// A server that deletes all matches says so, and deletes no more than its limit.
func TestConditionalDeleteMultiple(t *testing.T) {
	if testing.Short() {
		t.Skip("writes ten thousand resources")
	}
	w := newWorld(t, multiple)
	for _, resource := range capabilities(w).Rest[0].Resource {
		if got := resource.ConditionalDelete.Code(); got != "multiple" && !isRecord(resource) {
			t.Fatalf("%s: conditional delete %s", resource.Type.Code(), got)
		}
	}
	resources := make([]string, maxDeletes+1)
	for i := range resources {
		resources[i] = `{"resourceType":"Basic","id":"` + strconv.Itoa(i) + `"}`
	}
	w.add(resources...)
	all := w.all()
	w.is("one too many", w.send(all, http.MethodDelete, "/Basic?_id:not=x", ""), 412,
		oops("too-costly", "", "the criteria match more than 10000 resources, and one request deletes no more; make them more specific"))
	if n := *w.bundle(w.get(all, "/Basic?_summary=count")).Total; n != maxDeletes+1 {
		t.Errorf("%d are left, want all", n)
	}
	w.is("the limit", w.send(all, http.MethodDelete, "/Basic?_id:not=7", ""), 204, "")
	w.finds(all, "/Basic", "Basic/7")
}

func TestConditionalDeleteUnderScopes(t *testing.T) {
	for _, mode := range []ConditionalDelete{DeleteSingle, DeleteMultiple} {
		w := newWorld(t, func(c *Config) { c.ConditionalDelete = mode })
		dated := `,"effectiveDateTime":"2026"`
		w.add(eve, adam, tagged("e", "eve", "x"), tagged("a", "adam", "x"), tagged("a2", "adam", "y"), tagged("e2", "eve", "z"), tagged("e3", "eve", "z", dated))
		send := func(scopes, query string) reply {
			return w.send(w.token(scopes, "Patient/eve"), http.MethodDelete, "/Observation?"+query, "")
		}
		notDeletable := oops("forbidden", "", "the granted scopes do not allow to delete this content of Observation")
		w.is("no s", send("patient/Observation.d", "identifier=x"), 403, oops("forbidden", "", "no granted scope allows search on Observation"),
			`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Observation.s"`)
		w.is("no d", send("patient/Observation.s", "identifier=x"), 403, oops("forbidden", "", "no granted scope allows delete on Observation"))
		w.is("hidden", send("patient/Observation.ds", "identifier=y"), 204, "", "ETag:")
		w.is("found and not deletable", send("patient/Observation.s patient/Observation.d?date=2026", "identifier=x"), 403, notDeletable, `WWW-Authenticate: Bearer realm="granary", error="insufficient_scope"`)
		if mode == DeleteMultiple {
			w.is("one of two is deletable", send("patient/Observation.s patient/Observation.d?date=2026", "identifier=z"), 403, notDeletable)
		}
		w.finds(w.all(), "/Observation", "Observation/a", "Observation/a2", "Observation/e", "Observation/e2", "Observation/e3")
		w.is("one of two is visible", send("patient/Observation.ds", "identifier=x"), 204, "", `ETag: W/"2"`)
		w.finds(w.all(), "/Observation", "Observation/a", "Observation/a2", "Observation/e2", "Observation/e3")
	}
}
