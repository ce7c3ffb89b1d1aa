package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// conditionalPatch changes the one resource that criteria match
// (http.html#patch).
func (s *server) conditionalPatch(r *request) (action, error) {
	where, expected, err := s.conditions(r)
	if err != nil {
		return action{}, err
	}
	change, err := s.readPatch(r)
	if err != nil {
		return action{}, err
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		meant, err := s.target(ctx, tx.Reader, r, where)
		if err != nil {
			return store.Written{}, err
		}
		if !meant.found {
			return store.Written{}, errNoMatch
		}
		return tx.Patch(ctx, meant.key, expected, change)
	})
}

// errNoMatch: a patch makes nothing out of nothing.
var errNoMatch = refuse(http.StatusNotFound, fhir.IssueTypeNotFound, "the criteria match no resource, or none that the access token reaches")
