package definitions

import (
	"slices"
	"testing"
)

func TestResourceTypes(t *testing.T) {
	types := ResourceTypes()
	if len(types) != 146 {
		t.Errorf("%d resource types, want R4's 146", len(types))
	}
	if !slices.IsSorted(types) {
		t.Error("resource types are not sorted")
	}
	for _, name := range []string{"Patient", "Bundle", "Parameters", "VisionPrescription"} {
		if !IsResourceType(name) {
			t.Errorf("%s is not a resource type", name)
		}
	}
	for _, name := range []string{"", "patient", "Resource", "DomainResource", "MetadataResource", "SubscriptionStatus", "Quantity"} {
		if IsResourceType(name) {
			t.Errorf("%q is a resource type", name)
		}
	}
}

func TestEveryResourceTypeHasAStructure(t *testing.T) {
	for _, name := range ResourceTypes() {
		s, ok := LookupStructure(name)
		if !ok || s.Kind != "resource" {
			t.Errorf("%s: structure %v", name, s)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.Run("structures", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parseStructures(elementTable)
		}
	})
	b.Run("search parameters", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parseSearchParameters(searchParameterTable)
		}
	})
	b.Run("value sets", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parseValueSets(valueSetTable)
		}
	})
	b.Run("compartments", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parseCompartments(compartmentTable)
		}
	})
}
