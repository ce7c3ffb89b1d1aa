package definitions

import (
	"slices"
	"testing"
)

func lookupValueSet(t *testing.T, url string) *ValueSet {
	t.Helper()
	v, ok := LookupValueSet(url)
	if !ok {
		t.Fatalf("no value set %s", url)
	}
	return v
}

func TestClosedValueSet(t *testing.T) {
	v := lookupValueSet(t, "http://hl7.org/fhir/ValueSet/administrative-gender")
	const system = "http://hl7.org/fhir/administrative-gender"
	if want := []string{"female", "male", "other", "unknown"}; v.Open || !slices.Equal(v.Codes[system], want) {
		t.Errorf("open %v, codes %v, want %v", v.Open, v.Codes, want)
	}
	for _, code := range []string{"male", "female", "other", "unknown"} {
		if !v.Contains(system, code) || !v.ContainsCode(code) {
			t.Errorf("does not contain %s", code)
		}
	}
	if v.ContainsCode("Male") || v.ContainsCode("") || v.Contains("http://example.org", "male") {
		t.Error("contains what it must not")
	}
}

// Expansions go through all levels of a code system.
func TestNestedCodes(t *testing.T) {
	v := lookupValueSet(t, "http://hl7.org/fhir/ValueSet/resource-types")
	for _, name := range ResourceTypes() {
		if !v.ContainsCode(name) {
			t.Errorf("resource-types does not contain %s", name)
		}
	}
	if items := lookupValueSet(t, "http://hl7.org/fhir/ValueSet/item-type"); !items.ContainsCode("choice") {
		t.Error("item-type does not contain choice, which is below question")
	}
}

func TestOpenValueSets(t *testing.T) {
	var open []string
	for url, v := range valueSets() {
		if v.Open {
			open = append(open, url)
		}
	}
	slices.Sort(open)
	want := []string{
		"http://hl7.org/fhir/ValueSet/currencies",
		"http://hl7.org/fhir/ValueSet/mimetypes",
		"http://hl7.org/fhir/ValueSet/ucum-units",
		"http://loinc.org/vs/LL379-9",
	}
	if !slices.Equal(open, want) {
		t.Errorf("open value sets: %v, want %v", open, want)
	}
	v := lookupValueSet(t, "http://hl7.org/fhir/ValueSet/mimetypes")
	if !v.ContainsCode("text/plain") || !v.Contains("urn:ietf:bcp:13", "text/plain") {
		t.Error("an open value set refutes a code")
	}
}

func TestValueSetVersionIsIgnored(t *testing.T) {
	v := lookupValueSet(t, "http://hl7.org/fhir/ValueSet/observation-status|4.0.1")
	if !v.ContainsCode("final") {
		t.Error("observation-status does not contain final")
	}
}

func TestOnlyRequiredBindingsHaveValueSets(t *testing.T) {
	bound := make(map[string]bool)
	for name, s := range structures() {
		for _, e := range s.Elements {
			if e.Binding.Strength != "required" {
				continue
			}
			bound[e.Binding.ValueSet] = true
			if v, ok := LookupValueSet(e.Binding.ValueSet); !ok || !v.Open && len(v.Codes) == 0 {
				t.Errorf("%s.%s: value set %q is missing or empty", name, e.Name, e.Binding.ValueSet)
			}
		}
	}
	for url, v := range valueSets() {
		if !bound[url] {
			t.Errorf("no required binding to %s", url)
		}
		for system, codes := range v.Codes {
			if !slices.IsSorted(codes) {
				t.Errorf("%s: codes of %s are not sorted", url, system)
			}
		}
	}
	if _, ok := LookupValueSet("http://hl7.org/fhir/ValueSet/observation-codes"); ok {
		t.Error("observation-codes has no required binding")
	}
}
