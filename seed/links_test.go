package seed

import (
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

func TestRewriteSetsTheID(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"resourceType":"Patient","active":true}`, `{"resourceType":"Patient","id":"n","active":true}`},
		{`{"active":true,"resourceType":"Patient"}`, `{"active":true,"resourceType":"Patient","id":"n"}`},
		{`{"id":"o","resourceType":"Patient"}`, `{"id":"n","resourceType":"Patient"}`},
		{`{"id":"n","resourceType":"Patient"}`, `{"id":"n","resourceType":"Patient"}`},
		{`{"id":5,"resourceType":"Patient"}`, `{"id":"n","resourceType":"Patient"}`},
	} {
		resource, err := fhirjson.Parse([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		got, err := linked{}.rewrite(resource, store.Key{Type: "Patient", ID: "n"})
		if err != nil || string(got.Raw()) != c.want {
			t.Errorf("got %s, %v, want %s", got.Raw(), err, c.want)
		}
	}
}
