package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/granary-fhir/granary/store"
)

// etag is the weak tag of a version (http.html#versioning).
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// noVersion is the number of a version that no resource has or will have.
const noVersion = math.MaxInt64

// tagVersion is the version that a tag names, weak or strong; noVersion if it
// cannot be one of ours.
func tagVersion(tag string) int64 {
	text := strings.TrimPrefix(tag, "W/")
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return noVersion
	}
	return parseVersion(text[1 : len(text)-1])
}

// parseVersion reads a versionId as this server writes it.
func parseVersion(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != text {
		return noVersion
	}
	return n
}

// notModified tells whether the client says that it has the version already
// (http.html#cread). If-None-Match wins over If-Modified-Since, and what is not
// one date is none (RFC 9110, section 13.1).
func (r *request) notModified(found store.Resource) bool {
	if tags := listed(r.header.Values("If-None-Match")); len(tags) > 0 {
		return slices.ContainsFunc(tags, func(tag string) bool { return tag == "*" || tagVersion(tag) == found.Version })
	}
	dates := r.header.Values("If-Modified-Since")
	if len(dates) != 1 {
		return false
	}
	since, err := http.ParseTime(dates[0])
	return err == nil && !found.Updated.Truncate(time.Second).After(since)
}
