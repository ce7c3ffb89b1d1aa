package api

import (
	"net/http"
	"strconv"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// envelope are the parameters of a $validate as they were sent.
type envelope struct {
	mode, profile string
	resource      *fhirjson.Node
}

// open takes the parameters from a body: Parameters, or the resource itself. A
// Parameters is always the envelope; to validate one it is put into another.
func (e *envelope) open(body *fhirjson.Node) error {
	if body.Get("resourceType").Text() != "Parameters" {
		e.resource = body
		return nil
	}
	for i, part := range body.Get("parameter").Items() {
		if err := e.take(part); err != nil {
			return err.at("Parameters.parameter[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

// take takes one parameter.
func (e *envelope) take(part *fhirjson.Node) *refused {
	switch name := part.Get("name").Text(); name {
	case "mode":
		return e.set(&e.mode, part, name, "valueCode")
	case "profile":
		return e.set(&e.profile, part, name, "valueUri", "valueCanonical")
	case "resource":
		resource := part.Get("resource")
		if resource.Kind() != fhirjson.Object {
			return refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the parameter resource has a resource, which is an object")
		}
		if e.resource != nil {
			return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the parameter resource stands twice; it is one")
		}
		e.resource = resource
		return nil
	}
	return refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported, "$validate has no parameter of this name; it has resource, mode and profile")
}

// set sets a parameter to the value of one of the names. It may be in the URL as
// well if it is the same there.
func (e *envelope) set(to *string, part *fhirjson.Node, name string, values ...string) *refused {
	var value *fhirjson.Node
	for _, of := range values {
		if value == nil {
			value = part.Get(of)
		}
	}
	switch {
	case value.Kind() != fhirjson.String || value.Text() == "":
		return refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the parameter %s has a %s", name, values[0])
	case *to != "" && *to != value.Text():
		return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the parameter %s is given twice, and differently", name)
	}
	*to = value.Text()
	return nil
}
