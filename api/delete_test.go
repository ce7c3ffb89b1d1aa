package api

import (
	"net/http"
	"testing"
)

func TestDelete(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	all := w.all()
	del := func(token, path string, headers ...string) reply {
		return w.send(token, http.MethodDelete, path, "", headers...)
	}
	w.is("If-Match, stale", del(all, "/Patient/eve", `If-Match: W/"2"`), 412,
		oops("conflict", "", "If-Match does not name the current version; read the resource again, and send its ETag as it is"))
	w.is("delete", del(all, "/Patient/eve", `If-Match: W/"1"`), 204, "", `ETag: W/"2"`, "Content-Type:")
	w.is("again", del(all, "/Patient/eve"), 204, "")
	w.is("gone", w.get(all, "/Patient/eve"), 410, oops("deleted", "", "the resource has been deleted"))
	w.is("absent", del(all, "/Patient/nobody"), 204, "", "ETag:")
	w.is("outcome", del(all, "/Patient/nobody", "Prefer: return=OperationOutcome"), 200,
		`{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"deleted, or not there"}]}`)
	w.finds(all, "/Patient", "Patient/adam")
}

func TestDeleteUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Observation","id":"e","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/adam"}}`)
	own := w.token("patient/Observation.d", "Patient/eve")
	del := func(path string, headers ...string) reply {
		return w.send(own, http.MethodDelete, path, "", headers...)
	}
	w.same("hidden and absent", del("/Observation/a"), del("/Observation/nothing")) // leaks row 19
	w.is("own", del("/Observation/e"), 204, "")
	w.is("another type", del("/Patient/eve"), 403, oops("forbidden", "", "no granted scope allows delete on Patient"))
	w.finds(w.all(), "/Observation", "Observation/a")
}
