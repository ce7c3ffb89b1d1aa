package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// bundleEntry is an entry of a batch or transaction.
type bundleEntry struct {
	index    int
	fullURL  string
	method   string
	url      string
	header   http.Header    // what the conditions of the entry are over HTTP
	resource *fhirjson.Node // nil if it has none
	err      error          // what is wrong with the entry itself
}

// at is the FHIRPath of a part of the entry.
func (e *bundleEntry) at(part string) string {
	return "Bundle.entry[" + strconv.Itoa(e.index) + "]" + part
}

// String is what a client calls the entry. The query is left out.
func (e *bundleEntry) String() string {
	path, _, _ := strings.Cut(e.url, "?")
	called := strings.TrimSpace(e.method + " " + path)
	if called != "" {
		called = " (" + called + ")"
	}
	return "entry " + strconv.Itoa(e.index) + called
}

// refuse is an error about a part of the entry.
func (e *bundleEntry) refuse(code fhir.IssueType, part, format string, args ...any) error {
	return refuse(http.StatusBadRequest, code, format, args...).at(e.at(part))
}

// conditions are the elements of an entry's request that are headers over HTTP.
var conditions = [...]struct{ element, header string }{
	{"ifMatch", "If-Match"},
	{"ifNoneMatch", "If-None-Match"},
	{"ifModifiedSince", "If-Modified-Since"},
	{"ifNoneExist", ifNoneExist},
}

// verbs are the methods that an entry may have (Bundle.entry.request.method).
var verbs = [...]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// brings tells whether the method takes a resource.
func (e *bundleEntry) brings() bool {
	return e.method == http.MethodPost || e.method == http.MethodPut || e.method == http.MethodPatch
}

// read reads the entry (bundle.html#http).
func (e *bundleEntry) read(item *fhirjson.Node) (err error) {
	if item.Kind() != fhirjson.Object {
		return e.refuse(fhir.IssueTypeStructure, "", "an entry is a JSON object, not %s", item.Kind())
	}
	if e.fullURL, err = e.text(item, "", "fullUrl"); err != nil {
		return err
	}
	e.resource = item.Get("resource")
	if err := e.readRequest(item.Get("request")); err != nil {
		return err
	}
	return e.check()
}

func (e *bundleEntry) readRequest(request *fhirjson.Node) (err error) {
	if request.Kind() != fhirjson.Object {
		return e.refuse(fhir.IssueTypeRequired, ".request", "the entry has no request; its method and url say what to do")
	}
	if e.method, err = e.text(request, ".request", "method"); err != nil {
		return err
	}
	if e.url, err = e.text(request, ".request", "url"); err != nil {
		return err
	}
	switch {
	case e.method == "":
		return e.refuse(fhir.IssueTypeRequired, ".request.method", "the request of the entry has no method")
	case e.url == "":
		return e.refuse(fhir.IssueTypeRequired, ".request.url", "the request of the entry has no url")
	}
	for _, c := range conditions {
		value, err := e.text(request, ".request", c.element)
		if err != nil {
			return err
		}
		if value != "" {
			e.header.Set(c.header, value)
		}
	}
	return nil
}

// text is a member that must be a string, "" if there is none.
func (e *bundleEntry) text(of *fhirjson.Node, where, name string) (string, error) {
	value := of.Get(name)
	if value != nil && (value.Kind() != fhirjson.String || value.Text() == "") {
		return "", e.refuse(fhir.IssueTypeStructure, where+"."+name, "%s must be a string that is not empty", name)
	}
	return value.Text(), nil
}

// check refuses what would mean nothing to the interaction, so that it is not
// passed over in silence.
func (e *bundleEntry) check() error {
	_, matching := e.header["If-Match"]
	switch {
	case !slices.Contains(verbs[:], e.method):
		return e.refuse(fhir.IssueTypeCodeInvalid, ".request.method", "the method must be one of %s", strings.Join(verbs[:], ", "))
	case e.resource != nil && e.resource.Kind() != fhirjson.Object:
		return e.refuse(fhir.IssueTypeStructure, ".resource", "a resource is a JSON object, not %s", e.resource.Kind())
	case e.resource != nil && !e.brings():
		return e.refuse(fhir.IssueTypeInvalid, ".resource", "a %s takes no resource", e.method)
	case matching && (e.method == http.MethodGet || e.method == http.MethodHead):
		return e.refuse(fhir.IssueTypeNotSupported, ".request.ifMatch", "a %s takes no ifMatch; it takes ifNoneMatch and ifModifiedSince", e.method)
	}
	return e.readInstant()
}

// readInstant makes the instant of ifModifiedSince what the header is over HTTP.
func (e *bundleEntry) readInstant() error {
	text := e.header.Get("If-Modified-Since")
	if text == "" {
		return nil
	}
	since, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return e.refuse(fhir.IssueTypeValue, ".request.ifModifiedSince", "ifModifiedSince must be an instant, such as 2026-03-01T12:00:00Z")
	}
	e.header.Set("If-Modified-Since", since.UTC().Format(http.TimeFormat))
	return nil
}
