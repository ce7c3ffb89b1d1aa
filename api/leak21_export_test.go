package api

import (
	"net/http"
	"strings"
	"testing"
)

// Bulk export is absent: no line of the table, nothing in the CapabilityStatement, and
// nothing at its paths, whoever asks.
func TestLeak21AbsentBulkExport(t *testing.T) {
	w := newWorld(t).fullOf()
	for _, rt := range new(server).routes() {
		if strings.Contains(rt.pattern+rt.interaction, "export") {
			t.Errorf("%s %s is there: row 21 wants its own tests", rt.method, rt.pattern)
		}
	}
	if got := w.get("", "/metadata"); got.status != http.StatusOK || strings.Contains(strings.ToLower(got.body), "export") || strings.Contains(got.body, "bulkdata") {
		t.Errorf("the CapabilityStatement speaks of it: %d", got.status)
	}
	for _, path := range []string{"/$export", "/Patient/$export", "/Group/a-group/$export", "/$export-poll-status"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			got := w.send(w.all(), method, path, "", "Prefer: respond-async", "Accept: application/fhir+json")
			if got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed || got.header.Get("Content-Location") != "" {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			}
		}
	}
}
