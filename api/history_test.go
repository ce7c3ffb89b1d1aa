package api

import (
	"net/http"
	"testing"
	"time"
)

func TestHistory(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Patient","id":"eve","active":false}`)
	w.Advance(time.Hour)
	all := w.all()
	if got := w.send(all, http.MethodDelete, "/Patient/eve", ""); got.status != 204 {
		t.Fatal(got)
	}
	const (
		deleted = `{"fullUrl":"` + base + `/Patient/eve","request":{"method":"DELETE","url":"Patient/eve"},"response":{"status":"204","etag":"W/\"3\"","lastModified":"2026-03-01T14:00:00.000Z"}}`
		second  = `{"fullUrl":"` + base + `/Patient/eve","resource":{"resourceType":"Patient","id":"eve","meta":{"versionId":"2","lastUpdated":"2026-03-01T13:00:00.000Z"},"active":false},"request":{"method":"PUT","url":"Patient/eve"},"response":{"status":"200","etag":"W/\"2\"","lastModified":"2026-03-01T13:00:00.000Z"}}`
		first   = `{"fullUrl":"` + base + `/Patient/eve","resource":` + eve + `,"request":{"method":"PUT","url":"Patient/eve"},"response":{"status":"201","etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"}}`
	)
	history := func(total, self, entries string) string {
		if entries != "" {
			entries = `,"entry":[` + entries + `]`
		}
		return `{"resourceType":"Bundle","type":"history","total":` + total + `,"link":[{"relation":"self","url":"` + base + self + `"}]` + entries + `}`
	}
	for path, want := range map[string]string{
		"/Patient/eve/_history":                                            history("3", "/Patient/eve/_history", deleted+","+second+","+first),
		"/Patient/eve/_history?_count=0":                                   history("3", "/Patient/eve/_history?_count=0", ""),
		"/Patient/eve/_history?_since=2026-03-01T13:00:00Z":                history("2", "/Patient/eve/_history?_since=2026-03-01T13:00:00Z", deleted+","+second),
		"/Patient/eve/_history?_at=2026-03-01T12:30:00Z":                   history("1", "/Patient/eve/_history?_at=2026-03-01T12:30:00Z", first),
		"/Patient/eve/_history?_at=2026-03":                                history("3", "/Patient/eve/_history?_at=2026-03", deleted+","+second+","+first),
		"/Patient/eve/_history?_summary=count":                             history("3", "/Patient/eve/_history?_summary=count", ""),
		"/Patient/eve/_history?_since=2030&_format=json":                   history("0", "/Patient/eve/_history?_since=2030&_format=json", ""),
		"/Patient/eve/_history?_count=99999999999999999999&_since=2030-01": history("0", "/Patient/eve/_history?_count=1000&_since=2030-01", ""),
	} {
		w.is(path, w.get(all, path), 200, want, "ETag:", "Last-Modified:")
	}
	w.is("absent", w.get(all, "/Patient/nobody/_history"), 404, oops("not-found", "", noSee))
	w.is("bad _count", w.get(all, "/Patient/eve/_history?_count=-1"), 400, oops("invalid", "http._count", "search parameter _count=-1: is no number of resources; give 0 or more"))
	if got := w.get(all, "/Patient/eve/_history?_since=yesterday"); got.status != 400 {
		t.Errorf("bad _since: %v", got)
	}
	if got := w.get(all, "/Patient/eve/_history?name=x"); got.status != 400 {
		t.Errorf("unknown parameter: %v", got)
	}
	w.same("another cursor", w.get(all, "/Patient/eve/_history?_cursor=xyz"), w.get(all, "/Patient/eve/_history?_cursor="+"AAAA"))
	w.is("bad cursor", w.get(all, "/Patient/eve/_history?_cursor=xyz"), 400,
		oops("invalid", "", "the page link is not valid for this search and access token; begin again with the first page"))

	own := w.token("patient/Patient.r", "Patient/adam")
	w.same("hidden and absent", w.get(own, "/Patient/eve/_history"), w.get(own, "/Patient/nobody/_history"))
	if n := len(w.bundle(w.get(own, "/Patient/adam/_history")).Entry); n != 1 {
		t.Errorf("own history has %d entries, want 1", n)
	}
	// s is not r (leaks row 2)
	if got := w.get(w.token("system/Patient.s"), "/Patient/eve/_history"); got.status != 403 {
		t.Errorf("s only: %v", got)
	}
}

func TestHistoryPages(t *testing.T) {
	w := newWorld(t)
	for _, active := range []string{"true", "false", "true", "false", "true"} {
		w.add(`{"resourceType":"Patient","id":"eve","active":` + active + `}`)
	}
	all := w.all()
	var tags []string
	pages := 0
	for next := "/Patient/eve/_history?_count=2&_pretty=true"; next != ""; pages++ {
		page := w.bundle(w.get(all, next))
		if *page.Total != 5 {
			t.Errorf("page %d: total %d, want 5", pages, *page.Total)
		}
		if self := page.link("self"); self != "/Patient/eve/_history?_count=2&_pretty=true" {
			t.Errorf("page %d: self %s", pages, self)
		}
		for _, e := range page.Entry {
			tags = append(tags, e.Response.Etag)
		}
		next = page.link("next")
	}
	want := []string{`W/"5"`, `W/"4"`, `W/"3"`, `W/"2"`, `W/"1"`}
	if pages != 3 || len(tags) != 5 {
		t.Fatalf("%d pages, %v", pages, tags)
	}
	for i := range want {
		if tags[i] != want[i] {
			t.Errorf("versions %v, want %v", tags, want)
		}
	}
}
