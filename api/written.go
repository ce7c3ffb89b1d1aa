package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/granary-fhir/granary/store"
)

// storing is an action that leaves a version of a resource behind, and answers with
// it.
func (s *server) storing(r *request, write func(context.Context, *store.Tx) (store.Written, error)) (action, error) {
	return writing(func(ctx context.Context, tx *store.Tx) (*response, error) {
		written, err := write(ctx, tx)
		if err != nil {
			return nil, err
		}
		return s.written(r, written), nil
	})
}

// written is the response to a create, update or patch (http.html#create,
// http.html#return). It says where the resource is if the client could not know:
// if it was created, or named by criteria. What the caller may write but not read
// is not shown, whatever it prefers (leaks.md row 57).
func (s *server) written(r *request, w store.Written) *response {
	a := resourceResponse(http.StatusOK, w.Resource, nil)
	if w.Outcome == store.Created {
		a.status = http.StatusCreated
	}
	if w.Outcome == store.Created || r.key == "" {
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
