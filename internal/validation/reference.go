package validation

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/links"
)

// reference checks where a Reference leads (references.html#Reference). One that
// has only an identifier or a display leads nowhere, and is fine.
func (c *checker) reference(p *property, n *fhirjson.Node) {
	if literal := n.Get("reference"); literal.Kind() == fhirjson.String && literal.Text() != "" {
		c.enter("reference")
		typ, wrong := c.target(literal.Text())
		if wrong == "" {
			wrong = mayLead(p, typ)
		}
		if wrong != "" {
			c.fault(codeValue, wrong)
		}
		c.leave()
		c.referenceType(p, n.Get("type"), typ)
		return
	}
	c.referenceType(p, n.Get("type"), "")
}

// target is the type that a literal reference leads to, "" if it does not tell,
// and what is wrong with it.
func (c *checker) target(literal string) (typ, wrong string) {
	if literal[0] == '#' {
		return c.fragment(literal)
	}
	if fhirpath.IsAbsolute(literal) {
		if !isURI(literal) {
			return "", quote(literal) + " has a space or a control character in it"
		}
		return "", ""
	}
	if typ, _, ok := links.Conditional(literal); ok {
		if c.scope.conditional {
			return typ, ""
		}
		return "", "the conditional reference " + quote(literal) + " is for transactions only; a resource refers by Type/id"
	}
	prefix, typ, _, ok := fhirpath.SplitLiteral(literal)
	if ok && prefix == "" {
		return typ, ""
	}
	wrong = quote(literal) + " is no reference: Type/id, Type/id/_history/version, an absolute URL, urn:uuid:…, or #id of a contained resource"
	if typ, _, ok := strings.Cut(literal, "/"); ok && typ != "" && !definitions.IsResourceType(typ) {
		wrong += "; " + quote(typ) + " is no resource type" + suggestion(typ, definitions.ResourceTypes())
	}
	return "", wrong
}

// fragment resolves a reference to a contained resource. "#" alone is the
// containing one.
func (c *checker) fragment(literal string) (typ, wrong string) {
	if literal == "#" && c.scope.contained {
		return c.scope.container.Get("resourceType").Text(), ""
	}
	typ, ok := c.scope.lookup(literal[1:])
	if !ok {
		return "", "no contained resource has the id that " + quote(literal) + " refers to (ref-1)"
	}
	return typ, ""
}

// mayLead says what is wrong if a reference leads to another type than its
// definition admits.
func mayLead(p *property, typ string) string {
	if typ == "" || len(p.targets) == 0 || slices.Contains(p.targets, typ) {
		return ""
	}
	return "refers to " + quote(typ) + ", and " + p.name + " may refer to " + alternatives(p.targets) + " only"
}

const typeBase = "http://hl7.org/fhir/StructureDefinition/"

// referenceType checks Reference.type, which says where an absolute or logical
// reference leads and agrees with a literal one.
func (c *checker) referenceType(p *property, n *fhirjson.Node, literal string) {
	typ := strings.TrimPrefix(n.Text(), typeBase)
	if n.Kind() != fhirjson.String || typ == "" || fhirpath.IsAbsolute(typ) {
		return
	}
	wrong := mayLead(p, typ)
	switch {
	case !definitions.IsResourceType(typ):
		wrong = quote(typ) + " is no resource type" + suggestion(typ, definitions.ResourceTypes())
	case literal != "" && literal != typ:
		wrong = "is " + quote(typ) + ", and the reference is to " + quote(literal)
	}
	if wrong != "" {
		c.enter("type")
		c.fault(codeValue, wrong)
		c.leave()
	}
}

// suggestion asks whether another name is meant, if one is near.
func suggestion(name string, names []string) string {
	if meant := nearest(name, names); meant != "" {
		return "; is " + meant + " meant?"
	}
	return ""
}
