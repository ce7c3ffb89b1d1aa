package api

import (
	"context"
	"net/http"

	"github.com/granary-fhir/granary/store"
)

// read returns the current version of a resource (http.html#read), or 304 to a
// client that has it (http.html#cread).
func (s *server) read(r *request) (action, error) {
	shown, err := r.readView()
	if err != nil {
		return action{}, err
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		found, err := reader.Read(ctx, r.resource())
		if err != nil {
			return nil, err
		}
		return r.show(found, shown)
	})
}

// show is the response with a version, or 304 to a client that has it.
func (r *request) show(found store.Resource, shown subset) (*response, error) {
	if r.notModified(found) {
		return resourceResponse(http.StatusNotModified, found, nil), nil
	}
	body, err := shown.apply(r.typ, found.Body)
	return resourceResponse(http.StatusOK, found, body), err
}
