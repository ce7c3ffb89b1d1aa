package api

import (
	"context"
	"net/http"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// meta returns the meta of a resource, or of one of its versions, to those who may
// read it (resource-operation-meta.html). R4 has it for types and for the system too,
// and leaves that to the server: this one would have to go through all that the
// caller may see. $meta-add and $meta-delete do not exist: scopes may be about tags
// and labels, so that these change by updates alone, which are checked (leaks row 31).
func (s *server) meta(r *request) (action, error) {
	if err := r.readParameters(params{}.of); err != nil {
		return action{}, err
	}
	if err := r.only(nil, nil); err != nil {
		return action{}, err
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		found, err := r.named(ctx, reader)
		if err != nil {
			return nil, err
		}
		body, err := metaOf(found)
		return &response{status: http.StatusOK, body: body, about: found.Body}, err
	})
}

// named is the resource in the path, or the version.
func (r *request) named(ctx context.Context, reader *store.Reader) (store.Resource, error) {
	if r.version != "" {
		return reader.VersionRead(ctx, r.resource(), parseVersion(r.version))
	}
	return reader.Read(ctx, r.resource())
}

// metaOf is the answer: Parameters, since a Meta is no resource (operations.html#response).
func metaOf(found store.Resource) ([]byte, error) {
	resource, err := fhirjson.Parse(found.Body)
	if err != nil {
		return nil, err
	}
	var result, answer fhirjson.Builder
	result.AddString("name", "return").Add("valueMeta", resource.Get("meta").Raw())
	answer.AddString("resourceType", "Parameters").Add("parameter", fhirjson.List(result.Bytes()))
	return answer.Bytes(), nil
}
