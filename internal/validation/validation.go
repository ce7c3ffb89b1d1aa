// Package validation checks resources against the structures of R4: which
// elements there are, how often, of which type, and what their values look like.
// docs/validation.md says what is checked and what is not.
package validation

import "github.com/granary-fhir/granary/internal/fhirjson"

// MaxIssues is how many issues are told at most, so that a hostile resource has
// no huge answer. One more then says that there are more.
const MaxIssues = 100

// Resource checks a resource of a type and returns all that is wrong with it, in
// the order of the document, what is missing after what is there; nil if nothing
// is wrong.
func Resource(typ string, resource *fhirjson.Node) []Issue {
	c := newChecker(typ)
	if c.outline(typ, resource) {
		c.root(typ, resource)
	}
	return c.issues
}

// Outline checks no more than that a resource is one of a type, whose id and meta
// can be put in. Whatever Outline finds Resource finds too.
func Outline(typ string, resource *fhirjson.Node) []Issue {
	c := newChecker(typ)
	if c.outline(typ, resource) {
		if meta := resource.Get("meta"); meta != nil && meta.Kind() != fhirjson.Object {
			c.enter("meta")
			c.wrongKind(fhirjson.Object, meta.Kind())
			c.leave()
		}
	}
	return c.issues
}

// outline tells whether to look further.
func (c *checker) outline(typ string, resource *fhirjson.Node) bool {
	if resource.Kind() != fhirjson.Object {
		c.fault(codeStructure, "a resource is a JSON object, not "+resource.Kind().String())
		return false
	}
	own := resource.Get("resourceType")
	if own.Kind() == fhirjson.String && own.Text() == typ {
		return true
	}
	c.enter("resourceType")
	defer c.leave()
	c.fault(codeStructure, "must be "+quote(typ)+insteadOf(own))
	return own == nil
}

// insteadOf says what stands where a string should.
func insteadOf(n *fhirjson.Node) string {
	switch {
	case n == nil:
		return "; it is missing"
	case n.Kind() == fhirjson.String:
		return ", not " + quote(n.Text())
	}
	return ", not " + n.Kind().String()
}
