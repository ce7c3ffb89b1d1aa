package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// delete removes a resource (http.html#delete). That it is absent, or hidden
// from the caller, is no error.
func (s *server) delete(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	expected, err := r.ifMatch()
	if err != nil {
		return action{}, err
	}
	return writing(func(ctx context.Context, tx *store.Tx) (*response, error) {
		written, err := tx.Delete(ctx, r.resource(), expected)
		if err != nil {
			return nil, err
		}
		return s.deleted(r, written), nil
	})
}

// deleted is the response to a delete.
func (s *server) deleted(r *request, w store.Written) *response {
	a := &response{status: http.StatusNoContent, version: w.Version, modified: w.Updated}
	if r.returns() == returnOutcome {
		a.status = http.StatusOK
		a.body = informed("deleted, or not there")
	}
	return a
}

// informed is an OperationOutcome that only informs.
func informed(text string) []byte {
	return operationOutcome(fhir.IssueSeverityInformation, []issue{{code: fhir.IssueTypeInformational, text: text}})
}
