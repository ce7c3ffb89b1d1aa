package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

func TestIfMatch(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		want   int64
		ok     bool
	}{
		{http.Header{}, 0, true},
		{http.Header{"If-Match": {`W/"3"`}}, 3, true},
		{http.Header{"If-Match": {`"3"`}}, 3, true},
		{http.Header{"If-Match": {` W/"12" `}}, 12, true},
		// What cannot be a version of ours matches none: never "any".
		{http.Header{"If-Match": {`W/"0"`}}, noVersion, true},
		{http.Header{"If-Match": {`W/"-1"`}}, noVersion, true},
		{http.Header{"If-Match": {`W/"03"`}}, noVersion, true},
		{http.Header{"If-Match": {`W/"a"`}}, noVersion, true},
		{http.Header{"If-Match": {`3`}}, noVersion, true},
		{http.Header{"If-Match": {`"`}}, noVersion, true},
		{http.Header{"If-Match": {``}}, noVersion, true},
		{http.Header{"If-Match": {`W/"99999999999999999999"`}}, noVersion, true},
		{http.Header{"If-Match": {`*`}}, 0, false},
		{http.Header{"If-Match": {`W/"1", W/"2"`}}, 0, false},
		{http.Header{"If-Match": {`W/"1"`, `W/"2"`}}, 0, false},
		{http.Header{"If-None-Match": {`*`}}, 0, false},
		{http.Header{"If-Unmodified-Since": {`Sat, 01 Jan 2028 00:00:00 GMT`}}, 0, false},
	} {
		got, err := (&request{header: c.header}).ifMatch()
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%v: %d, %v; want %d, ok %v", c.header, got, err, c.want, c.ok)
		}
	}
}

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
