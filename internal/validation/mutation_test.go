package validation

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

// The mutation test breaks valid resources in one place and wants exactly that
// told. It reads the definitions and the JSON by itself.

// site is a property of an object in a resource.
type site struct {
	object  map[string]any
	json    string // the property
	path    string // of the object
	in      string // the object's structure
	element *definitions.Element
	typ     string
}

func (s *site) value() any { return s.object[s.json] }

func (s *site) set(v any) { s.object[s.json] = v }

// setOne replaces the value, or the first of them, and returns its expression.
func (s *site) setOne(v any) string {
	items, ok := s.value().([]any)
	if !ok {
		s.set(v)
		return s.at()
	}
	items = slices.Clone(items)
	items[0] = v
	s.set(items)
	return s.at() + "[0]"
}

func (s *site) at() string { return s.path + "." + s.element.Name }

// linked tells that other parts of the resource depend on this one.
func (s *site) linked() bool {
	return s.json == "contained" || s.json == "id" || s.in == "Coding" || s.in == "CodeableConcept" || s.accompanied()
}

func (s *site) accompanied() bool { return s.object["_"+s.json] != nil }

// sites finds all properties of an object and of what is in it.
func sites(object map[string]any, in, path string) []*site {
	structure, _ := definitions.LookupStructure(in)
	var all []*site
	for _, name := range slices.Sorted(maps.Keys(object)) {
		element, typ, ok := structure.Property(name)
		if !ok {
			continue // resourceType, and companions
		}
		s := &site{object, name, path, in, element, typ.Code}
		all = append(all, s)
		items, array := object[name].([]any)
		if !array {
			items = []any{object[name]}
		}
		for i, item := range items {
			at := s.at()
			if array {
				at = fmt.Sprintf("%s[%d]", at, i)
			}
			if inner, ok := item.(map[string]any); ok {
				all = append(all, sites(inner, typeOf(inner, typ.Code), at)...)
			}
		}
	}
	return all
}

func typeOf(object map[string]any, typ string) string {
	if own, ok := object["resourceType"].(string); ok && typ == "Resource" {
		return own
	}
	return typ
}

func TestMutations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	count := make(map[string]int)
	names := slices.Sorted(maps.Keys(mutations))
	for _, archive := range []string{"us_core_610.tgz", "us_core_700.tgz"} {
		for _, e := range packaged(t, archive, "package/example") {
			var resource map[string]any
			if err := json.Unmarshal(e.node.Raw(), &resource); err != nil {
				t.Fatal(err)
			}
			typ := e.node.Get("resourceType").Text()
			all := sites(resource, typ, typ)
			for _, name := range names {
				for range 8 { // until one has something to break
					if mutate(t, e.name+": "+name, resource, typ, all[random.IntN(len(all))], mutations[name]) {
						count[name]++
						break
					}
				}
			}
		}
	}
	for _, name := range names {
		if count[name] < 50 {
			t.Errorf("%s: tried %d times only", name, count[name])
		}
	}
	t.Log(count)
}

// mutate breaks a site, checks, and mends it. It tells whether there was
// something to break.
func mutate(t *testing.T, name string, resource map[string]any, typ string, s *site, mutation mutation) bool {
	t.Helper()
	whole := maps.Clone(s.object)
	code, expression := mutation(s)
	text, err := json.Marshal(resource)
	clear(s.object)
	maps.Copy(s.object, whole)
	if err != nil {
		t.Fatal(err)
	}
	if code == "" {
		return false
	}
	issues := Resource(typ, parse(t, string(text)))
	if len(issues) != 1 || issues[0].Code != code || issues[0].Expression != expression {
		t.Errorf("%s of %s.%s: %q, want %s %s", name, s.path, s.json, found(issues), code, expression)
	}
	return true
}
