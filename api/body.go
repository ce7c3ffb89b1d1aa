package api

import (
	"bytes"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// readResource reads the resource in the body, which must be of the type in the
// path.
func (r *request) readResource() (*fhirjson.Node, error) {
	resource, err := r.readObject()
	if err != nil {
		return nil, err
	}
	return resource, r.checkType(resource)
}

// readObject reads the JSON object in the body.
func (r *request) readObject() (*fhirjson.Node, error) {
	if r.content != nil {
		return r.content, nil
	}
	body, err := r.readBody(mediaTypes...)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "the body is empty; it must be a %s", r.typ)
	}
	resource, err := fhirjson.Parse(body)
	if err != nil {
		return nil, err
	}
	if resource.Kind() != fhirjson.Object {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the body is a JSON %s; it must be an object, a %s", resource.Kind(), r.typ)
	}
	return resource, nil
}

// checkType compares the type of a resource with that in the path.
func (r *request) checkType(resource *fhirjson.Node) error {
	typ := resource.Get("resourceType")
	switch {
	case typ.Text() == "" || typ.Kind() != fhirjson.String:
		return refuse(http.StatusBadRequest, fhir.IssueTypeRequired, `the body has no "resourceType"; it must be %q`, r.typ).at("resourceType")
	case typ.Text() != r.typ:
		return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the body is a %q and the path is for a %s", typ.Text(), r.typ).at("resourceType")
	}
	return nil
}

// checkID compares the id in the body of an update with that in the path
// (http.html#update).
func (r *request) checkID(resource *fhirjson.Node) error {
	id := resource.Get("id")
	switch {
	case id == nil:
		return refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "the body has no id; an update must repeat the id of the path").at(r.typ + ".id")
	case id.Kind() != fhirjson.String || id.Text() != r.key:
		return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the id in the body is not that in the path").at(r.typ + ".id")
	}
	return nil
}
