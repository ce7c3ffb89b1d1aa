package api

import (
	"context"

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
		return r.show(found, shown)
	})
}
