package bench

import (
	"context"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/seed"
)

// parse makes resources of JSON.
func parse(t *testing.T, texts ...string) []Resource {
	t.Helper()
	var resources []Resource
	for _, text := range texts {
		node, err := fhirjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		resources = append(resources, Resource{node.Get("resourceType").Text(), node.Get("id").Text(), node})
	}
	return resources
}

// keeper is the target of an import that keeps what comes.
type keeper struct{ resources []Resource }

func (k *keeper) Put(_ context.Context, items []seed.Item) ([]seed.Result, error) {
	for _, item := range items {
		k.resources = append(k.resources, Resource{item.Key.Type, item.Key.ID, item.Resource})
	}
	return make([]seed.Result, len(items)), nil
}

// builtIn are the patients that come with the program.
func builtIn(t *testing.T) []Resource {
	t.Helper()
	var k keeper
	if _, err := seed.Import(t.Context(), seed.BuiltIn(), &k, nil); err != nil {
		t.Fatal(err)
	}
	return k.resources
}
