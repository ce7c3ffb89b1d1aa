package api

import (
	"errors"
	"fmt"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// refused is an error of the API's own: what of the request cannot be served.
type refused struct {
	status     int
	code       fhir.IssueType
	expression string
	text       string
	header     http.Header
}

func refuse(status int, code fhir.IssueType, format string, args ...any) *refused {
	return &refused{status: status, code: code, text: fmt.Sprintf(format, args...)}
}

// at says where the fault is: a FHIRPath, or "http." and the name of a header or
// parameter.
func (e *refused) at(expression string) *refused {
	e.expression = expression
	return e
}

func (e *refused) Error() string { return e.text }

// errorList collects errors; join is nil where there are none.
type errorList []error

func (l errorList) join() error { return errors.Join(l...) }

// errManyMatches: the criteria of a conditional interaction do not single one
// resource out.
var errManyMatches = refuse(http.StatusPreconditionFailed, fhir.IssueTypeMultipleMatches, "the criteria match more than one resource; make them more specific")
