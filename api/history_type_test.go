package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// historyOf is the Bundle of a history. The total is left out where it is "".
func historyOf(total, self, entries string) string {
	if total != "" {
		total = `,"total":` + total
	}
	if entries != "" {
		entries = `,"entry":[` + entries + `]`
	}
	return `{"resourceType":"Bundle","type":"history"` + total + `,"link":[{"relation":"self","url":"` + base + self + `"}]` + entries + `}`
}

// versionEntry is an entry of a history: of a version at an hour of the first day.
// The rest are the elements behind meta.
func versionEntry(key, version, hour, method, url, status, rest string) string {
	typ, id, _ := strings.Cut(key, "/")
	at := "2026-03-01T" + hour + ":00:00.000Z"
	resource := `"resource":{"resourceType":"` + typ + `","id":"` + id + `","meta":{"versionId":"` + version + `","lastUpdated":"` + at + `"}` + rest + `},`
	if method == "DELETE" {
		resource = ""
	}
	return `{"fullUrl":"` + base + `/` + key + `",` + resource + `"request":{"method":"` + method + `","url":"` + url + `"},"response":{"status":"` +
		status + `","etag":"W/\"` + version + `\"","lastModified":"` + at + `"}}`
}

func TestHistoryType(t *testing.T) {
	w := newWorld(t)
	created := w.send(w.all(), http.MethodPost, "/Patient", `{"resourceType":"Patient","active":true}`)
	id := strings.TrimSuffix(strings.TrimPrefix(created.header.Get("Location"), base+"/Patient/"), "/_history/1")
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Patient","id":"eve"}`, `{"resourceType":"Observation","id":"o"}`)
	w.Advance(time.Hour)
	w.patchAs(store.Key{Type: "Patient", ID: "eve"}, `{"resourceType":"Patient","id":"eve","active":false}`)
	w.Advance(time.Hour)
	w.send(w.all(), http.MethodDelete, "/Patient/eve", "")
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Patient","id":"eve","gender":"female"}`)
	all := w.all()
	var (
		back    = versionEntry("Patient/eve", "4", "16", "PUT", "Patient/eve", "201", `,"gender":"female"`)
		deleted = versionEntry("Patient/eve", "3", "15", "DELETE", "Patient/eve", "204", "")
		patched = versionEntry("Patient/eve", "2", "14", "PATCH", "Patient/eve", "200", `,"active":false`)
		first   = versionEntry("Patient/eve", "1", "13", "PUT", "Patient/eve", "201", "")
		posted  = versionEntry("Patient/"+id, "1", "12", "POST", "Patient", "201", `,"active":true`)
		five    = strings.Join([]string{back, deleted, patched, first, posted}, ",")
	)
	for query, want := range map[string]string{
		"":                             historyOf("5", "/Patient/_history", five),
		"?_count=0":                    historyOf("5", "/Patient/_history?_count=0", ""),
		"?_summary=count":              historyOf("5", "/Patient/_history?_summary=count", ""),
		"?_since=2026-03-01T15:00:00Z": historyOf("2", "/Patient/_history?_since=2026-03-01T15:00:00Z", back+","+deleted),
		"?_since=2030":                 historyOf("0", "/Patient/_history?_since=2030", ""),
		"?_at=2026-03-01T13:30:00Z":    historyOf("2", "/Patient/_history?_at=2026-03-01T13:30:00Z", first+","+posted),
		// Both at once: what came since then of what was current at that time.
		"?_since=2026-03-01T13:00:00Z&_at=2026-03-01T13:30:00Z": historyOf("1", "/Patient/_history?_since=2026-03-01T13:00:00Z&_at=2026-03-01T13:30:00Z", first),
		"?_since=2026-03-01T14:00:00Z&_at=2026-03-01T13:30:00Z": historyOf("0", "/Patient/_history?_since=2026-03-01T14:00:00Z&_at=2026-03-01T13:30:00Z", ""),
		"?_count=99999&_since=2030&_pretty=false":               historyOf("0", "/Patient/_history?_count=1000&_since=2030", ""),
	} {
		w.is(query, w.get(all, "/Patient/_history"+query), 200, want, "ETag:", "Last-Modified:")
	}
	w.is("instance", w.get(all, "/Patient/eve/_history"), 200,
		historyOf("4", "/Patient/eve/_history", strings.Join([]string{back, deleted, patched, first}, ",")))
	w.is("a type without resources", w.get(all, "/Device/_history"), 200, historyOf("0", "/Device/_history", ""))
	subsetted := w.get(all, "/Patient/_history?_elements=id&_count=1").body
	if strings.Contains(subsetted, "gender") || !strings.Contains(subsetted, "SUBSETTED") {
		t.Errorf("_elements: %s", subsetted)
	}
	w.is("gone", w.get(all, "/Patient/eve/_history/3"), 410, oops("deleted", "", "the resource has been deleted"))
	for query, want := range map[string]string{
		"?_count=-1":                     oops("invalid", "http._count", "search parameter _count=-1: is no number of resources; give 0 or more"),
		"?_since=tomorrow":               oops("invalid", "http._since", "search parameter _since=tomorrow: is no date: the year must be 0001 to 9999"),
		"?_since=":                       oops("invalid", "http._since", "search parameter _since is no date: the year must be 0001 to 9999"),
		"?_at=2026-03-01T12:00:00+01:00": oops("invalid", "http._at", "search parameter _at=2026-03-01T12:00:00 01:00: is no date: an offset must be Z, +hh:mm or -hh:mm; a + in a URL is written %2B"),
		"?_cursor=xyz":                   oops("invalid", "", "the page link is not valid for this search and access token; begin again with the first page"),
	} {
		w.is(query, w.get(all, "/Patient/_history"+query), 400, want)
	}
	for _, query := range []string{"?_since=yesterday", "?_at=x", "?_list=List/1", "?_sort=_id", "?name=x", "?_elements=nothing"} {
		if got := w.get(all, "/Patient/_history"+query); got.status != 400 || !strings.Contains(got.body, `"expression":["http.`) {
			t.Errorf("%s: %v", query, got)
		}
	}
	w.is("no such type", w.get(all, "/Patients/_history"), 404, w.get(all, "/Patients").body)
	if got := w.send(all, http.MethodHead, "/Patient/_history", ""); got.status != 200 || got.body != "" {
		t.Errorf("HEAD: %v", got)
	}
}

// patchAs makes a version by PATCH.
func (w *world) patchAs(key store.Key, to string) {
	w.Helper()
	ctx := context.Background()
	w.must(w.store.View(store.Unrestricted("test data")).Transact(ctx, func(tx *store.Tx) error {
		_, err := tx.Patch(ctx, key, store.Precondition{}, func(store.Resource) (store.Draft, error) {
			resource, err := fhirjson.Parse([]byte(to))
			if err != nil {
				return store.Draft{}, err
			}
			return tx.Draft(key.Type, resource)
		})
		return err
	}))
}

// versions are the entries of a history on all its pages, as "Type/id.version" in
// their order, with the size of each page.
func (w *world) versions(token, path string) (list []string, pages []int) {
	w.Helper()
	for next := path; next != ""; {
		page := w.bundle(w.get(token, next))
		for _, e := range page.Entry {
			list = append(list, strings.TrimPrefix(e.FullURL, base+"/")+"."+strings.Trim(e.Response.Etag, `W/"`))
		}
		pages = append(pages, len(page.Entry))
		if len(pages) > 100 {
			w.Fatalf("%s: the pages do not end", path)
		}
		next = page.link("next")
	}
	return list, pages
}

// shows compares the versions that a history shows, and its total.
func (w *world) shows(token, path, want string) {
	w.Helper()
	list, _ := w.versions(token, path)
	if got := strings.Join(list, " "); got != want {
		w.Errorf("GET %s shows %q, want %q", path, got, want)
	}
	if total := w.bundle(w.get(token, path)).Total; total == nil || *total != len(strings.Fields(want)) {
		w.Errorf("GET %s has total %v, want that of %q", path, total, want)
	}
}

func TestHistoryTypePages(t *testing.T) {
	w := newWorld(t)
	for _, active := range []string{"true", "false", "true"} {
		w.add(`{"resourceType":"Patient","id":"adam","active":`+active+`}`, `{"resourceType":"Patient","id":"eve","active":`+active+`}`)
		w.Advance(time.Minute)
	}
	all := w.all()
	const want = "Patient/eve.3 Patient/adam.3 Patient/eve.2 Patient/adam.2 Patient/eve.1 Patient/adam.1"
	for count, size := range map[string][]int{"1": {1, 1, 1, 1, 1, 1}, "4": {4, 2}, "6": {6}, "5": {5, 1}} {
		for _, path := range []string{"/Patient/_history", "/_history"} {
			got, pages := w.versions(all, path+"?_count="+count+"&_pretty=true")
			if strings.Join(got, " ") != want || len(pages) != len(size) || pages[len(pages)-1] != size[len(size)-1] {
				t.Errorf("%s in pages of %s: %v, %v", path, count, got, pages)
			}
		}
	}
	first := w.bundle(w.get(all, "/Patient/_history?_count=2&_since=2026-03-01T12:00:30Z"))
	if self := first.link("self"); self != "/Patient/_history?_count=2&_since=2026-03-01T12:00:30Z" {
		t.Errorf("self %s", self)
	}
	// New versions between the pages: what was there is shown once.
	w.add(`{"resourceType":"Patient","id":"adam","active":false}`)
	second := w.bundle(w.get(all, first.link("next")))
	if len(second.Entry) != 2 || *second.Total != 5 || second.Entry[0].FullURL != base+"/Patient/eve" || second.link("next") != "" {
		t.Errorf("the second page is %+v", second)
	}
	// A link is bound to its request.
	next := first.link("next")
	for _, other := range []string{strings.Replace(next, "12:00:30", "12:00:31", 1), strings.Replace(next, "/Patient/", "/Observation/", 1), strings.Replace(next, "/Patient/", "/", 1)} {
		w.is(other, w.get(all, other), 400, oops("invalid", "", "the page link is not valid for this search and access token; begin again with the first page"))
	}
}
