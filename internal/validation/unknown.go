package validation

import (
	"strings"

	"github.com/granary-fhir/granary/internal/spelling"
)

// unknown says that a name is not one of an element, and which may be meant.
func (c *checker) unknown(o *object, name string) {
	if isName(name) {
		c.enter(name)
		defer c.leave()
	}
	plain, shadow := strings.CutPrefix(name, "_")
	if p := o.properties[plain]; shadow && p != nil {
		c.noCompanion(p)
		return
	}
	text := o.name + " has no element " + quote(name)
	if e := o.choice(plain); e != nil {
		o.present |= e.bit // it is there, if wrongly
		c.fault(codeStructure, text+"; "+e.name+" is written as "+choices(e))
		return
	}
	if meant := nearest(plain, o.names); meant != "" {
		text += "; is " + strings.Repeat("_", len(name)-len(plain)) + meant + " meant?"
	} else if len(o.names) <= maxListed {
		text += "; it has " + strings.Join(o.names, ", ")
	}
	c.fault(codeStructure, text)
}

func (c *checker) noCompanion(p *property) {
	why := "is of type " + p.typ + ", and only primitives have a companion with an underscore"
	if p.primitive() {
		why = "has no extensions, and so no companion with an underscore"
	}
	c.fault(codeStructure, quote(p.shadow)+" is not an element: "+p.json+" "+why)
}

// choice is the element that a name without its type, or with a wrong one, means:
// "value", "valueMoney".
func (o *object) choice(name string) *element {
	for _, e := range o.elements {
		rest, ok := strings.CutPrefix(name, e.name)
		if ok && len(e.types) > 0 && (rest == "" || isType(rest)) {
			return e
		}
	}
	return nil
}

// isType tells whether the end of a choice's name is a data type's.
func isType(name string) bool {
	_, complex := structures()[name]
	_, primitive := structures()[strings.ToLower(name[:1])+name[1:]]
	return complex || primitive
}

// isName tells whether a client's name may stand in an expression.
func isName(name string) bool {
	if name == "" || len(name) > maxQuote || isDigit(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

// nearest is the name that differs least, if it differs little.
func nearest(name string, names []string) string {
	const maxLength = 40 // longer ones are no slips of the pen
	if len(name) < 3 || len(name) > maxLength || isDigit(name[0]) {
		return ""
	}
	best, least := "", 3
	for _, candidate := range names {
		if strings.EqualFold(candidate, name) {
			return candidate
		}
		if difference := len(candidate) - len(name); difference >= least || difference <= -least || len(candidate) > maxLength {
			continue
		}
		if d := spelling.Distance(name, candidate); d < least && 2*d < len(candidate) {
			best, least = candidate, d
		}
	}
	return best
}
