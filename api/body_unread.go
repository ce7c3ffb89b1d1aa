package api

import (
	"errors"
	"io"
	"net/http"
	"os"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// unread says why a body could not be read to its end. What broke is asked before
// the context, which net/http cancels as soon as the connection fails.
func (r *request) unread(err error) error {
	var tooLong *http.MaxBytesError
	switch {
	case err == nil, errors.As(err, &tooLong):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, fhir.IssueTypeTimeout, "the body arrived too slowly; send it faster, or less of it")
	case r.context.Err() != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return r.context.Err()
	}
	return refuse(http.StatusBadRequest, fhir.IssueTypeIncomplete, "the body ended before its length was reached")
}
