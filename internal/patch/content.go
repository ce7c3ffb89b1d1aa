package patch

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// content is what is to become an element: a value, a companion if it is a
// primitive, or both.
type content struct {
	element          *definitions.Element
	property         string
	value, companion *tree
}

// content makes the parameter an element of a type; for the first of the types
// that has one of the name, and allows it.
func (p *parameter) content(types []string, name string) (content, error) {
	var mismatch error
	for _, typ := range types {
		e, ok := elementOf(typ, name)
		if !ok {
			continue
		}
		c, err := p.as(typ, e)
		if err == nil {
			return c, nil
		}
		mismatch = err
	}
	if mismatch == nil {
		mismatch = fail(Malformed, p.at, "%v", noElement(types, name))
	}
	return content{}, mismatch
}

// as makes the parameter an element.
func (p *parameter) as(parent string, e *definitions.Element) (content, error) {
	c := content{element: e, property: e.Name}
	typ, err := p.typeFor(parent, e)
	if err != nil {
		return c, err
	}
	if e.Choice {
		c.property += strings.ToUpper(typ[:1]) + typ[1:]
	}
	if len(p.parts) > 0 {
		c.value, err = p.build(typ)
		return c, err
	}
	if p.value != nil {
		c.value = newTree(p.value)
	}
	if p.companion != nil {
		c.companion = newTree(p.companion)
	}
	return c, nil
}

// typeFor is the type that the parameter has as an element. A value has its own,
// and parts are for what is no value of a parameter (fhirpatch.html). XHTML, which
// has no other form, is a string.
func (p *parameter) typeFor(parent string, e *definitions.Element) (string, error) {
	if len(p.parts) > 0 {
		if typ := e.Types[0].Code; !e.Choice && !isPrimitive(typ) && typ != "Resource" {
			return typ, nil
		}
		return "", p.mistyped(parent, e, "parts")
	}
	for _, t := range e.Types {
		if t.Code == p.typ || t.Code == "xhtml" && p.typ == "string" {
			return t.Code, nil
		}
	}
	return "", p.mistyped(parent, e, "a "+p.typ)
}

func (p *parameter) mistyped(parent string, e *definitions.Element, found string) error {
	var allowed []string
	for _, t := range e.Types {
		allowed = append(allowed, t.Code)
	}
	return fail(Malformed, p.at, "%s.%s is of type %s; %s is given", parent, e.Name, strings.Join(allowed, ", "), found)
}

// build makes an object of parts, which have the names of its elements; those of
// a list may repeat.
func (p *parameter) build(typ string) (*tree, error) {
	object := &place{index: -1, typ: typ, value: newObject()}
	for i := range p.parts {
		part := &p.parts[i]
		c, err := part.content([]string{typ}, part.name)
		if err != nil {
			return nil, err
		}
		if reason := object.put(c); reason != "" {
			return nil, fail(Malformed, part.at, "%s.%s is given twice", typ, part.name)
		}
	}
	return object.value, nil
}
