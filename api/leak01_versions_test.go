package api

import (
	"net/http"
	"strings"
	"testing"
)

// A version of one resource is shown if it and the current one are within the scope:
// in its history, by its number, and in a Bundle; else it is as one that never was.
func TestLeak01VersionsOfOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.each(measured("in", "vital-signs", "1"), measured("in", "laboratory", "1"), measured("in", "vital-signs", "1"),
		measured("left", "vital-signs", "1"), measured("left", "laboratory", "1"),
		measured("moved", "vital-signs", "1"), measured("moved", "vital-signs", "2"),
		measured("came", "vital-signs", "2"), measured("came", "vital-signs", "1"),
		measured("gone", "vital-signs", "1"), "-gone", measured("gone", "vital-signs", "1"))
	vital := "Observation.rs?category=" + category + "|vital-signs"
	for _, c := range []struct {
		token, id string
		versions  int
		shown     string // their numbers, newest first
	}{
		{w.token("patient/"+vital, "Patient/1"), "in", 3, "3 1"},
		{w.token("patient/"+vital, "Patient/1"), "left", 2, ""},
		{w.token("patient/"+vital, "Patient/1"), "moved", 2, ""},
		{w.token("patient/"+vital, "Patient/2"), "moved", 2, "2"},
		{w.token("patient/"+vital, "Patient/1"), "came", 2, "2"},
		{w.token("patient/"+vital, "Patient/2"), "came", 2, ""},
		{w.token("patient/"+vital, "Patient/1"), "gone", 3, "3 2 1"},
		{w.token("patient/Observation.r", "Patient/1"), "in", 3, "3 2 1"},
		{w.token("patient/Observation.r", "Patient/1"), "left", 2, "2 1"},
		{w.all(), "moved", 2, "2 1"},
	} {
		path := "/Observation/" + c.id
		shown := strings.Fields(c.shown)
		for _, version := range []string{"1", "2", "3", "4"} {
			want := http.StatusNotFound
			for _, number := range shown {
				if number == version {
					want = http.StatusOK
				}
			}
			if c.id == "gone" && version == "2" {
				want = http.StatusGone
			}
			at := path + "/_history/" + version
			got := w.get(c.token, at)
			if got.status != want {
				t.Errorf("%s: %d, want %d", at, got.status, want)
			}
			if want == http.StatusNotFound {
				w.same(at, got, w.get(c.token, path+"/_history/99"))
				w.same(at, w.get(c.token, at, `If-None-Match: W/"`+version+`"`), w.get(c.token, path+"/_history/99", `If-None-Match: W/"99"`))
			}
			head := w.send(c.token, http.MethodHead, at, "")
			got.body = ""
			w.same("HEAD "+at, head, got)
			for _, typ := range []string{"batch", "transaction"} {
				if got := w.inBundle(typ, c.token, asks("GET", at[1:])); got.status != want {
					t.Errorf("%s in a %s: %d, want %d", at, typ, got.status, want)
				}
			}
		}
		if len(shown) == 0 {
			for _, query := range []string{"", "?_count=1", "?_since=2026-03-01", "?_summary=count"} {
				w.same(path+query, w.get(c.token, path+"/_history"+query), w.get(c.token, "/Observation/never/_history"+query))
			}
			continue
		}
		var want []string
		for _, number := range shown {
			want = append(want, "Observation/"+c.id+"."+number)
		}
		for _, query := range []string{"", "?_count=1", "?_since=2026-03-01", "?_at=2026-03"} {
			list, _ := w.versions(c.token, path+"/_history"+query)
			if strings.Join(list, " ") != strings.Join(want, " ") {
				t.Errorf("%s%s shows %v, want %v", path, query, list, want)
			}
		}
		for _, query := range []string{"", "?_count=1", "?_summary=count", "?_count=0"} {
			if total := w.bundle(w.get(c.token, path+"/_history"+query)).Total; total == nil || *total != len(want) {
				t.Errorf("%s%s: total %s, want %d", path, query, show(total), len(want))
			}
		}
	}
}
