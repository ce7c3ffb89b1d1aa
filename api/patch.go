package api

import (
	"context"
	"errors"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/patch"
	"github.com/granary-fhir/granary/store"
)

// change is what a patch makes of the current version of a resource.
type change func(current store.Resource) (store.Draft, error)

// patch changes parts of a resource (http.html#patch).
func (s *server) patch(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	expected, err := r.precondition()
	if err != nil {
		return action{}, err
	}
	change, err := s.readPatch(r)
	if err != nil {
		return action{}, err
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		return tx.Patch(ctx, r.resource(), expected, change)
	})
}

// readPatch reads the patch in the body, or in the resource of a Bundle's entry.
// What it makes of a resource must be one that an update could have sent.
func (s *server) readPatch(r *request) (change, error) {
	read, err := r.parsePatch()
	if err != nil {
		return nil, explainPatch(err)
	}
	return func(current store.Resource) (store.Draft, error) {
		before, err := fhirjson.Parse(current.Body)
		if err != nil {
			return store.Draft{}, err
		}
		after, err := read.Apply(before)
		if err != nil {
			return store.Draft{}, explainPatch(err)
		}
		if err := sameIdentity(before, after, current.Type); err != nil {
			return store.Draft{}, err
		}
		return s.drafter.Draft(current.Type, after)
	}, nil
}

// sameIdentity refuses a patch that makes another resource of the one it is for.
func sameIdentity(before, after *fhirjson.Node, typ string) error {
	for _, name := range []string{"resourceType", "id"} {
		if after.Get(name).Kind() != fhirjson.String || after.Get(name).Text() != before.Get(name).Text() {
			return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "a patch must leave the %s as it is", name).at(typ + "." + name)
		}
	}
	return nil
}

// patchProblems are what the errors of a patch mean: what is wrong with the patch
// itself is a 400, and a 422 is one that the resource does not bear
// (http.html#patch; RFC 5789 section 2.2).
var patchProblems = map[patch.Kind]struct {
	status int
	code   fhir.IssueType
}{
	patch.Misshapen:    {http.StatusBadRequest, fhir.IssueTypeStructure},
	patch.Malformed:    {http.StatusBadRequest, fhir.IssueTypeInvalid},
	patch.Missing:      {http.StatusBadRequest, fhir.IssueTypeRequired},
	patch.Unsupported:  {http.StatusBadRequest, fhir.IssueTypeNotSupported},
	patch.TooCostly:    {http.StatusUnprocessableEntity, fhir.IssueTypeTooCostly},
	patch.Inapplicable: {http.StatusUnprocessableEntity, fhir.IssueTypeProcessing},
}

func explainPatch(err error) error {
	var e *patch.Error
	if !errors.As(err, &e) {
		return err
	}
	problem := patchProblems[e.Kind]
	return refuse(problem.status, problem.code, "%s", e.Text).at(e.Expression)
}
