package validation

import "github.com/granary-fhir/granary/internal/fhirjson"

// Resource checks a resource of a type and returns all that is wrong with it, in
// the order of the document; nil if nothing is.
func Resource(typ string, resource *fhirjson.Node) []Issue {
	return nil
}
