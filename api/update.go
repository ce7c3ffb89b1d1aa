package api

import (
	"github.com/granary-fhir/granary/store"
)

// update replaces a resource, or creates it under the client's id
// (http.html#update).
func (s *server) update(view *store.View, r *request) (*response, error) {
	if err := r.done(); err != nil {
		return nil, err
	}
	expected, err := r.ifMatch()
	if err != nil {
		return nil, err
	}
	resource, err := r.readResource()
	if err != nil {
		return nil, err
	}
	if err := r.checkID(resource); err != nil {
		return nil, err
	}
	var written store.Written
	err = view.Transact(r.context, func(tx *store.Tx) (err error) {
		written, err = tx.Update(r.context, r.resource(), resource, expected)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.written(r, written), nil
}
