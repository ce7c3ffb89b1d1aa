package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// The limits of a Bundle: how many entries it may have, and how many bytes the
// answers to them. Writes answer with about as much as they bring; reads could
// answer with anything.
const (
	maxEntries = 10_000
	maxAnswers = 64 << 20
)

// bundle does what the entries of a Bundle ask for: each for itself, or all or
// nothing (http.html#transaction). The Bundle needs no scope of its own, since
// every entry is authorized for itself.
func (s *server) bundle(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	r.typ = "Bundle"
	resource, err := r.readResource()
	if err != nil {
		return action{}, err
	}
	do, err := s.bundleKind(resource.Get("type"))
	if err != nil {
		return action{}, err
	}
	r.bundle = resource.Get("type").Text()
	if n := len(resource.Get("entry").Items()); n > maxEntries {
		return action{}, refuse(http.StatusRequestEntityTooLarge, fhir.IssueTypeTooCostly,
			"the Bundle has %d entries; this server takes %d at once", n, maxEntries).at("Bundle.entry")
	}
	entries, err := s.readEntries(resource)
	if err != nil {
		return action{}, err
	}
	return action{batch: func(ctx context.Context, view *store.View) (*response, error) {
		return do(ctx, caller{view, r}, entries)
	}}, nil
}

// caller is who sent a Bundle, and the request that it came with.
type caller struct {
	view *store.View
	*request
}

// bundleKind is what is done with a Bundle of a type.
func (s *server) bundleKind(typ *fhirjson.Node) (func(context.Context, caller, []*bundleEntry) (*response, error), error) {
	switch name := typ.Text(); {
	case typ.Kind() == fhirjson.String && name == "batch":
		return s.batch, nil
	case typ.Kind() == fhirjson.String && name == "transaction":
		return s.transaction, nil
	case typ == nil:
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeRequired,
			`the Bundle has no type; POST to the base takes a Bundle of type "batch" or "transaction"`).at("Bundle.type")
	default:
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
			`POST to the base takes a Bundle of type "batch" or "transaction", not %s; any other Bundle is stored, as a whole, by POST to [base]/Bundle`, typ.Raw()).at("Bundle.type")
	}
}

// batch does each entry for itself, one after the other: that one fails means
// nothing to the others.
func (s *server) batch(ctx context.Context, by caller, entries []*bundleEntry) (*response, error) {
	answers := s.newAnswers("batch-response", len(entries))
	for _, e := range entries {
		r, act := s.entryRequest(by, e), action{}
		answer := s.dispatcher.answer(r, func(r *request) (answer *response, err error) {
			if err := answers.room(); err != nil {
				return nil, err
			}
			var view *store.View
			if act, view, err = s.enterEntry(by, e, r); err != nil {
				return nil, err
			}
			return act.run(ctx, view)
		})
		answers.add(r, act, answer)
	}
	return answers.response(), nil
}
