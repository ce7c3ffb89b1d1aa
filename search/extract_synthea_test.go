package search

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// syntheaResources calls yield with every resource of the 24 real bundles, and
// skips the test where they are not there.
func syntheaResources(t testing.TB, yield func(*fhirjson.Node)) {
	t.Helper()
	files, err := filepath.Glob("../../shared/data/synthea-r4/*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the Synthea bundles are not there")
	}
	for _, file := range files {
		for _, entry := range readBundle(t, file).Get("entry").Items() {
			yield(entry.Get("resource"))
		}
	}
}

func readBundle(t testing.TB, name string) *fhirjson.Node {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := fhirjson.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// Real resources extract, and what every one of a type should have is there.
func TestExtractSynthea(t *testing.T) {
	r := realRegistry(t)
	always := map[string][]string{
		"Observation":       {"code", "status", "subject", "date", "_content", "_tag"},
		"Condition":         {"code", "subject", "onset-date"},
		"Encounter":         {"class", "date", "subject"},
		"Patient":           {"name", "birthdate", "identifier", "gender", "deceased"},
		"MedicationRequest": {"authoredon", "intent", "status", "subject"},
		"Claim":             {"created", "use", "priority"},
		"Immunization":      {"date", "vaccine-code"},
	}
	count := 0
	syntheaResources(t, func(resource *fhirjson.Node) {
		typ := resource.Get("resourceType").Text()
		e, err := r.Extract(typ, resource, "")
		if err != nil {
			t.Fatal(err)
		}
		count++
		found := map[string]bool{}
		for _, p := range paramsOf(e) {
			found[p.Code] = true
			if p.Type != typ {
				t.Fatalf("a %s has an entry under %s", typ, p.Name())
			}
		}
		for _, code := range always[typ] {
			if !found[code] {
				t.Fatalf("%s/%s has no entry under %s", typ, resource.Get("id").Text(), code)
			}
		}
	})
	if count != 6875 {
		t.Errorf("%d resources, want 6875", count)
	}
}

// paramsOf are the parameters under which there are entries, with repetition.
func paramsOf(e Entries) []*Param {
	var params []*Param
	for _, x := range e.Terms {
		params = append(params, x.Param)
	}
	for _, x := range e.Strings {
		params = append(params, x.Param)
	}
	for _, x := range e.Dates {
		params = append(params, x.Param)
	}
	for _, x := range e.Quantities {
		params = append(params, x.Param)
	}
	return params
}

// Whatever is extracted is extracted under a parameter that Indexed lists.
func TestExtractUnderIndexed(t *testing.T) {
	r := realRegistry(t)
	indexed := map[*Param]bool{}
	for _, typ := range r.Types() {
		for _, p := range r.Indexed(typ) {
			indexed[p] = true
		}
	}
	check := func(resource *fhirjson.Node) {
		e, err := r.Extract(resource.Get("resourceType").Text(), resource, testBase)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paramsOf(e) {
			if !indexed[p] {
				t.Fatalf("%s has entries and is not in Indexed", p.Name())
			}
		}
	}
	n, err := fhirjson.Parse([]byte(bloodPressure))
	if err != nil {
		t.Fatal(err)
	}
	check(n)
	syntheaResources(t, check)
}

func BenchmarkExtractSynthea(b *testing.B) {
	r := realRegistry(b)
	var all []*fhirjson.Node
	syntheaResources(b, func(n *fhirjson.Node) { all = append(all, n) })
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		n := all[i%len(all)]
		if _, err := r.Extract(n.Get("resourceType").Text(), n, testBase); err != nil {
			b.Fatal(err)
		}
	}
}
