package validation

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// items checks an array. A null stands only in an array of primitives, or of
// their companions, where the other array has something (json.html#primitive). An
// array that ends before the other has nothing for the rest.
func (c *checker) items(o *object, p *property, items []*fhirjson.Node, shadow bool) {
	switch {
	case len(items) == 0:
		c.empty("array")
		return
	case p.max == 0:
		c.fault(codeStructure, "is not allowed here")
		return
	case p.max > 1 && len(items) > p.max:
		c.fault(codeStructure, fmt.Sprintf("occurs %d times, and at most %d times is allowed", len(items), p.max))
	}
	var partners []*fhirjson.Node
	if p.primitive() {
		partners = o.node.Get(p.partner(shadow)).Items()
	}
	for i, item := range items {
		if c.full() {
			return
		}
		c.at(i)
		if item.Kind() != fhirjson.Null || !p.primitive() {
			c.value(p, item, shadow)
		} else if i >= len(partners) || partners[i].Kind() == fhirjson.Null {
			c.fault(codeStructure, "must not be null without a value in "+p.partner(shadow)+" at the same place")
		}
	}
	c.at(noIndex)
}

// partner is the name of a property's companion, or of whose companion it is.
func (p *property) partner(shadow bool) string {
	if shadow {
		return p.json
	}
	return p.shadow
}
