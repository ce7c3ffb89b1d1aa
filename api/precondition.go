package api

import (
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// precondition is what a write expects of the resource as it is (http.html#concurrency,
// RFC 9110 section 13.1). Whether it is so is decided by the store, after it has
// decided what the caller may do. A header that cannot be understood is refused,
// never left out: the write would be made after all.
func (r *request) precondition() (p store.Precondition, err error) {
	match, noneMatch := r.header.Values("If-Match"), r.header.Values("If-None-Match")
	if len(match) > 0 && len(noneMatch) > 0 {
		return p, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
			"If-Match and If-None-Match contradict each other; send one of them").at("http.If-None-Match")
	}
	p.Match = tagVersions(match)
	p.NoneMatch = tagVersions(noneMatch)
	for _, version := range p.NoneMatch {
		if version == noVersion {
			return p, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
				`If-None-Match takes * or the tags of versions, such as W/"3"`).at("http.If-None-Match")
		}
	}
	since := r.header.Values("If-Unmodified-Since")
	if len(since) == 0 || len(match) > 0 { // If-Match knows better (RFC 9110, section 13.1.4)
		return p, nil
	}
	p.UnmodifiedSince, err = http.ParseTime(since[0])
	if err != nil || len(since) > 1 {
		return p, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
			"If-Unmodified-Since takes one time, such as Sun, 01 Mar 2026 12:00:00 GMT").at("http.If-Unmodified-Since")
	}
	return p, nil
}

// noPrecondition refuses the headers that a create cannot heed, since what it
// makes has no version yet.
func (r *request) noPrecondition() error {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Unmodified-Since"} {
		if len(r.header.Values(name)) > 0 {
			return refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported,
				"a create takes no %s, since there is no version yet; If-None-Exist asks that there be no such resource", name).at("http." + name)
		}
	}
	return nil
}

// tagVersions are those that a header lists, nil without the header. A tag that
// cannot be one of ours is a version that no resource has: it never stands for
// any.
func tagVersions(values []string) store.Versions {
	if len(values) == 0 {
		return nil
	}
	tags := listed(values)
	switch {
	case len(tags) == 0: // a header that names nothing
		return store.Versions{noVersion}
	case len(tags) == 1 && tags[0] == "*":
		return store.Versions{store.AnyVersion}
	}
	named := make(store.Versions, len(tags))
	for i, tag := range tags {
		named[i] = tagVersion(tag)
	}
	return named
}
