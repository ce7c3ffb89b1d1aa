package validation

import "strings"

// otherChoice says that an element has values of two types
// (formats.html#choice). A value and its own companion are one.
func (c *checker) otherChoice(o *object, p *property) {
	for i := range o.node.Members() {
		name := strings.TrimPrefix(o.node.Members()[i].Name, "_")
		other := o.properties[name]
		switch {
		case other == p:
			return // said at the first, if there is another
		case other != nil && other.element == p.element:
			c.fault(codeStructure, "has both "+other.json+" and "+p.json+"; one type must be chosen")
			return
		}
	}
}

// choices are the names under which a choice may stand.
func choices(e *element) string {
	if len(e.types) > maxListed {
		return e.name + capitalise(e.types[0]) + " or with another type's name"
	}
	names := make([]string, len(e.types))
	for i, typ := range e.types {
		names[i] = e.name + capitalise(typ)
	}
	return alternatives(names)
}

// maxListed is how many names or codes are listed as what would be right.
const maxListed = 12

// alternatives is "a, b or c".
func alternatives(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
