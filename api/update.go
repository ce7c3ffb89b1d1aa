package api

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

// update replaces a resource, or creates it under the client's id
// (http.html#update).
func (s *server) update(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	expected, err := r.precondition()
	if err != nil {
		return action{}, err
	}
	resource, err := r.readResource()
	if err != nil {
		return action{}, err
	}
	if err := r.checkID(resource); err != nil {
		return action{}, err
	}
	draft, err := s.drafter.Draft(r.typ, resource)
	if err != nil {
		return action{}, err
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		return tx.Update(ctx, r.resource(), draft, expected)
	})
}
