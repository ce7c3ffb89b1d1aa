package api

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// readBody returns the body if it has one of the media types.
func (r *request) readBody(types ...string) ([]byte, error) {
	if err := r.bodyType(types); err != nil {
		return nil, err
	}
	return r.wholeBody()
}

// wholeBody returns the body, of whichever type; 413 if it is too long.
func (r *request) wholeBody() ([]byte, error) {
	resume := r.pause()
	body, err := r.decoded()
	if err != nil {
		return nil, r.brokenBody(err)
	}
	// One byte more than the limit tells that there is more; compressed bytes
	// are limited already, see newRequest.
	text, err := io.ReadAll(io.LimitReader(body, r.limit+1))
	if err != nil {
		return nil, r.brokenBody(err)
	}
	if err := resume(); err != nil {
		return nil, err
	}
	if int64(len(text)) > r.limit {
		return nil, &http.MaxBytesError{Limit: r.limit}
	}
	return text, nil
}

// decoded is the body without its Content-Encoding (RFC 9110, section 8.4).
func (r *request) decoded() (io.Reader, error) {
	codings := listed(r.header.Values("Content-Encoding"))
	switch {
	case len(codings) == 0, len(codings) == 1 && strings.EqualFold(codings[0], "identity"):
		return r.body, nil
	case len(codings) == 1 && (strings.EqualFold(codings[0], "gzip") || strings.EqualFold(codings[0], "x-gzip")):
		return gzip.NewReader(r.body)
	}
	refused := unsupportedMedia("send the body with Content-Encoding: gzip, or without one").at("http.Content-Encoding")
	refused.header = http.Header{"Accept-Encoding": {"gzip"}} // RFC 9110, section 15.5.16
	return nil, refused
}

// brokenBody is what it means that the body cannot be read to its end.
func (r *request) brokenBody(err error) error {
	var own *refused
	var deflate flate.CorruptInputError
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &deflate):
		return refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the body is not the gzip that its Content-Encoding says").at("http.Content-Encoding")
	}
	return r.unread(err)
}
