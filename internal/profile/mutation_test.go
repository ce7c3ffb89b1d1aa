package profile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/validation"
)

// The mutation test takes from published examples what their profiles demand, one
// element at a time, and wants that told. It finds the elements by itself, in
// generic JSON, by their paths.

// site is where an element of a profile stands in an example: the object that it
// is in, with the names in JSON that it has there.
type site struct {
	object     map[string]any
	names      []string
	expression string // of the object
}

// sites finds where the element of a path stands, slices aside.
func sites(object map[string]any, path []string, expression string) []site {
	name, choice := strings.CutSuffix(path[0], "[x]")
	var names []string
	for json := range object {
		plain := strings.TrimPrefix(json, "_")
		rest, begins := strings.CutPrefix(plain, name)
		if plain == name || choice && begins && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
			names = append(names, json)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if len(path) == 1 {
		return []site{{object, names, expression}}
	}
	var all []site
	for _, json := range names {
		items, array := object[json].([]any)
		if !array {
			items = []any{object[json]}
		}
		for i, item := range items {
			inner, ok := item.(map[string]any)
			if !ok {
				continue
			}
			at := expression + "." + name
			if array {
				at = fmt.Sprintf("%s[%d]", at, i)
			}
			all = append(all, sites(inner, path[1:], at)...)
		}
	}
	return all
}

// breakage are what is done to an element at a site. They tell whether there was
// anything to do, and put back what was there.
var breakages = map[string]func(e *Element, s site) bool{
	"removed": func(e *Element, s site) bool {
		for _, name := range s.names {
			delete(s.object, name)
		}
		return e.Min > 0
	},
	"other value": func(e *Element, s site) bool {
		if e.Fixed == nil && e.Pattern == nil {
			return false
		}
		for _, name := range s.names {
			s.object[name] = other(s.object[name])
		}
		return true
	},
}

// other is a value of the same kind that no profile asks for.
func other(v any) any {
	switch v := v.(type) {
	case []any:
		return []any{other(v[0])}
	case map[string]any:
		return map[string]any{"id": "other"}
	case string:
		return "other"
	}
	return v
}

// sample is an example of a profile: a resource that claims it, or an extension.
type sample struct {
	name string
	node *fhirjson.Node
}

// samples are those of all profiles of a version.
func samples(t *testing.T, all []ig.Resource, version string) map[*Profile][]sample {
	found := make(map[*Profile][]sample)
	for _, example := range all {
		for _, p := range claimed(t, example.Node, version) {
			found[p] = append(found[p], sample{example.File, example.Node})
			if base, ok := USCore().Find(p.Base + "|" + version); ok {
				found[base] = append(found[base], sample{example.File, example.Node})
			}
		}
		extensions(example.Node, func(n *fhirjson.Node) {
			if p, ok := USCore().Find(n.Get("url").Text() + "|" + version); ok {
				found[p] = append(found[p], sample{example.File, n})
			}
		})
	}
	return found
}

// extensions goes through all extensions in a value.
func extensions(n *fhirjson.Node, visit func(*fhirjson.Node)) {
	for _, m := range n.Members() {
		if m.Name == "extension" {
			for _, e := range m.Value.Items() {
				visit(e)
			}
		}
		extensions(m.Value, visit)
	}
	if n.Kind() == fhirjson.Array {
		for _, item := range n.Items() {
			extensions(item, visit)
		}
	}
}

// told are the errors about a value of a profile's type, R4's among them.
func told(p *Profile, n *fhirjson.Node) []validation.Issue {
	issues := []validation.Issue{}
	if p.Kind == Resource {
		issues = validation.Resource(p.Type, n)
	}
	r := &run{set: USCore(), root: n, resource: n, tried: make(map[trial]string), answers: make(answers)}
	r.conform(&value{node: n, typ: p.Type, name: p.Type, index: noIndex}, p)
	return slices.DeleteFunc(append(issues, r.issues...), func(i validation.Issue) bool { return i.Severity != validation.Error })
}

// names tells whether an issue is about an element at a site. What is in a slice
// may make its value leave the slice, which is then missed.
func names(i validation.Issue, e *Element, at string) bool {
	if i.Expression == at {
		return true
	}
	for _, slice := range slicesOf(e.ID) {
		if strings.Contains(i.Text, "slice "+slice) {
			return strings.HasPrefix(at, i.Expression)
		}
	}
	return false
}

// slicesOf are the slices that an element is in, or is, as issues name them.
func slicesOf(id string) []string {
	var all []string
	for segment := range strings.SplitSeq(id, ".") {
		if strings.Contains(segment, ":") {
			all = append(all, segment)
		}
	}
	return all
}

// optional tells whether an element is in a slice that need not be there, so that
// a value which is made something else is no fault.
func optional(p *Profile, id string) bool {
	for ; id != ""; id = parentOf(id) {
		if e, ok := p.Find(id); ok && e.Slice != "" && e.Min == 0 {
			return true
		}
	}
	return false
}

// required tells whether R4 itself requires an element, which then is the matter of
// package validation.
func required(e *Element) bool {
	segments := strings.Split(e.Path, ".")
	s, _ := definitions.LookupStructure(segments[0])
	for i, segment := range segments[1:] {
		base, _, ok := elementOf(s, segment)
		if !ok {
			return false
		}
		if i == len(segments)-2 {
			return base.Min >= e.Min
		}
		if s, ok = definitions.LookupStructure(base.Types[0].Code); !ok || base.Choice {
			return false
		}
	}
	return false
}

// unbroken are the elements, of both versions, whose fault is not told, and why.
var unbroken = map[string]string{
	"us-core-coverage Coverage.identifier:memberid.type removed":             leaves,
	"us-core-provenance Provenance.agent:ProvenanceAuthor.type removed":      leaves,
	"us-core-provenance Provenance.agent:ProvenanceTransmitter.type removed": leaves,
	"us-core-encounter Encounter.identifier.system removed":                  absent,
	"us-core-encounter Encounter.identifier.value removed":                   absent,
	"us-core-practitionerrole PractitionerRole.telecom.system removed":       absent,
	"us-core-practitionerrole PractitionerRole.telecom.value removed":        absent,
	"uscdi-requirement Extension.url other value":                            absent,
	"uscdi-requirement Extension.value[x] removed":                           absent,
}

const (
	leaves = "a value without it is in the slice no longer, which need not be there"
	absent = "no published example has it"
)

func TestMutations(t *testing.T) {
	count := 0
	missed := make(map[string]int)
	for _, version := range slices.Sorted(maps.Keys(versions)) {
		all := samples(t, examples(t, versions[version]), version)
		for _, p := range USCore().Profiles() {
			if p.Version != version {
				continue
			}
			for _, e := range p.Elements {
				for _, what := range breakable(p, e) {
					count++
					if !mutate(t, p, e, all[p], what) {
						missed[p.URL[len(coreURL):]+" "+e.ID+" "+what]++
					}
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missed)) {
		if unbroken[name] == "" {
			t.Errorf("%s: no fault is told of %d versions", name, missed[name])
		}
	}
	for name := range unbroken {
		if missed[name] != len(versions) {
			t.Errorf("%s: is told, and an exception no more", name)
		}
	}
	if count != 704 {
		t.Errorf("%d elements were broken, want 704", count)
	}
}

// breakable says what of an element can be broken so that it is a fault.
func breakable(p *Profile, e *Element) []string {
	if e.ID == p.Type || optional(p, e.ID) && e.Slice != "" {
		return nil
	}
	var all []string
	if e.Min > 0 && !required(e) {
		all = append(all, "removed")
	}
	if (e.Fixed != nil || e.Pattern != nil) && !optional(p, e.ID) {
		all = append(all, "other value")
	}
	return all
}

// mutate breaks an element wherever it stands in the samples. It tells whether one
// of the faults was told; one that is not is an error unless slices are about.
func mutate(t *testing.T, p *Profile, e *Element, samples []sample, what string) bool {
	t.Helper()
	seen := false
	for _, s := range samples {
		var object map[string]any
		if err := json.Unmarshal(s.node.Raw(), &object); err != nil {
			t.Fatal(err)
		}
		for _, at := range sites(object, strings.Split(e.Path, ".")[1:], p.Type) {
			whole := maps.Clone(at.object)
			applies := breakages[what](e, at)
			text, err := json.Marshal(object)
			clear(at.object)
			maps.Copy(at.object, whole)
			if err != nil {
				t.Fatal(err)
			}
			if !applies {
				continue
			}
			expression := at.expression + "." + strings.TrimSuffix(e.Name(), "[x]")
			issues := told(p, parse(t, string(text)))
			found := slices.ContainsFunc(issues, func(i validation.Issue) bool { return names(i, e, expression) })
			seen = seen || found
			if !found && len(slicesOf(e.ID)) == 0 {
				t.Errorf("%s: %s of %s %s is not told: %v", s.name, e.ID, p.short(), what, issues)
			}
		}
	}
	return seen
}
