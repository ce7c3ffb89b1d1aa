package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

// readEntries reads the entries of a Bundle. What is wrong with an entry is kept
// in it; the error is about the rest of the Bundle.
func (s *server) readEntries(bundle *fhirjson.Node) ([]*bundleEntry, error) {
	list := bundle.Get("entry")
	if list != nil && list.Kind() != fhirjson.Array {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the entries must be a JSON array, not %s", list.Kind()).at("Bundle.entry")
	}
	issues, err := s.envelopeIssues(bundle)
	if err != nil {
		return nil, err
	}
	entries := make([]*bundleEntry, len(list.Items()))
	for i, item := range list.Items() {
		e := &bundleEntry{index: i, header: make(http.Header)}
		e.err = e.read(item)
		if found := issues[i]; e.err == nil && len(found) > 0 {
			e.err = &store.Invalid{Issues: found}
		}
		entries[i] = e
	}
	return entries, nil
}

// envelopeIssues checks the Bundle without the resources in it, which are checked
// by the interactions that they are for. The issues are by entry; those of the
// rest of the Bundle are an error.
func (s *server) envelopeIssues(bundle *fhirjson.Node) (map[int][]validation.Issue, error) {
	alone, err := fhirjson.Parse(withoutResources(bundle))
	if err != nil {
		return nil, err
	}
	_, err = s.drafter.Draft("Bundle", alone)
	var invalid *store.Invalid
	if !errors.As(err, &invalid) {
		return nil, err
	}
	byEntry := make(map[int][]validation.Issue)
	var rest []validation.Issue
	for _, issue := range invalid.Issues {
		if i, ok := entryOf(issue.Expression); ok {
			byEntry[i] = append(byEntry[i], issue)
		} else {
			rest = append(rest, issue)
		}
	}
	if len(rest) > 0 {
		return nil, &store.Invalid{Issues: rest}
	}
	return byEntry, nil
}

// entryOf is the index in "Bundle.entry[3].request".
func entryOf(expression string) (int, bool) {
	rest, ok := strings.CutPrefix(expression, "Bundle.entry[")
	index, _, closed := strings.Cut(rest, "]")
	i, err := strconv.Atoi(index)
	return i, ok && closed && err == nil
}

// withoutResources is a Bundle without the resources of its entries.
func withoutResources(bundle *fhirjson.Node) []byte {
	var b fhirjson.Builder
	for _, m := range bundle.Members() {
		if m.Name != "entry" {
			b.Add(m.Name, m.Value.Raw())
			continue
		}
		entries := make([][]byte, len(m.Value.Items()))
		for i, item := range m.Value.Items() {
			entries[i] = withoutResource(item)
		}
		b.Add(m.Name, fhirjson.List(entries...))
	}
	return b.Bytes()
}

// withoutResource is an entry without its resource. One that has nothing else has
// no request, and is refused for that.
func withoutResource(entry *fhirjson.Node) []byte {
	if entry.Get("resource") == nil || len(entry.Members()) == 1 {
		return entry.Raw()
	}
	var b fhirjson.Builder
	for _, m := range entry.Members() {
		if m.Name != "resource" {
			b.Add(m.Name, m.Value.Raw())
		}
	}
	return b.Bytes()
}
