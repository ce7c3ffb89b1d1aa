package api

import (
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// delete removes a resource (http.html#delete). That it is absent, or hidden
// from the caller, is no error.
func (s *server) delete(view *store.View, r *request) (*response, error) {
	if err := r.done(); err != nil {
		return nil, err
	}
	expected, err := r.ifMatch()
	if err != nil {
		return nil, err
	}
	var written store.Written
	err = view.Transact(r.context, func(tx *store.Tx) (err error) {
		written, err = tx.Delete(r.context, r.resource(), expected)
		return err
	})
	if err != nil {
		return nil, err
	}
	a := &response{status: http.StatusNoContent, version: written.Version, modified: written.Updated}
	if r.returns() == returnOutcome {
		a.status = http.StatusOK
		a.body = informed("deleted, or not there")
	}
	return a, nil
}

// informed is an OperationOutcome that only informs.
func informed(text string) []byte {
	return operationOutcome(fhir.IssueSeverityInformation, []issue{{code: fhir.IssueTypeInformational, text: text}})
}
