package api

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

// create stores a resource under an id that the server chooses
// (http.html#create). An id in the body is ignored.
func (s *server) create(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	if err := r.noPrecondition(); err != nil {
		return action{}, err
	}
	draft, err := s.readDraft(r)
	if err != nil {
		return action{}, err
	}
	if r.conditionalCreate() {
		return s.createIfNone(r, draft)
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		meant, err := r.place()
		if err != nil {
			return store.Written{}, err
		}
		return tx.Create(ctx, meant.key, draft)
	})
}

// place is where a new resource goes: where a transaction Bundle has said, since
// its other entries refer to it, or anywhere.
func (r *request) place() (target, error) {
	if r.target != nil {
		return *r.target, nil
	}
	key, err := store.NewKey(r.typ)
	return target{key: key}, err
}

// readDraft reads the resource in the body and checks it.
func (s *server) readDraft(r *request) (store.Draft, error) {
	resource, err := r.readResource()
	if err != nil {
		return store.Draft{}, err
	}
	return s.drafter.Draft(r.typ, resource)
}
