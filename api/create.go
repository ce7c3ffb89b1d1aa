package api

import (
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// create stores a resource under an id that the server chooses
// (http.html#create). An id in the body is ignored.
func (s *server) create(view *store.View, r *request) (*response, error) {
	if err := r.done(); err != nil {
		return nil, err
	}
	if r.header.Get("If-None-Exist") != "" {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported,
			"conditional create is not supported; search first, then create without If-None-Exist").at("http.If-None-Exist")
	}
	if _, err := r.ifMatch(); err != nil {
		return nil, err
	}
	resource, err := r.readResource()
	if err != nil {
		return nil, err
	}
	var written store.Written
	err = view.Transact(r.context, func(tx *store.Tx) (err error) {
		written, err = tx.Create(r.context, r.typ, resource)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.written(r, written), nil
}
