package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// changes are the ways to give an Observation another category and subject.
var changes = []struct {
	name string
	send func(w *world, token, id, category, patient, header string) reply
}{
	{"PUT", func(w *world, token, id, category, patient, header string) reply {
		return w.send(token, http.MethodPut, "/Observation/"+id, measured(id, category, patient), header)
	}},
	{"JSON Patch", func(w *world, token, id, category, patient, header string) reply {
		return w.send(token, http.MethodPatch, "/Observation/"+id, jsonMove(category, patient), patchMedia, header)
	}},
	{"FHIRPath Patch", func(w *world, token, id, category, patient, header string) reply {
		return w.send(token, http.MethodPatch, "/Observation/"+id, fhirPathMove(category, patient), header)
	}},
	{"PUT in a batch", func(w *world, token, id, category, patient, _ string) reply {
		return w.inBundle("batch", token, brings("", "PUT", "Observation/"+id, measured(id, category, patient)))
	}},
	{"PUT in a transaction", func(w *world, token, id, category, patient, _ string) reply {
		return w.inBundle("transaction", token, brings("", "PUT", "Observation/"+id, measured(id, category, patient)))
	}},
	{"JSON Patch in a batch", func(w *world, token, id, category, patient, _ string) reply {
		return w.inBundle("batch", token, brings("", "PATCH", "Observation/"+id, jsonPatch(jsonMove(category, patient))))
	}},
	{"FHIRPath Patch in a transaction", func(w *world, token, id, category, patient, _ string) reply {
		return w.inBundle("transaction", token, brings("", "PATCH", "Observation/"+id, fhirPathMove(category, patient)))
	}},
}

func jsonMove(category, patient string) string {
	return fmt.Sprintf(`[{"op":"replace","path":"/category/0/coding/0/code","value":%q},{"op":"replace","path":"/subject/reference","value":"Patient/%s"}]`, category, patient)
}

func fhirPathMove(category, patient string) string {
	replace := func(path, kind, value string) string {
		return fmt.Sprintf(`{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.%s"},{"name":"value","value%s":%q}]}`, path, kind, value)
	}
	return `{"resourceType":"Parameters","parameter":[` + replace("category[0].coding[0].code", "Code", category) + `,` + replace("subject.reference", "String", "Patient/"+patient) + `]}`
}

// corner is a content of the square: in or out of the scope, by category or patient.
type corner struct {
	category, patient string
	in                bool
}

// An update goes from inside the scope to inside it; from without it is as of what is
// not there, and what would lead out is refused. Nothing of these is done, and nothing
// told.
func TestLeak15InAndOut(t *testing.T) {
	t.Parallel()
	corners := []corner{{"vital-signs", "a", true}, {"laboratory", "a", false}, {"vital-signs", "b", false}, {"laboratory", "b", false}}
	w := newWorld(t)
	scoped := w.token("patient/Observation.rus?category="+category+"|vital-signs", "Patient/a")
	whole := w.token("system/Observation.rus")
	all := w.all()
	for _, change := range changes {
		for i, before := range corners {
			for j, after := range corners {
				id := fmt.Sprintf("o-%d-%d", i, j)
				name := fmt.Sprintf("%s from %+v to %+v", change.name, before, after)
				w.add(measured(id, before.category, before.patient))
				was := w.get(all, "/Observation/"+id)
				got := change.send(w, scoped, id, after.category, after.patient, "Prefer: return=representation")
				absent := change.send(w, scoped, "o-x-y", after.category, after.patient, "Prefer: return=representation")
				now := w.get(all, "/Observation/"+id)
				changed := now.body != was.body || now.header.Get("ETag") != was.header.Get("ETag")
				switch {
				case before.in && after.in:
					if got.status != http.StatusOK {
						t.Errorf("%s: %d %s", name, got.status, got.body)
					}
					continue
				case before.in:
					if got.status != http.StatusForbidden || !strings.Contains(got.body, "the granted scopes do not allow to update this content of Observation") {
						t.Errorf("%s: %d %s", name, got.status, got.body)
					}
				default:
					want := http.StatusNotFound
					if strings.HasPrefix(change.name, "PUT") {
						want = http.StatusMethodNotAllowed
					}
					if got.status != want {
						t.Errorf("%s: %d %s, want %d", name, got.status, got.body, want)
					}
					w.same(name, got, renamedIn(absent, "o-x-y", id))
				}
				if changed || strings.Contains(got.body, `"resourceType":"Observation"`) {
					t.Errorf("%s has an effect: %s", name, got.body)
				}
				if got := change.send(w, whole, id, after.category, after.patient, ""); got.status != http.StatusOK {
					t.Errorf("%s by who may update all: %d %s", name, got.status, got.body)
				}
			}
		}
	}
}

// The body that an update leaves is in the answer only for who may read it, a patch
// that changes nothing included; and to patch one must be able to read.
func TestLeak15TheBodyNeedsR(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.token("system/Observation.u system/Observation.r?category=" + category + "|vital-signs")
	for _, change := range changes {
		for _, prefer := range []string{"", "Prefer: return=representation"} {
			w.add(measured("o", "vital-signs", "a"), measured("hidden", "laboratory", "a"))
			if got := change.send(w, token, "o", "vital-signs", "a", prefer); got.status != http.StatusOK || !strings.Contains(got.body, `"vital-signs"`) {
				t.Errorf("%s, no change, visible: %d %s", change.name, got.status, got.body)
			}
			if got := change.send(w, token, "o", "laboratory", "a", prefer); got.status != http.StatusOK || strings.Contains(got.body, "laboratory") {
				t.Errorf("%s out of what may be read: %d %s", change.name, got.status, got.body)
			}
			got := change.send(w, token, "hidden", "laboratory", "a", prefer)
			if strings.Contains(got.body, `"laboratory"`) {
				t.Errorf("%s, no change, hidden: %s", change.name, got.body)
			}
			if strings.Contains(change.name, "Patch") {
				w.same(change.name, got, renamedIn(change.send(w, token, "absent", "laboratory", "a", prefer), "absent", "hidden"))
				if got.status != http.StatusNotFound {
					t.Errorf("%s of what may not be read: %d", change.name, got.status)
				}
			}
		}
	}
}

// An empty patch shows nothing that is hidden, and what an update without r leaves
// behind is not told either.
func TestLeak15NoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(measured("own", "vital-signs", "a"), measured("hidden", "vital-signs", "b"))
	own := w.token("patient/Observation.rus", "Patient/a")
	for _, c := range []struct{ body, header string }{
		{"[]", patchMedia}, {`{"resourceType":"Parameters"}`, ""}, {`[{"op":"test","path":"/status","value":"final"}]`, patchMedia}, {`[{"op":"test","path":"/status","value":"no"}]`, patchMedia}, {`nonsense`, patchMedia},
	} {
		for _, precondition := range []string{"", `If-Match: W/"1"`, `If-Match: W/"2"`, "If-None-Match: *", "If-Unmodified-Since: Sun, 01 Mar 2026 11:00:00 GMT"} {
			w.same(c.body+precondition, w.send(own, http.MethodPatch, "/Observation/hidden", c.body, c.header, precondition),
				w.send(own, http.MethodPatch, "/Observation/absent", c.body, c.header, precondition))
		}
	}
	if got := w.send(own, http.MethodPatch, "/Observation/own", "[]", patchMedia); got.status != http.StatusOK || !strings.Contains(got.body, `"id":"own"`) {
		t.Errorf("one's own: %d %s", got.status, got.body)
	}
	if got := w.send(w.token("patient/Observation.u", "Patient/a"), http.MethodPatch, "/Observation/own", "[]", patchMedia); got.status == http.StatusOK {
		t.Errorf("without r: %d %s", got.status, got.body)
	}
}
