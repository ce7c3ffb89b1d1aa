package seed

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

func TestBuiltIn(t *testing.T) {
	types := make(map[string]int)
	known := make(map[string]bool)
	var items []Item
	for _, f := range BuiltIn() {
		for item, refusal := range f.Resources() {
			if refusal != nil {
				t.Fatal(refusal)
			}
			if known[item.Key.String()] {
				t.Errorf("%s is there twice", item.Key)
			}
			items = append(items, item)
			types[item.Key.Type]++
			known[item.Key.String()] = true
		}
	}
	if len(items) != 144 || types["Patient"] != 6 || types["Observation"] != 38 || len(types) != 36 {
		t.Errorf("%d resources of %d types, %d patients, %d observations", len(items), len(types), types["Patient"], types["Observation"])
	}
	for _, item := range items {
		v := validator{known: known}
		v.object(item.Key.String(), item.Resource, item.Key.Type)
		for _, problem := range v.problems {
			t.Error(problem)
		}
	}
}

// validator checks a resource against R4's structures: that every member is
// defined and has its shape, that what is required is there, that codes are of
// the value sets with a required binding, and that references lead to resources
// that are built in and may stand there.
type validator struct {
	known    map[string]bool
	problems []string
}

func (v *validator) fault(at, format string, args ...any) {
	v.problems = append(v.problems, at+": "+fmt.Sprintf(format, args...))
}

func (v *validator) object(at string, n *fhirjson.Node, typ string) {
	if typ == "Resource" {
		typ = n.Get("resourceType").Text()
	}
	structure, ok := definitions.LookupStructure(typ)
	if !ok || n.Kind() != fhirjson.Object {
		v.fault(at, "a %s of type %s", n.Kind(), typ)
		return
	}
	if len(n.Members()) == 0 {
		v.fault(at, "empty")
	}
	present := make(map[string]bool)
	for _, m := range n.Members() {
		name := strings.TrimPrefix(m.Name, "_")
		element, ref, ok := structure.Property(name)
		switch {
		case m.Name == "resourceType" && structure.Kind == "resource":
			continue
		case !ok:
			v.fault(at, "%s is not defined", m.Name)
			continue
		}
		present[element.Name] = true
		if name != m.Name {
			ref.Code = "Element"
		}
		v.member(at+"."+m.Name, m.Value, *element, ref)
	}
	for _, element := range structure.Elements {
		if element.Min > 0 && !present[element.Name] {
			v.fault(at, "%s is missing", element.Name)
		}
	}
	if typ == "Reference" {
		v.reference(at, n)
	}
}

func (v *validator) member(at string, n *fhirjson.Node, element definitions.Element, typ definitions.TypeRef) {
	if element.Array != (n.Kind() == fhirjson.Array) {
		v.fault(at, "an array is expected: %t", element.Array)
	}
	for _, item := range n.Items() {
		v.value(at, item, element, typ)
		if typ.Code == "Reference" {
			v.target(at, item.Get("reference").Text(), typ.Targets)
		}
	}
}

func (v *validator) value(at string, n *fhirjson.Node, element definitions.Element, typ definitions.TypeRef) {
	if structure, ok := definitions.LookupStructure(typ.Code); ok && structure.Kind != "primitive" {
		v.object(at, n, typ.Code)
	} else if form := primitives[typ.Code]; form == nil || !form.MatchString(n.Text()) {
		v.fault(at, "%q is no %s", n.Text(), typ.Code)
	}
	if element.Binding.Strength == "required" && typ.Code == "code" {
		v.code(at, n.Text(), element.Binding.ValueSet)
	}
}

func (v *validator) code(at, code, valueSet string) {
	set, ok := definitions.LookupValueSet(valueSet)
	if ok && !set.ContainsCode(code) {
		v.fault(at, "%s is not in %s", code, valueSet)
	}
}

func (v *validator) reference(at string, n *fhirjson.Node) {
	to := n.Get("reference").Text()
	foreign := strings.HasPrefix(to, "https://county.granary.example/")
	if to != "" && to[0] != '#' && !foreign && !v.known[to] {
		v.fault(at, "%s is not built in", to)
	}
}

func (v *validator) target(at, to string, targets []string) {
	typ, _, ok := strings.Cut(to, "/")
	if !ok || strings.HasPrefix(to, "http") || len(targets) == 0 || slices.Contains(targets, "Resource") {
		return
	}
	if !slices.Contains(targets, typ) {
		v.fault(at, "refers to a %s, and may refer to %v", typ, targets)
	}
}

// primitives are the forms of datatypes.html#primitive.
var primitives = map[string]*regexp.Regexp{
	"base64Binary": regexp.MustCompile(`^[A-Za-z0-9+/=]+$`),
	"boolean":      regexp.MustCompile(`^(true|false)$`),
	"canonical":    regexp.MustCompile(`^\S+$`),
	"code":         regexp.MustCompile(`^\S+( \S+)*$`),
	"date":         regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`),
	"dateTime":     regexp.MustCompile(`^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$`),
	"decimal":      regexp.MustCompile(`^-?\d+(\.\d+)?$`),
	"id":           regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`),
	"instant":      regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
	"integer":      regexp.MustCompile(`^-?\d+$`),
	"markdown":     regexp.MustCompile(`\S`),
	"positiveInt":  regexp.MustCompile(`^[1-9]\d*$`),
	"string":       regexp.MustCompile(`\S`),
	"unsignedInt":  regexp.MustCompile(`^\d+$`),
	"uri":          regexp.MustCompile(`^\S+$`),
	"url":          regexp.MustCompile(`^\S+$`),
	"xhtml":        regexp.MustCompile(`^<div xmlns="http://www.w3.org/1999/xhtml">.*</div>$`),
}
