package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// parameter is a parameter of a Parameters resource, or a part of one: a name,
// and one of a value, a resource or parts.
type parameter struct {
	at   string // its FHIRPath
	name string

	typ              string // of the value, "Resource" for a resource, "" for parts
	value, companion *fhirjson.Node
	parts            []parameter
}

// readParameters reads the parameters of the resource. What is not understood is
// refused: a patch that is applied in part is worse than none.
func readParameters(resource *fhirjson.Node) ([]parameter, error) {
	if resource.Kind() != fhirjson.Object || resource.Get("resourceType").Text() != "Parameters" {
		return nil, fail(Malformed, "resourceType", "a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as %s", JSONType)
	}
	for _, m := range resource.Members() {
		if !slices.Contains([]string{"resourceType", "id", "meta", "language", "parameter"}, m.Name) {
			return nil, fail(Unsupported, "Parameters", "a patch has no %q", m.Name)
		}
	}
	list := resource.Get("parameter")
	if list == nil {
		return nil, nil
	}
	return readList(list, "Parameters.parameter")
}

func readList(list *fhirjson.Node, at string) ([]parameter, error) {
	if list.Kind() != fhirjson.Array {
		return nil, fail(Misshapen, at, "must be an array, not of kind %s", list.Kind())
	}
	var read []parameter
	for i, item := range list.Items() {
		p, err := readParameter(item, fmt.Sprintf("%s[%d]", at, i))
		if err != nil {
			return nil, err
		}
		read = append(read, p)
	}
	return read, nil
}

func readParameter(n *fhirjson.Node, at string) (parameter, error) {
	p := parameter{at: at}
	if n.Kind() != fhirjson.Object {
		return p, fail(Misshapen, at, "must be an object, not of kind %s", n.Kind())
	}
	contents := 0
	for _, m := range n.Members() {
		first, err := p.read(m)
		if err != nil {
			return p, err
		}
		if first {
			contents++
		}
	}
	switch {
	case p.name == "":
		return p, fail(Missing, at, "has no name")
	case contents != 1:
		return p, fail(Malformed, at, "needs one value, one resource or parts; it has %d of them", contents)
	}
	return p, nil
}

// read takes a member of a parameter, and tells whether it begins a content.
func (p *parameter) read(m fhirjson.Member) (begins bool, err error) {
	switch m.Name {
	case "id":
		return false, nil
	case "name":
		if p.name = m.Value.Text(); m.Value.Kind() != fhirjson.String {
			return false, fail(Misshapen, p.at+".name", "must be a string, not of kind %s", m.Value.Kind())
		}
		return false, nil
	case "part":
		p.parts, err = readList(m.Value, p.at+".part")
		return len(p.parts) > 0, err
	case "resource":
		p.typ, p.value = "Resource", m.Value
		if m.Value.Kind() != fhirjson.Object {
			err = fail(Misshapen, p.at+".resource", "must be an object, not of kind %s", m.Value.Kind())
		}
		return true, err
	}
	return p.readValue(m)
}

// readValue takes a value[x], or the companion of one.
func (p *parameter) readValue(m fhirjson.Member) (begins bool, err error) {
	structure, _ := definitions.LookupStructure("Parameters.parameter")
	name, isCompanion := strings.CutPrefix(m.Name, "_")
	_, typ, ok := structure.Property(name)
	if !ok || !strings.HasPrefix(name, "value") || isCompanion && !isPrimitive(typ.Code) {
		return false, fail(Unsupported, p.at, "a parameter of a patch has no %q", m.Name)
	}
	begins = p.typ != typ.Code
	if p.typ = typ.Code; isCompanion {
		p.companion = m.Value
		return begins, p.needKind(m, fhirjson.Object)
	}
	p.value = m.Value
	s, _ := definitions.LookupStructure(typ.Code)
	return begins, p.needKind(m, fhirpath.JSONKind(s))
}

func (p *parameter) needKind(m fhirjson.Member, kind fhirjson.Kind) error {
	if m.Value.Kind() == kind {
		return nil
	}
	return fail(Misshapen, p.at+"."+m.Name, "must be of kind %s, not %s", kind, m.Value.Kind())
}
