package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

func TestNotModified(t *testing.T) {
	found := store.Resource{Version: 2, Updated: time.Date(2026, 3, 1, 12, 0, 0, 999e6, time.UTC)}
	for _, c := range []struct {
		header http.Header
		want   bool
	}{
		{http.Header{}, false},
		{http.Header{"If-None-Match": {`W/"2"`}}, true},
		{http.Header{"If-None-Match": {`"2"`}}, true},
		{http.Header{"If-None-Match": {`W/"1", W/"2"`}}, true},
		{http.Header{"If-None-Match": {`*`}}, true},
		{http.Header{"If-None-Match": {`W/"1"`}}, false},
		{http.Header{"If-Modified-Since": {"Sun, 01 Mar 2026 12:00:00 GMT"}}, true}, // as Last-Modified has it
		{http.Header{"If-Modified-Since": {"Sun, 01 Mar 2026 11:59:59 GMT"}}, false},
		{http.Header{"If-Modified-Since": {"yesterday"}}, false},
		{http.Header{"If-None-Match": {`W/"1"`}, "If-Modified-Since": {"Sun, 01 Mar 2026 12:00:00 GMT"}}, false},
	} {
		if got := (&request{header: c.header}).notModified(found); got != c.want {
			t.Errorf("%v: %v", c.header, got)
		}
	}
}
