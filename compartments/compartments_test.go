package compartments

import (
	"slices"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

const base = "https://granary.example/fhir"

var registry = sync.OnceValues(search.NewRegistry)

func newCompartments(t *testing.T) *Compartments {
	t.Helper()
	r, err := registry()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// parse is a resource and its entries.
func parse(t *testing.T, c *Compartments, text string) (typ, id string, resource *fhirjson.Node, e search.Entries) {
	t.Helper()
	resource, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	typ = resource.Get("resourceType").Text()
	if e, err = c.registry.Extract(typ, resource, base); err != nil {
		t.Fatal(err)
	}
	return typ, resource.Get("id").Text(), resource, e
}

func TestMembers(t *testing.T) {
	c := newCompartments(t)
	for _, d := range definitions.Compartments() {
		members := c.Members(d.Code)
		if len(members) != len(d.Members) || !slices.IsSorted(members) {
			t.Errorf("%s: %d members, want %d, sorted", d.Code, len(members), len(d.Members))
		}
		for _, m := range d.Members {
			if !c.Has(d.Code, m.Type) {
				t.Errorf("%s lacks %s", d.Code, m.Type)
			}
		}
	}
	if got := c.Members("Group"); len(got) != 0 {
		t.Errorf("Members(Group) = %v", got)
	}
	if c.Has("Patient", "Practitioner") || c.Has("Group", "Patient") {
		t.Error("Has of what is no member")
	}
}
