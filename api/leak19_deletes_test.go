package api

import (
	"net/http"
	"strings"
	"testing"
)

// What is hidden from d is not deleted, and answered as what is absent, by every
// form of delete; that hidden resources refer to something keeps nobody from deleting
// it, and is not told.
func TestLeak19Deletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	forms := map[string]func(token, key string, headers ...string) reply{
		"DELETE": func(token, key string, headers ...string) reply {
			return w.send(token, http.MethodDelete, "/"+key, "", headers...)
		},
		"batch": func(token, key string, _ ...string) reply {
			return w.inBundle("batch", token, asks("DELETE", key))
		},
		"transaction": func(token, key string, _ ...string) reply {
			return w.inBundle("transaction", token, asks("DELETE", key))
		},
		"criteria": func(token, key string, headers ...string) reply {
			typ, id, _ := strings.Cut(key, "/")
			return w.send(token, http.MethodDelete, "/"+typ+"?_id="+id, "", headers...)
		},
	}
	before := w.everything()
	for _, scopes := range []string{"patient/*.cruds", "patient/*.ds", "patient/Observation.ds?category=laboratory patient/Observation.rs patient/*.ds?_id=no"} {
		token := w.token(scopes, "Patient/a")
		for _, key := range []string{"Observation/b-vital", "Patient/b", "CareTeam/b-team", "List/b-list", "Encounter/b-visit", "DocumentReference/b-document", "RelatedPerson/b-mother", "Observation/nobodys"} {
			typ, id, _ := strings.Cut(key, "/")
			absent := strings.Repeat("x", len(id))
			for name, form := range forms {
				for _, header := range []string{"", `If-Match: W/"1"`, `If-Match: W/"9"`, "Prefer: return=OperationOutcome"} {
					got := form(token, key, header)
					w.same(name+" "+key+" "+header, got, renamedIn(form(token, typ+"/"+absent, header), absent, id))
				}
			}
		}
	}
	if w.everything() != before {
		t.Error("something was deleted")
	}
	scoped := w.token("patient/Observation.rs patient/Observation.d?category=laboratory", "Patient/a")
	if got := forms["DELETE"](scoped, "Observation/a-vital"); got.status != http.StatusNoContent || w.get(w.all(), "/Observation/a-vital").status != http.StatusOK {
		t.Errorf("what may be read and not be deleted: %d %s", got.status, got.body)
	}
	// Observations of b, Provenances and Lists refer to it.
	for name, form := range forms {
		w.add(of("a", "b")[1].resource())
		got := form(w.token("patient/*.cruds", "Patient/a"), "Observation/a-vital")
		if got.status != http.StatusNoContent || got.body != "" {
			t.Errorf("%s of one's own: %d %s", name, got.status, got.body)
		}
		if got := w.get(w.all(), "/Observation/a-vital"); got.status != http.StatusGone {
			t.Errorf("%s of one's own leaves it: %d", name, got.status)
		}
	}
}
