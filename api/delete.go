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
	expected, err := r.precondition()
	if err != nil {
		return action{}, err
	}
	return writing(func(ctx context.Context, tx *store.Tx) (*response, error) {
		written, err := tx.Delete(ctx, r.resource(), expected)
		if err != nil {
			return nil, err
		}
		return r.deleted(written, deletedOrAbsent), nil
	})
}

// deletedOrAbsent is all that a delete tells of what was there.
const deletedOrAbsent = "deleted, or not there"

// deleted is the response to a delete: no body, unless the client prefers a word.
func (r *request) deleted(w store.Written, text string) *response {
	a := &response{status: http.StatusNoContent, version: w.Version, modified: w.Updated}
	if r.returns() == returnOutcome {
		a.status = http.StatusOK
		a.body = informed(text)
	}
	return a
}

// informed is an OperationOutcome that only informs.
func informed(text string) []byte {
	return operationOutcome(fhir.IssueSeverityInformation, []issue{{code: fhir.IssueTypeInformational, text: text}})
}
