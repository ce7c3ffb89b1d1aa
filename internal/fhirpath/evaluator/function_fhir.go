package evaluator

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// fhirs are the functions that FHIR adds (http://hl7.org/fhir/R4/fhirpath.html#functions).
var fhirs = map[string]function{
	"extension":  valued(1, 1, extension),
	"hasValue":   simple(hasValue),
	"getValue":   simple(getValue),
	"resolve":    simple(func(e *env, focus []Item) ([]Item, error) { return e.resolve(focus) }),
	"memberOf":   valued(1, 1, memberOf),
	"conformsTo": valued(1, 1, conformsTo),
	// The validation of the structure has checked the narrative.
	"htmlChecks":  simple(func(*env, []Item) ([]Item, error) { return truth(true), nil }),
	"htmlChecks2": simple(func(*env, []Item) ([]Item, error) { return truth(true), nil }),
}

func extension(e *env, focus []Item, args [][]Item) ([]Item, error) {
	url, ok, err := stringOf(args[0])
	if !ok || err != nil {
		return nil, err
	}
	var found []Item
	for _, it := range focus {
		extensions, err := it.child("extension")
		if err != nil {
			return nil, err
		}
		if err := e.step(len(extensions)); err != nil {
			return nil, err
		}
		for _, x := range extensions {
			if x.node.Get("url").Text() == url {
				found = append(found, x)
			}
		}
	}
	return found, e.step(len(focus) + len(found))
}

// isPrimitive tells whether the item is a primitive of FHIR or a computed value.
func (it Item) isPrimitive() bool {
	s, ok := definitions.LookupStructure(it.typ)
	return it.value != nil || ok && s.Kind == "primitive"
}

func hasValue(_ *env, focus []Item) ([]Item, error) {
	if len(focus) == 1 && focus[0].distant {
		return nil, errDistant
	}
	return truth(len(focus) == 1 && focus[0].isPrimitive() && (focus[0].value != nil || focus[0].node != nil)), nil
}

func getValue(_ *env, focus []Item) ([]Item, error) {
	if len(focus) != 1 || !focus[0].isPrimitive() {
		return nil, nil
	}
	v, err := focus[0].system()
	if v == nil || err != nil {
		return nil, err
	}
	return one(v), nil
}

// resolve is what references lead to: within the resource, or as the caller finds
// it. What is not at hand is taken to be there, with the type that the reference
// tells and no content.
func (e *env) resolve(focus []Item) ([]Item, error) {
	var found []Item
	for _, it := range focus {
		if it.distant {
			return nil, errDistant
		}
		reference, typ := it.node.Text(), ""
		if it.typ == "Reference" {
			reference, typ = it.node.Get("reference").Text(), it.node.Get("type").Text()
		}
		if reference == "" {
			continue
		}
		target, ok, err := e.target(reference, typ)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, target)
		}
	}
	return found, nil
}

func (e *env) target(reference, typ string) (Item, bool, error) {
	if id, local := strings.CutPrefix(reference, "#"); local {
		return e.contained(id)
	}
	if e.Resolve != nil {
		if target, ok := e.Resolve(reference); ok {
			return target, true, nil
		}
	}
	if _, told, _, ok := fhirpath.SplitLiteral(reference); ok {
		typ = told
	}
	if !definitions.IsResourceType(typ) {
		typ = ""
	}
	return Item{typ: typ, distant: true}, true, nil
}

// contained is the contained resource of an id; that of none is the container.
func (e *env) contained(id string) (Item, bool, error) {
	if id == "" {
		return e.Root, e.Root.node != nil, nil
	}
	for _, resource := range e.Root.node.Get("contained").Items() {
		if err := e.step(1); err != nil {
			return Item{}, false, err
		}
		if resource.Get("id").Text() == id {
			item, ok := Resource(resource)
			return item, ok, nil
		}
	}
	return Item{}, false, nil
}

// memberOf wants a code, a Coding, a CodeableConcept or a string, of which a
// CodeableConcept is a member if one of its codings is.
func memberOf(e *env, focus []Item, args [][]Item) ([]Item, error) {
	valueSet, ok, err := stringOf(args[0])
	if !ok || err != nil || len(focus) == 0 {
		return nil, err
	}
	if len(focus) > 1 {
		return nil, errSeveral
	}
	if focus[0].distant {
		return nil, errDistant
	}
	all := true
	for _, coding := range codings(focus[0]) {
		if e.MemberOf == nil {
			return nil, unknownValueSet(valueSet)
		}
		member, known := e.MemberOf(valueSet, coding.system, coding.code)
		if known && member {
			return truth(true), nil
		}
		all = all && known
	}
	if !all {
		return nil, unknownValueSet(valueSet)
	}
	return truth(false), nil
}

func unknownValueSet(url string) error {
	return fmt.Errorf("it is not known what the value set %s contains", url)
}

type coding struct{ system, code string }

// codings are those of a coded element; a bare code has no system.
func codings(it Item) []coding {
	if it.isPrimitive() {
		return []coding{{code: it.String()}}
	}
	nodes := []*fhirjson.Node{it.node}
	if it.typ == "CodeableConcept" {
		nodes = it.node.Get("coding").Items()
	}
	list := make([]coding, len(nodes))
	for i, n := range nodes {
		list[i] = coding{n.Get("system").Text(), n.Get("code").Text()}
	}
	return list
}

var errProfile = errors.New("conformsTo() of a profile is not evaluated")

const structureDefinition = "http://hl7.org/fhir/StructureDefinition/"

// conformsTo tells of the types of R4 themselves, and no more.
func conformsTo(_ *env, focus []Item, args [][]Item) ([]Item, error) {
	url, ok, err := stringOf(args[0])
	if !ok || err != nil || len(focus) != 1 {
		return nil, cmp.Or(err, several(focus))
	}
	name, found := strings.CutPrefix(url, structureDefinition)
	if _, known := definitions.LookupStructure(name); !found || !known {
		return nil, errProfile
	}
	return truth(fhirpath.IsA(focus[0].typ, name)), nil
}
