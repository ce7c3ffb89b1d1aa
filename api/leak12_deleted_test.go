package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What is deleted is 410 for who saw its last version, and for everyone else as what
// never was: read, read again as a version, in a history, in a Bundle.
func TestLeak12DeletedResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`, `{"resourceType":"Patient","id":"b"}`)
	w.each(measured("shown", "vital-signs", "1"), "-shown", // in the scope to the end
		measured("left", "vital-signs", "1"), measured("left", "laboratory", "1"), "-left", // out of it when it ended
		measured("other", "vital-signs", "2"), "-other",
		measured("moved", "vital-signs", "1"), measured("moved", "vital-signs", "2"), "-moved",
		measured("came", "laboratory", "2"), measured("came", "vital-signs", "1"), "-came")
	vital := "Observation.cruds?category=" + category + "|vital-signs"
	for scopes, gone := range map[string]string{
		"patient/" + vital:                         "shown came",
		"patient/Observation.cruds":                "shown left came",
		"patient/Observation.r patient/Patient.rs": "shown left came",
	} {
		token := w.token(scopes, "Patient/1")
		for _, id := range []string{"shown", "left", "other", "moved", "came"} {
			want := http.StatusNotFound
			if strings.Contains(" "+gone+" ", " "+id+" ") {
				want = http.StatusGone
			}
			path := "/Observation/" + id
			if got := w.get(token, path); got.status != want {
				t.Errorf("%s: %s: %d, want %d", scopes, path, got.status, want)
			}
			for _, more := range [][]string{nil, {`If-None-Match: W/"1"`}, {`If-None-Match: *`}, {"If-Modified-Since: Sun, 01 Mar 2037 12:00:00 GMT"}} {
				for _, method := range []string{"GET", "HEAD"} {
					for _, at := range []string{"", "/_history", "/_history/1", "/_history/2", "/_history/3", "/_history/4", "?_summary=true"} {
						if want == http.StatusGone {
							continue
						}
						w.same(method+" "+path+at+" "+strings.Join(more, ""), w.send(token, method, path+at, "", more...), w.send(token, method, "/Observation/never"+at, "", more...))
					}
				}
			}
			for _, typ := range []string{"batch", "transaction"} {
				if got := w.inBundle(typ, token, asks("GET", path[1:])); got.status != want {
					t.Errorf("%s: %s in a %s: %d, want %d", scopes, path, typ, got.status, want)
				}
			}
		}
	}
	all := w.all()
	for _, id := range []string{"shown", "left", "other", "moved", "came"} {
		if got := w.get(all, "/Observation/"+id); got.status != http.StatusGone {
			t.Errorf("who sees all: %s: %d", id, got.status)
		}
	}
	w.Advance(time.Minute)
	own := w.token("patient/"+vital, "Patient/1")
	w.shows(own, "/Observation/_history?_since=2026-03-01", "Observation/came.3 Observation/came.2 Observation/shown.2 Observation/shown.1")
	w.shows(own, "/Observation/came/_history", "Observation/came.3 Observation/came.2")
}
