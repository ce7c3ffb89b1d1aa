package fhirpath

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// node is one compiled operation. It reads its focus, stack[lo:hi], and appends
// its result to the stack, which may move it: nodes hold indices, never slices.
type node interface {
	eval(s *Scratch, lo, hi int)
}

type (
	self     struct{}
	resource struct{}
	path     struct{ steps []node }
	union    struct{ branches []node }
	index    struct{ n int }
	ofType   struct{ name string }
)

func (self) eval(s *Scratch, lo, hi int) { s.stack = append(s.stack, s.stack[lo:hi]...) }

func (resource) eval(s *Scratch, _, _ int) { s.stack = append(s.stack, s.resource) }

func (p path) eval(s *Scratch, lo, hi int) {
	start := len(s.stack)
	for _, step := range p.steps {
		mark := len(s.stack)
		step.eval(s, lo, hi)
		lo, hi = mark, len(s.stack)
	}
	n := copy(s.stack[start:], s.stack[lo:hi])
	s.stack = s.stack[:start+n]
}

func (u union) eval(s *Scratch, lo, hi int) {
	for _, branch := range u.branches {
		branch.eval(s, lo, hi)
	}
}

func (x index) eval(s *Scratch, lo, hi int) {
	if x.n < hi-lo {
		s.stack = append(s.stack, s.stack[lo+x.n])
	}
}

func (o ofType) eval(s *Scratch, lo, hi int) {
	for i := lo; i < hi; i++ {
		if IsA(s.stack[i].Type, o.name) {
			s.stack = append(s.stack, s.stack[i])
		}
	}
}

// child selects the properties of an element by its name in FHIRPath.
type child struct {
	name  string
	cases []childCase
}

// childCase is what the name means on one type, or on any resource.
type childCase struct {
	parent     string
	choice     bool
	properties []property
}

// property is one name in JSON and what may stand there.
type property struct {
	json        string
	typ         string
	kind        fhirjson.Kind
	anyResource bool
	element     *definitions.Element
}

func (c *child) eval(s *Scratch, lo, hi int) {
	for i := lo; i < hi; i++ {
		v := s.stack[i]
		for j := range c.cases {
			if c.cases[j].parent == v.Type || c.cases[j].parent == "Resource" {
				c.selectFrom(s, &c.cases[j], v.Node)
				break
			}
		}
	}
}

func (c *child) selectFrom(s *Scratch, cc *childCase, node *fhirjson.Node) {
	if len(cc.properties) == 1 {
		p := &cc.properties[0]
		p.push(s, node.Get(p.json))
		return
	}
	// A choice has up to fifty properties and an object only a few.
	members := node.Members()
	for i := range members {
		if !strings.HasPrefix(members[i].Name, c.name) {
			continue
		}
		for j := range cc.properties {
			if p := &cc.properties[j]; p.json == members[i].Name {
				p.push(s, members[i].Value)
				break
			}
		}
	}
}

// push appends the values of a property, leaving out what has the wrong kind.
func (p *property) push(s *Scratch, value *fhirjson.Node) {
	switch {
	case value == nil:
	case value.Kind() == fhirjson.Array:
		for _, item := range value.Items() {
			p.pushOne(s, item)
		}
	default:
		p.pushOne(s, value)
	}
}

func (p *property) pushOne(s *Scratch, value *fhirjson.Node) {
	if value.Kind() != p.kind {
		return
	}
	typ := p.typ
	if p.anyResource {
		if typ = value.Get("resourceType").Text(); !definitions.IsResourceType(typ) {
			return
		}
	}
	s.stack = append(s.stack, Value{value, typ, p.element})
}

func (c *child) narrow(types []string) {
	for i := range c.cases {
		c.cases[i].properties = slices.DeleteFunc(c.cases[i].properties, func(p property) bool {
			return !slices.Contains(types, p.typ)
		})
	}
}
