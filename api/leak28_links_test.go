package api

import (
	"net/http"
	"testing"
)

// A Patient that is linked to another is another record: neither sees the other's,
// whichever way the link goes and whatever type it is of.
func TestLeak28LinkedPatients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range []string{"seealso", "replaces", "replaced-by", "refer"} {
		w.add(`{"resourceType":"Patient","id":"from-`+kind+`","link":[{"other":{"reference":"Patient/to-`+kind+`"},"type":"`+kind+`"}]}`,
			`{"resourceType":"Patient","id":"to-`+kind+`"}`,
			`{"resourceType":"Observation","id":"from-`+kind+`","status":"final","subject":{"reference":"Patient/from-`+kind+`"}}`,
			`{"resourceType":"Observation","id":"to-`+kind+`","status":"final","subject":{"reference":"Patient/to-`+kind+`"}}`,
			`{"resourceType":"Person","id":"`+kind+`","link":[{"target":{"reference":"Patient/from-`+kind+`"}},{"target":{"reference":"Patient/to-`+kind+`"}}]}`)
		for own, other := range map[string]string{"from-" + kind: "to-" + kind, "to-" + kind: "from-" + kind} {
			for _, token := range []string{w.token("patient/*.cruds", "Patient/"+own), w.asUser("user/*.cruds", "Patient/"+own)} {
				w.finds(token, "/Patient?_lastUpdated=gt2020", "Patient/"+own)
				w.finds(token, "/Observation?_lastUpdated=gt2020", "Observation/"+own)
				w.finds(token, "/Observation?patient="+other)
				w.finds(token, "/Patient?_include=Patient:link&_revinclude=Patient:link", "Patient/"+own)
				w.finds(token, "/Patient?_include:iterate=*&_revinclude:iterate=Patient:link&_revinclude=Observation:subject", "Patient/"+own, "include Observation/"+own)
				w.finds(token, "/Patient?link:Patient._id="+other)
				w.finds(token, "/Patient?_has:Patient:link:_id="+other)
				w.finds(token, "/Observation?patient.link:Patient._id="+other)
				for _, path := range []string{"/Patient/", "/Observation/"} {
					if got := w.get(token, path+own); got.status != http.StatusOK {
						t.Errorf("%s%s: %d", path, own, got.status)
					}
					w.same(path+other, w.get(token, path+other), w.get(token, path+"nobody"))
					w.same(path+other, w.get(token, path+other+"/_history"), w.get(token, path+"nobody/_history"))
				}
				for _, path := range []string{"/Patient/" + other + "/Observation", "/Patient/" + other + "/*", "/Patient/" + other + "/Patient", "/Patient/" + own + "/Patient"} {
					for _, id := range w.bundle(w.get(token, path)).ids() {
						if id != "Patient/"+own {
							t.Errorf("%s of %s shows %s", path, own, id)
						}
					}
				}
				// One can write a link, and gains nothing by it.
				linked := `{"resourceType":"Patient","id":"` + own + `","link":[{"other":{"reference":"Patient/` + other + `"},"type":"` + kind + `"}]}`
				if got := w.send(token, http.MethodPut, "/Patient/"+own, linked); got.status != http.StatusOK {
					t.Errorf("writing the link: %d %s", got.status, got.body)
				}
				w.finds(token, "/Patient?_include=Patient:link&_revinclude=Patient:link", "Patient/"+own)
				if got := w.get(token, "/Person/"+kind); got.status != http.StatusForbidden {
					t.Errorf("the Person: %d", got.status)
				}
			}
		}
	}
	w.findsEverywhere(w.all(), "/Patient?_id=from-refer&_include=Patient:link", "Patient/from-refer", "include Patient/to-refer")
	w.finds(w.all(), "/Patient?link:Patient._id=from-seealso", "Patient/to-seealso")
}
