package api

import (
	"strings"
	"testing"
	"time"
)

func TestHistorySystem(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"eve"}`)
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Observation","id":"o","status":"final"}`)
	w.Advance(time.Hour)
	w.add(`{"resourceType":"Patient","id":"eve","active":true}`)
	all := w.all()
	second := versionEntry("Patient/eve", "2", "14", "PUT", "Patient/eve", "200", `,"active":true`)
	o := versionEntry("Observation/o", "1", "13", "PUT", "Observation/o", "201", `,"status":"final"`)
	first := versionEntry("Patient/eve", "1", "12", "PUT", "Patient/eve", "201", "")
	for query, want := range map[string]string{
		"":                             historyOf("3", "/_history", second+","+o+","+first),
		"?_since=2026-03-01T13:00:00Z": historyOf("2", "/_history?_since=2026-03-01T13:00:00Z", second+","+o),
		"?_at=2026-03-01T13:30:00Z":    historyOf("2", "/_history?_at=2026-03-01T13:30:00Z", o+","+first),
		"?_summary=count":              historyOf("3", "/_history?_summary=count", ""),
	} {
		w.is(query, w.get(all, "/_history"+query), 200, want)
	}
	// Types that no scope allows are left out.
	w.is("some types", w.get(w.token("system/Observation.rs system/Patient.r"), "/_history"), 200, historyOf("1", "/_history", o))
	w.is("no type", w.get(w.token("system/Patient.r"), "/_history"), 403, w.get(w.token("system/Patient.r"), "/?_count=1").body)
	for _, query := range []string{"?_type=Patient", "?_list=List/1", "?_sort=_id"} {
		if got := w.get(all, "/_history"+query); got.status != 400 || !strings.Contains(got.body, "is no parameter of this interaction") {
			t.Errorf("%s: %v", query, got)
		}
	}
}
