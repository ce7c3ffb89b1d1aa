package api

import (
	"context"
	"net/http"

	"github.com/granary-fhir/granary/store"
)

// versionRead returns one version of a resource (http.html#vread).
func (s *server) versionRead(r *request) (action, error) {
	shown, err := r.readView()
	if err != nil {
		return action{}, err
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		found, err := reader.VersionRead(ctx, r.resource(), parseVersion(r.version))
		if err != nil {
			return nil, err
		}
		body, err := shown.apply(r.typ, found.Body)
		return resourceResponse(http.StatusOK, found, body), err
	})
}
