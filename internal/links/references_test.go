package links

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func TestReferences(t *testing.T) {
	resource, err := fhirjson.Parse([]byte(`{"resourceType":"Observation","reference":"Patient/0","note":[{"text":"\"reference\""}],
		"contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"Patient/1"}}],
		"extension":[{"url":"http://e","valueReference":{"reference":"urn:uuid:2"}}],
		"_status":{"extension":[{"url":"http://e","valueReference":{"reference":"Patient/3"}}]},
		"subject":{"reference":"Patient?identifier=4","identifier":{"assigner":{"reference":"Organization/5"}}},
		"focus":[{"reference":"#s"},{"reference":["Patient/6"]},{"display":"Patient/7"}],
		"thing":{"reference":"Patient/8"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Reference{
		{"Observation.contained[0].subject", "Patient/1"},
		{"Observation.extension[0].valueReference", "urn:uuid:2"},
		{"Observation._status.extension[0].valueReference", "Patient/3"},
		{"Observation.subject", "Patient?identifier=4"},
		{"Observation.subject.identifier.assigner", "Organization/5"},
		{"Observation.focus[0]", "#s"},
	}
	if got := References(resource); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := References(nil); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

// The references between the entries of a Bundle are its own (bundle.html#references):
// what is around it has no part in them.
func TestReferencesOfABundle(t *testing.T) {
	resource, err := fhirjson.Parse([]byte(`{"resourceType":"Bundle","entry":[
		{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Basic","subject":{"reference":"urn:uuid:2"},"author":{"reference":"urn:uuid:3"}}},
		{"fullUrl":"urn:uuid:2","resource":{"resourceType":"Bundle","entry":[
			{"fullUrl":"urn:uuid:3","resource":{"resourceType":"Basic","subject":{"reference":"urn:uuid:3"},"author":{"reference":"urn:uuid:1"}}}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Reference{{"Bundle.entry[0].resource.author", "urn:uuid:3"}}
	if got := References(resource); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// A transaction that is stored waits with its conditional references; other Bundles
// do not.
func TestConditionalReferencesOfABundle(t *testing.T) {
	for typ, want := range map[string][]Reference{
		"transaction": {{"Bundle.entry[0].resource.author", "urn:uuid:1"}},
		"collection":  {{"Bundle.entry[0].resource.subject", "Patient?identifier=1"}, {"Bundle.entry[0].resource.author", "urn:uuid:1"}},
	} {
		text := `{"resourceType":"Bundle","type":"` + typ + `","entry":[{"resource":{"resourceType":"Basic","subject":{"reference":"Patient?identifier=1"},"author":{"reference":"urn:uuid:1"}}}]}`
		resource, err := fhirjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := References(resource); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", typ, got, want)
		}
		rewritten := string(Rewrite(resource, func(string) (string, bool) { return "Patient/1", true }))
		if stays := strings.Contains(rewritten, "Patient?identifier=1"); stays != (typ == "transaction") {
			t.Errorf("%s: rewritten to %s", typ, rewritten)
		}
	}
}

func TestConditional(t *testing.T) {
	for text, want := range map[string]Reference{
		"Patient?identifier=a|b&active=true": {"Patient", "identifier=a|b&active=true"},
		"Patient?":                           {"Patient", ""},
		"Patient":                            {},
		"Patient/1?a=b":                      {},
		"Thing?a=b":                          {},
		"http://x/Patient?a=b":               {},
		"":                                   {},
	} {
		typ, query, ok := Conditional(text)
		if (Reference{typ, query}) != want || ok != (want != Reference{}) {
			t.Errorf("%q: %q, %q, %v", text, typ, query, ok)
		}
	}
}
