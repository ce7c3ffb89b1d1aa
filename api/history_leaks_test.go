package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// These are rows 1, 2, 9, 10 and 12 of the list of leak channels, for
// histories of types and of the system.

const category = "http://terminology.hl7.org/CodeSystem/observation-category"

// measured is an Observation of a category about a patient.
func measured(id, code, patient string) string {
	return `{"resourceType":"Observation","id":"` + id + `","status":"final","category":[{"coding":[{"system":"` + category + `","code":"` + code +
		`"}]}],"subject":{"reference":"Patient/` + patient + `"}}`
}

// amended is a resource with other content.
func amended(resource string, n int) string {
	return strings.TrimSuffix(resource, "}") + `,"valueInteger":` + strconv.Itoa(n) + "}"
}

// each adds one resource after the other, a minute apart; "-id" deletes an
// Observation.
func (w *world) each(steps ...string) {
	w.Helper()
	for _, step := range steps {
		if id, ok := strings.CutPrefix(step, "-"); ok {
			if got := w.send(w.all(), http.MethodDelete, "/Observation/"+id, ""); got.status != 204 {
				w.Fatal(got)
			}
		} else {
			w.add(step)
		}
		w.Advance(time.Minute)
	}
}

// A version is shown if it and the current one match the scope.
func TestLeak01VersionsOutsideTheFilter(t *testing.T) {
	w := newWorld(t)
	w.each(measured("in", "vital-signs", "1"), measured("in", "laboratory", "1"), measured("in", "vital-signs", "1"),
		measured("left", "vital-signs", "1"), measured("left", "laboratory", "1"),
		measured("moved", "vital-signs", "1"), measured("moved", "vital-signs", "2"))
	vital := "Observation.rs?category=" + category + "|vital-signs"
	for token, want := range map[string]string{
		w.all():                                             "Observation/moved.2 Observation/moved.1 Observation/left.2 Observation/left.1 Observation/in.3 Observation/in.2 Observation/in.1",
		w.token("system/" + vital):                          "Observation/moved.2 Observation/moved.1 Observation/in.3 Observation/in.1",
		w.token("patient/"+vital, "Patient/1"):              "Observation/in.3 Observation/in.1",
		w.token("patient/"+vital, "Patient/2"):              "Observation/moved.2",
		w.token("patient/Observation.rs", "Patient/1"):      "Observation/left.2 Observation/left.1 Observation/in.3 Observation/in.2 Observation/in.1",
		w.token("patient/Observation.rs", "Patient/nobody"): "",
	} {
		for _, path := range []string{"/Observation/_history", "/_history", "/Observation/_history?_count=1", "/_history?_count=2", "/Observation/_history?_since=2026-03-01", "/_history?_at=2026-03"} {
			list, _ := w.versions(token, path)
			if got := strings.Join(list, " "); got != want {
				t.Errorf("%s shows %s, want %s", path, got, want)
			}
		}
		w.shows(token, "/Observation/_history", want)
	}
}

// When a version came that is hidden is not told by `_at` either.
func TestLeak01TimeOfAHiddenVersion(t *testing.T) {
	w := newWorld(t)
	w.each(measured("in", "vital-signs", "1"), measured("in", "laboratory", "1"), measured("in", "vital-signs", "1"))
	vital := w.token("system/Observation.rs?category=" + category + "|vital-signs")
	for _, path := range []string{"/Observation/in/_history", "/Observation/_history", "/_history"} {
		for at, want := range map[string][2]string{
			"2026-03-01T12:00:30Z": {"Observation/in.1", "Observation/in.1"},
			"2026-03-01T12:01:30Z": {"Observation/in.1", "Observation/in.2"},
			"2026-03-01T12:02:30Z": {"Observation/in.3", "Observation/in.3"},
		} {
			w.shows(vital, path+"?_at="+at, want[0])
			w.shows(w.all(), path+"?_at="+at, want[1])
		}
	}
}

// The letter r is for the history of an instance, s for that of many.
func TestLeak02LettersOfHistories(t *testing.T) {
	w := newWorld(t)
	w.each(measured("o", "vital-signs", "1"))
	for scopes, want := range map[string][3]int{
		"patient/Observation.r":    {200, 403, 403},
		"patient/Observation.s":    {403, 200, 200},
		"patient/Observation.rs":   {200, 200, 200},
		"patient/Observation.cud":  {403, 403, 403},
		"patient/Condition.cruds":  {403, 403, 200},
		"patient/*.s":              {403, 200, 200},
		"patient/Observation.crud": {200, 403, 403},
	} {
		token := w.token(scopes, "Patient/1")
		for i, path := range []string{"/Observation/o/_history", "/Observation/_history", "/_history"} {
			got := w.get(token, path)
			if got.status != want[i] {
				t.Errorf("%s with %s: status %d, want %d", path, scopes, got.status, want[i])
			}
			if shown := strings.Contains(got.body, "vital-signs"); shown != (got.status == 200 && !strings.Contains(scopes, "Condition")) {
				t.Errorf("%s with %s shows it: %v", path, scopes, shown)
			}
		}
	}
	w.is("the reason", w.get(w.token("patient/Observation.r", "Patient/1"), "/Observation/_history"), 403,
		w.get(w.token("patient/Observation.r", "Patient/1"), "/Observation").body)
}

// The total is that of what is shown.
func TestLeak09TotalsOfHistories(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.each(amended(measured("hidden", "vital-signs", "2"), i), amended(measured("shown", "vital-signs", "1"), i))
	}
	w.each("-hidden")
	for token, want := range map[string]int{w.all(): 11, w.token("patient/*.rs", "Patient/1"): 5, w.token("patient/*.rs", "Patient/2"): 6, w.token("patient/*.rs", "Patient/3"): 0} {
		for _, query := range []string{"", "?_count=2", "?_count=0", "?_summary=count", "?_count=1&_since=2026-03-01"} {
			for _, path := range []string{"/Observation/_history", "/_history"} {
				if got := w.bundle(w.get(token, path+query)).Total; got == nil || *got != want {
					t.Errorf("%s%s: total %v, want %d", path, query, got, want)
				}
			}
		}
	}
}

// A page link is worth nothing to another caller, or under other scopes.
func TestLeak10PageLinksOfHistories(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		w.each(amended(measured("a", "vital-signs", "1"), i), amended(measured("b", "vital-signs", "2"), i))
	}
	own := w.token("patient/Observation.rs", "Patient/1")
	const invalid = "the page link is not valid for this search and access token; begin again with the first page"
	for _, path := range []string{"/Observation/_history", "/_history"} {
		next := w.bundle(w.get(own, path+"?_count=1")).link("next")
		for _, token := range []string{
			w.all(), w.token("patient/Observation.rs", "Patient/2"), w.token("patient/*.rs", "Patient/1"),
			w.token("patient/Observation.rs?category="+category+"|vital-signs", "Patient/1"),
		} {
			w.is(next, w.get(token, next), 400, oops("invalid", "", invalid))
		}
		page := w.bundle(w.get(w.token("patient/Observation.rs", "Patient/1"), next)) // the same grant
		if len(page.Entry) != 1 || page.Entry[0].Response.Etag != `W/"2"` {
			t.Errorf("the second page for the same grant: %+v", page)
		}
		_, query, _ := strings.Cut(next, "?")
		w.is("without s any more", w.get(w.token("patient/Condition.rs patient/Observation.r", "Patient/1"), "/Observation/_history?"+query), 403,
			w.get(w.token("patient/Condition.rs", "Patient/1"), "/Observation").body)
	}
}

// Two worlds that differ in what is hidden: their histories are alike.
func TestLeak12DeletionsInHistories(t *testing.T) {
	var worlds [2]*world
	for i, hidden := range [2][]string{
		{measured("again", "laboratory", "1"), "-again", measured("again", "vital-signs", "1"),
			measured("h", "laboratory", "1"), measured("h", "laboratory", "2"), "-h", measured("x", "vital-signs", "2"), "-x"},
		{measured("again", "laboratory", "1"), measured("again", "survey", "1"), measured("again", "vital-signs", "1"),
			measured("other", "survey", "3")},
	} {
		w := newWorld(t)
		worlds[i] = w
		w.each(measured("shown", "vital-signs", "1"), measured("gone", "vital-signs", "1"), "-gone")
		now := w.Now()
		w.each(hidden...)
		w.Set(now.Add(10 * time.Minute))
		w.each(amended(measured("shown", "vital-signs", "1"), 1))
	}
	const scopes = "patient/Observation.rs?category=" + category + "|vital-signs"
	for _, path := range []string{
		"/Observation/_history", "/_history", "/_history?_count=0", "/Observation/_history?_since=2026-03-01T12:03:00Z", "/_history?_at=2026-03-01T12:05:00Z",
		"/Observation/again/_history", "/Observation/h/_history", "/Observation/h/_history/3", "/Observation/x", "/Observation/nothing/_history", "/Observation/x/_history/2",
	} {
		var got [2]reply
		for i, w := range worlds {
			got[i] = w.get(w.token(scopes, "Patient/1"), path)
		}
		worlds[0].same(path, got[0], got[1])
	}
	worlds[0].shows(worlds[0].token(scopes, "Patient/1"), "/Observation/_history", "Observation/shown.2 Observation/again.3 Observation/gone.2 Observation/gone.1 Observation/shown.1")
	worlds[0].shows(worlds[0].all(), "/Observation/_history", "Observation/shown.2 Observation/x.2 Observation/x.1 Observation/h.3 Observation/h.2 Observation/h.1 "+
		"Observation/again.3 Observation/again.2 Observation/again.1 Observation/gone.2 Observation/gone.1 Observation/shown.1")
	for token, want := range map[string]string{worlds[0].all(): "201", worlds[0].token(scopes, "Patient/1"): "200"} {
		if got := worlds[0].bundle(worlds[0].get(token, "/Observation/again/_history")).Entry[0].Response.Status; got != want {
			t.Errorf("what follows a deletion has status %s, want %s", got, want)
		}
	}
}
