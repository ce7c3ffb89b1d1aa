package validation

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// object is a JSON object and what it should be.
type object struct {
	*structure
	node    *fhirjson.Node
	present uint64 // bits of the elements that are there
}

// object checks an object with all that is in it.
func (c *checker) object(s *structure, n *fhirjson.Node) {
	switch {
	case n.Kind() != fhirjson.Object:
		c.wrongKind(fhirjson.Object, n.Kind())
		return
	case len(n.Members()) == 0:
		c.empty("object")
		return
	}
	o := object{structure: s, node: n}
	members := n.Members()
	for i := range members {
		if c.full() {
			return
		}
		c.member(&o, &members[i])
	}
	for _, e := range s.required {
		if o.present&e.bit == 0 {
			c.missing(e)
		}
	}
	if s.rule != nil {
		s.rule(c, o)
	}
}

func (c *checker) empty(what string) {
	c.fault(codeStructure, "is an empty "+what+"; what has no value is left out")
}

func (c *checker) missing(e *element) {
	text := "is required"
	if len(e.types) > 0 {
		text += ", as " + choices(e)
	}
	c.enter(e.name)
	c.fault(codeRequired, text)
	c.leave()
}

func (c *checker) member(o *object, m *fhirjson.Member) {
	if o.resource && m.Name == "resourceType" {
		return // who called knows it
	}
	name, shadow := strings.CutPrefix(m.Name, "_")
	p := o.properties[name]
	if p == nil || shadow && !p.accompanied() {
		c.unknown(o, m.Name)
		return
	}
	c.enter(p.name)
	if p.bit&o.present != 0 && len(p.types) > 0 {
		c.otherChoice(o, p)
	}
	o.present |= p.bit
	c.property(o, p, m.Value, shadow)
	c.leave()
}

// property checks the value of a property, or its companion's.
func (c *checker) property(o *object, p *property, value *fhirjson.Node, shadow bool) {
	switch isArray := value.Kind() == fhirjson.Array; {
	case value.Kind() == fhirjson.Null:
		c.fault(codeStructure, "must not be null; what has no value is left out")
	case !isArray && p.array:
		c.fault(codeStructure, "must be an array, even of one")
		c.value(p, value, shadow)
	case !isArray:
		c.value(p, value, shadow)
	default:
		if !p.array {
			c.fault(codeStructure, "must not be an array: there is at most one")
		}
		c.items(o, p, value.Items(), shadow)
	}
}

// value checks one value.
func (c *checker) value(p *property, n *fhirjson.Node, shadow bool) {
	switch {
	case shadow:
		c.object(p.structure, n)
	case p.primitive():
		c.primitive(p, n)
	case p.typ == anyResource:
		c.nested(p, n)
	default:
		c.object(p.structure, n)
		c.typed(p, n)
	}
}

// typed checks what depends on where a value of a type stands.
func (c *checker) typed(p *property, n *fhirjson.Node) {
	switch {
	case p.typ == "Reference":
		c.reference(p, n)
	case p.codes != nil:
		c.concept(p.codes, n)
	}
}
