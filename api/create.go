package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// create stores a resource under an id that the server chooses
// (http.html#create). An id in the body is ignored.
func (s *server) create(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	if r.header.Get("If-None-Exist") != "" {
		return action{}, refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported,
			"conditional create is not supported; search first, then create without If-None-Exist").at("http.If-None-Exist")
	}
	if _, err := r.ifMatch(); err != nil {
		return action{}, err
	}
	resource, err := r.readResource()
	if err != nil {
		return action{}, err
	}
	draft, err := s.drafter.Draft(r.typ, resource)
	if err != nil {
		return action{}, err
	}
	key, err := store.NewKey(r.typ)
	if err != nil {
		return action{}, err
	}
	return writing(func(ctx context.Context, tx *store.Tx) (*response, error) {
		written, err := tx.Create(ctx, key, draft)
		if err != nil {
			return nil, err
		}
		return s.written(r, written), nil
	})
}
