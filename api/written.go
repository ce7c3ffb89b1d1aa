package api

import (
	"net/http"
	"strconv"

	"github.com/granary-fhir/granary/store"
)

// written is the response to a create or an update (http.html#create,
// http.html#return). What the caller may write but not read is not shown,
// whatever it prefers (leaks.md row 57).
func (s *server) written(r *request, w store.Written) *response {
	a := resourceResponse(http.StatusOK, w.Resource, nil)
	if w.Outcome == store.Created {
		a.status = http.StatusCreated
		a.location = s.versionURL(w.Resource)
	}
	switch prefers := r.returns(); {
	case prefers == returnOutcome:
		a.body = informed(string(w.Outcome) + " " + w.Key.String() + ", version " + strconv.FormatInt(w.Version, 10))
	case prefers == returnRepresentation && w.Readable:
		a.body = w.Body
	}
	return a
}
