package seed

import (
	"context"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

func TestConditionals(t *testing.T) {
	resource, err := fhirjson.Parse([]byte(`{"resourceType":"Encounter","note":"Patient?x=1",
		"subject":{"reference":"Patient/1"},
		"participant":[{"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"}},
			{"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"}}],
		"location":[{"location":{"reference":"Location?name=a%20b&status=active"}}],
		"serviceProvider":{"reference":"http://x/Organization?a=b"},
		"partOf":{"reference":"Thing?a=b"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range conditionals(resource) {
		line := c.typ
		for _, pair := range c.criteria {
			line += " " + pair.Name + "=" + pair.Value
		}
		got = append(got, line)
	}
	want := []string{"Practitioner identifier=http://hl7.org/fhir/sid/us-npi|99", "Location name=a b status=active"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestResolve(t *testing.T) {
	at := func(n int) (keys []store.Key) {
		for i := range n {
			keys = append(keys, store.Key{Type: "Practitioner", ID: string(rune('a' + i))})
		}
		return keys
	}
	const text = `{"resourceType":"Encounter","id":"e","participant":[{"individual":{"reference":"Practitioner?name=x","display":"Practitioner?name=x"}}]}`
	for _, c := range []struct {
		found        resolution
		want, reason string
	}{
		{resolution{keys: at(1)}, `{"resourceType":"Encounter","id":"e","participant":[{"individual":{"reference":"Practitioner/a","display":"Practitioner?name=x"}}]}`, ""},
		{resolution{}, "", `the conditional reference "Practitioner?name=x" matches nothing; import what it means first`},
		{resolution{keys: at(2)}, "", `the conditional reference "Practitioner?name=x" matches more than one resource`},
		{resolution{reason: "no such parameter"}, "", `the conditional reference "Practitioner?name=x": no such parameter`},
	} {
		resource, err := fhirjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		item := Item{Key: store.Key{Type: "Encounter", ID: "e"}, Resource: resource}
		got, reason, err := item.resolve(func(conditional) (resolution, error) { return c.found, nil })
		if err != nil || string(got.Raw()) != c.want || reason != c.reason {
			t.Errorf("%v: %s, %q, %v", c.found, got.Raw(), reason, err)
		}
	}
}

// orderTarget remembers the order of what it is given.
type orderTarget struct{ keys []string }

func (t *orderTarget) Put(_ context.Context, items []Item) ([]Result, error) {
	results := make([]Result, len(items))
	for i, item := range items {
		t.keys = append(t.keys, item.Key.ID)
		results[i].Outcome = store.Created
	}
	return results, nil
}

func TestImportPutsConditionalReferencesLast(t *testing.T) {
	const patient = `{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner?name=x"}]}`
	conditional := memoryFile("a.json", []byte(`{"resourceType":"Bundle","type":"batch","entry":[{"resource":`+patient+`}]}`))
	literal := memoryFile("b.json", []byte(`{"resourceType":"Practitioner","id":"x"}`))
	target := new(orderTarget)
	var told int64
	files := []File{conditional, literal}
	summary, err := Import(t.Context(), files, target, func(done int64) { told = done })
	if err != nil || summary.Files != 2 || len(summary.Refusals) != 0 || told != Work(files) {
		t.Errorf("%v, %v, %d of %d bytes", summary, err, told, Work(files))
	}
	if want := []string{"x", "p"}; !slices.Equal(target.keys, want) {
		t.Errorf("order %v, want %v", target.keys, want)
	}
	target = new(orderTarget)
	files[0] = memoryFile("a.json", []byte(patient))
	if _, err := Import(t.Context(), files, target, nil); err != nil || !slices.Equal(target.keys, []string{"x", "p"}) {
		t.Errorf("a single resource: %v, %v", target.keys, err)
	}
	target = new(orderTarget)
	if _, err := Import(t.Context(), files[:1], target, nil); err != nil || !slices.Equal(target.keys, []string{"p"}) {
		t.Errorf("alone: %v, %v", target.keys, err)
	}
}
