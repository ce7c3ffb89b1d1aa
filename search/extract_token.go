package search

import (
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// token makes the entries of search.html#token.
func (x *extraction) token(r *rule, v fhirpath.Value) {
	switch v.Type {
	case "CodeableConcept":
		for _, coding := range v.Node.Get("coding").Items() {
			x.coding(r, coding)
		}
		x.text(r, v.Node.Get("text"))
	case "Coding":
		x.coding(r, v.Node)
	case "Identifier":
		x.identifier(r, v.Node)
	case "ContactPoint":
		x.term(r.param, "", text(v.Node.Get("value")))
	case "code":
		code := v.Node.Text()
		x.term(r.param, x.registry.codes.system(v.Element, code), code)
	default:
		x.term(r.param, "", v.Node.Text())
	}
}

func (x *extraction) coding(r *rule, coding *fhirjson.Node) {
	x.term(r.param, text(coding.Get("system")), text(coding.Get("code")))
	x.text(r, coding.Get("display"))
}

func (x *extraction) identifier(r *rule, identifier *fhirjson.Node) {
	value := text(identifier.Get("value"))
	x.term(r.param, text(identifier.Get("system")), value)
	typ := identifier.Get("type")
	x.text(r, typ.Get("text"))
	if r.ofType == nil || value == "" {
		return
	}
	for _, coding := range typ.Get("coding").Items() {
		if code := text(coding.Get("code")); code != "" {
			x.term(r.ofType, text(coding.Get("system")), code+"|"+value)
		}
	}
}

// term makes a term entry unless there is nothing to enter.
func (x *extraction) term(p *Param, system, code string) {
	if system == "" && code == "" {
		return
	}
	x.out.Terms = append(x.out.Terms, TermEntry{Param: p, Group: x.group, System: system, Code: code})
}

// text makes an entry for `:text`.
func (x *extraction) text(r *rule, node *fhirjson.Node) {
	if r.text != nil {
		x.stringEntry(r.text, text(node))
	}
}

// text is the text of a string; "" for anything else, absent or malformed.
func text(n *fhirjson.Node) string {
	if n.Kind() != fhirjson.String {
		return ""
	}
	return n.Text()
}

// codeSystems knows the code system that an element of type code implies: for
// each required value set, the system of each code that has exactly one.
type codeSystems map[string]map[string]string

// learn takes in the value set to which an element is bound.
func (c codeSystems) learn(e *definitions.Element) {
	if e == nil || e.Binding.Strength != "required" || c[e.Binding.ValueSet] != nil {
		return
	}
	c[e.Binding.ValueSet] = map[string]string{}
	if v, ok := definitions.LookupValueSet(e.Binding.ValueSet); ok {
		c[e.Binding.ValueSet] = systemOfCodes(v.Codes)
	}
}

// systemOfCodes turns the codes of each system into the system of each code, ""
// for a code that several systems have.
func systemOfCodes(codes map[string][]string) map[string]string {
	systems := map[string]string{}
	for system, codes := range codes {
		for _, code := range codes {
			if _, ambiguous := systems[code]; ambiguous {
				systems[code] = ""
			} else {
				systems[code] = system
			}
		}
	}
	return systems
}

// system is the code system of a code, "" if its element implies none.
func (c codeSystems) system(e *definitions.Element, code string) string {
	if e == nil {
		return ""
	}
	return c[e.Binding.ValueSet][code]
}
