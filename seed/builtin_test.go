package seed

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
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
	if len(items) != 154 || types["Patient"] != 7 || types["Observation"] != 41 || len(types) != 36 {
		t.Errorf("%d resources of %d types, %d patients, %d observations", len(items), len(types), types["Patient"], types["Observation"])
	}
	for _, item := range items {
		for _, issue := range validation.Resource(item.Key.Type, item.Resource) {
			t.Errorf("%s: %v", item.Key, issue)
		}
		for _, to := range references(item.Resource) {
			if to[0] != '#' && !strings.HasPrefix(to, "https://county.granary.example/") && !known[to] {
				t.Errorf("%s refers to %s, which is not built in", item.Key, to)
			}
		}
	}
}

// references are the literal references in a resource.
func references(n *fhirjson.Node) []string {
	var all []string
	for _, m := range n.Members() {
		if m.Name == "reference" && m.Value.Kind() == fhirjson.String {
			all = append(all, m.Value.Text())
		}
		for _, item := range m.Value.Items() {
			all = append(all, references(item)...)
		}
	}
	return all
}
