package validation

import (
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// scope is the resource within which references to contained resources are
// resolved: the one that contains, never a contained one (references.html#contained).
type scope struct {
	container *fhirjson.Node
	contained bool              // the checker is in a contained resource
	ids       map[string]string // of the contained resources, with their types; made when asked for
	// conditional references may stand in the entries of a transaction, which
	// when a Bundle is stored is stored as it is (http.html#trules).
	conditional bool
}

// root checks a resource that is contained in no other.
func (c *checker) root(typ string, n *fhirjson.Node) {
	outer := c.scope
	c.scope = scope{container: n, conditional: outer.conditional}
	if typ == "Bundle" {
		c.scope.conditional = n.Get("type").Text() == "transaction"
	}
	if s := structures()[typ]; s != nil && s.resource {
		c.object(s, n)
	} else {
		c.fault(codeStructure, quote(typ)+" is no resource type"+suggestion(typ, definitions.ResourceTypes()))
	}
	c.scope = outer
}

// nested checks a resource inside another: contained, or as the content of a
// Bundle's entry or of a parameter.
func (c *checker) nested(p *property, n *fhirjson.Node) {
	if n.Kind() != fhirjson.Object {
		c.wrongKind(fhirjson.Object, n.Kind())
		return
	}
	own := n.Get("resourceType")
	typ := own.Text()
	if own.Kind() != fhirjson.String || !definitions.IsResourceType(typ) {
		c.enter("resourceType")
		c.fault(codeStructure, "must be a resource type"+insteadOf(own)+suggestion(typ, definitions.ResourceTypes()))
		c.leave()
		return
	}
	if p.name == "contained" {
		c.containedResource(typ, n)
		return
	}
	c.root(typ, n)
}

// containedResource checks a resource that lives in another.
func (c *checker) containedResource(typ string, n *fhirjson.Node) {
	if c.scope.contained {
		c.fault(codeInvariant, "a contained resource contains no others; put this into the containing resource (dom-2)")
		return
	}
	c.scope.contained = true
	c.object(structures()[typ], n)
	c.scope.contained = false
}

// lookup is the type of the contained resource that has the id.
func (s *scope) lookup(id string) (typ string, ok bool) {
	if s.ids == nil {
		s.ids = make(map[string]string)
		for _, contained := range s.container.Get("contained").Items() {
			s.ids[contained.Get("id").Text()] = contained.Get("resourceType").Text()
		}
	}
	typ, ok = s.ids[id]
	return typ, ok && id != ""
}
