package api

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// etag is the weak tag of a version (http.html#versioning).
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// noVersion is the number of a version that no resource has or will have.
const noVersion = math.MaxInt64

// tagVersion is the version that a tag names, weak or strong; noVersion if it
// cannot be one of ours.
func tagVersion(tag string) int64 {
	text := strings.TrimPrefix(strings.TrimSpace(tag), "W/")
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

// ifMatch is the version that a write expects, 0 for any. Whether it is the
// current one is decided by the store, after it has decided what the caller may
// see.
func (r *request) ifMatch() (int64, error) {
	for _, name := range []string{"If-None-Match", "If-Unmodified-Since"} {
		if r.header.Get(name) != "" {
			return 0, refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported,
				"writes take no %s; name the version that you expect with If-Match", name).at("http." + name)
		}
	}
	values := r.header.Values("If-Match")
	if len(values) == 0 {
		return 0, nil
	}
	if len(values) > 1 || strings.ContainsAny(values[0], ",*") {
		return 0, refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported,
			`If-Match takes one version, such as W/"3"`).at("http.If-Match")
	}
	return tagVersion(values[0]), nil
}

// notModified tells whether the client says that it has the version already
// (http.html#cread). If-None-Match wins over If-Modified-Since (RFC 9110).
func (r *request) notModified(found store.Resource) bool {
	if tags := strings.Join(r.header.Values("If-None-Match"), ","); tags != "" {
		for tag := range strings.SplitSeq(tags, ",") {
			if strings.TrimSpace(tag) == "*" || tagVersion(tag) == found.Version {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.header.Get("If-Modified-Since"))
	return err == nil && !found.Updated.Truncate(time.Second).After(since)
}
