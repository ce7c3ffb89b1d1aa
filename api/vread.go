package api

import (
	"net/http"

	"github.com/granary-fhir/granary/store"
)

// versionRead returns one version of a resource (http.html#vread).
func (s *server) versionRead(view *store.View, r *request) (*response, error) {
	shown, err := r.readView()
	if err != nil {
		return nil, err
	}
	found, err := view.VersionRead(r.context, r.resource(), parseVersion(r.version))
	if err != nil {
		return nil, err
	}
	body, err := shown.apply(r.typ, found.Body)
	return resourceResponse(http.StatusOK, found, body), err
}
