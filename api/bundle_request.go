package api

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// entryRequest is the request that an entry stands for, by the same caller as the
// Bundle. The headers are the entry's conditions and the Bundle's Prefer
// (http.html#transaction). It is not checked yet.
func (s *server) entryRequest(by caller, e *bundleEntry) *request {
	r := &request{
		context: by.context,
		id:      by.id,
		caller:  by.caller,
		remote:  by.remote,
		method:  e.method,
		header:  e.header.Clone(),
		body:    http.NoBody,
		content: e.resource,
		format:  format{mime: fhirJSON},

		explanation: by.explanation,
		entry:       e.index,
	}
	for _, prefer := range by.header.Values("Prefer") {
		r.header.Add("Prefer", prefer)
	}
	path, query, _ := strings.Cut(s.relative(e.url), "?")
	r.query = query
	if path, err := decodedPath(path); err == nil && utf8.ValidString(path) {
		var params map[string]string
		r.route, params = s.dispatcher.match(e.method, path)
		r.typ, r.key, r.version, r.member = r.route.on(params["type"]), params["id"], params["version"], params["member"]
	}
	contentType := fhirJSON
	if r.route != nil && r.route.form {
		contentType = "application/x-www-form-urlencoded"
	}
	r.header.Set("Content-Type", contentType)
	return r
}

// relative is a URL below the base, "" or with a slash in front; or something
// that no route matches.
func (s *server) relative(text string) string {
	if below, ok := strings.CutPrefix(text, s.base); ok && (below == "" || below[0] == '/' || below[0] == '?') {
		return below
	}
	if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "?") {
		return text
	}
	return "/" + text
}

// enterEntry takes an entry's request through the steps of every request, as the
// Bundle's caller, whose view of its own it is given.
func (s *server) enterEntry(by caller, e *bundleEntry, r *request) (action, *store.View, error) {
	if err := s.checkEntry(e, r); err != nil {
		return action{}, nil, &ownError{err}
	}
	act, view, err := s.dispatcher.enter(r, func(*request) (*store.View, error) { return by.view, nil })
	if err == nil && act.batch != nil {
		err = refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "%s cannot be an entry of a batch or transaction: it needs transactions of its own", r.route.interaction)
	}
	return act, view, err
}

// checkEntry refuses an entry that is no request.
func (s *server) checkEntry(e *bundleEntry, r *request) error {
	path, _, _ := strings.Cut(e.url, "?")
	plain, unescapable := url.PathUnescape(path)
	switch {
	case e.err != nil:
		return e.err
	case unescapable != nil || !utf8.ValidString(plain):
		return e.refuse(fhir.IssueTypeInvalid, ".request.url", "the path of the url has a %% that is not followed by two hexadecimal digits, or is not in UTF-8")
	case strings.Contains(e.url, "#"):
		return e.refuse(fhir.IssueTypeInvalid, ".request.url", "the url of a request has no fragment; write %%23 for a number sign")
	case strings.Contains(path, "://") && !strings.HasPrefix(e.url, s.base):
		return e.refuse(fhir.IssueTypeInvalid, ".request.url", "the url is not below the base of this server; write it relative to the base, as in Patient/1")
	case r.route != nil && r.route.form && e.resource != nil:
		return e.refuse(fhir.IssueTypeInvalid, ".resource", "a search takes no resource; its parameters stand in the url")
	}
	return nil
}
