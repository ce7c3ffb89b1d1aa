package definitions

import (
	"slices"
	"testing"
)

func structure(t *testing.T, name string) *Structure {
	t.Helper()
	s, ok := LookupStructure(name)
	if !ok {
		t.Fatalf("no structure %s", name)
	}
	return s
}

func lookupElement(t *testing.T, structureName, name string) *Element {
	t.Helper()
	e, ok := structure(t, structureName).Element(name)
	if !ok {
		t.Fatalf("%s has no element %s", structureName, name)
	}
	return e
}

func codes(types []TypeRef) []string {
	var codes []string
	for _, typ := range types {
		codes = append(codes, typ.Code)
	}
	return codes
}

func TestStructureKindAndBase(t *testing.T) {
	tests := []struct{ name, kind, base string }{
		{"Resource", "resource", ""},
		{"DomainResource", "resource", "Resource"},
		{"Bundle", "resource", "Resource"},
		{"Observation", "resource", "DomainResource"},
		{"Element", "complex", ""},
		{"Age", "complex", "Quantity"},
		{"Timing", "complex", "BackboneElement"},
		{"string", "primitive", "Element"},
		{"code", "primitive", "string"},
		{"Observation.component", "backbone", "BackboneElement"},
		{"Timing.repeat", "backbone", "Element"},
	}
	for _, test := range tests {
		s := structure(t, test.name)
		if s.Name != test.name || s.Kind != test.kind || s.Base != test.base {
			t.Errorf("got %s %s %s, want %v", s.Name, s.Kind, s.Base, test)
		}
	}
}

func TestProfilesAndLogicalModelsAreNotStructures(t *testing.T) {
	for _, name := range []string{"SimpleQuantity", "MoneyQuantity", "MetadataResource", "SubscriptionStatus", "Patient.name"} {
		if _, ok := LookupStructure(name); ok {
			t.Errorf("%s is a structure", name)
		}
	}
}

func TestChoice(t *testing.T) {
	value := lookupElement(t, "Observation", "value")
	want := []string{
		"Quantity", "CodeableConcept", "string", "boolean", "integer", "Range", "Ratio",
		"SampledData", "time", "dateTime", "Period",
	}
	if !value.Choice || !slices.Equal(codes(value.Types), want) {
		t.Errorf("choice %v of %v, want one of %v", value.Choice, codes(value.Types), want)
	}
}

func TestProperty(t *testing.T) {
	tests := []struct{ structure, property, element, typ string }{
		{"Observation", "valueQuantity", "value", "Quantity"},
		{"Observation", "valueDateTime", "value", "dateTime"},
		{"Observation", "status", "status", "code"},
		{"Observation", "id", "id", "id"},
		{"Observation.component", "id", "id", "string"},
		{"Observation", "component", "component", "Observation.component"},
		{"Observation.component", "referenceRange", "referenceRange", "Observation.referenceRange"},
		{"Patient", "contact", "contact", "Patient.contact"},
		{"Extension", "url", "url", "uri"},
		{"Extension", "valueUri", "value", "uri"},
		{"Extension", "valueUrl", "value", "url"},
		{"ElementDefinition", "min", "min", "unsignedInt"},
		{"ElementDefinition", "minValueInteger", "minValue", "integer"},
		{"Bundle.entry", "resource", "resource", "Resource"},
		{"Parameters.parameter", "part", "part", "Parameters.parameter"},
		{"Narrative", "div", "div", "xhtml"},
		{"string", "extension", "extension", "Extension"},
	}
	for _, test := range tests {
		e, typ, ok := structure(t, test.structure).Property(test.property)
		if !ok || e.Name != test.element || typ.Code != test.typ {
			t.Errorf("%s.%s: %v %v %v, want %s of type %s",
				test.structure, test.property, e, typ, ok, test.element, test.typ)
		}
	}
}

func TestNoSuchProperty(t *testing.T) {
	tests := map[string][]string{
		"Observation": {"", "value", "valuequantity", "valueMoney", "Status", "_status", "valueQuantityX"},
		"string":      {"value"},
		"Meta":        {"project", "compartment"},
	}
	for name, properties := range tests {
		for _, property := range properties {
			if e, typ, ok := structure(t, name).Property(property); ok {
				t.Errorf("%s.%s is %s of type %s", name, property, e.Name, typ.Code)
			}
		}
	}
}

func TestElementFields(t *testing.T) {
	tests := []struct {
		structure, element       string
		min, max                 int
		array, summary, modifier bool
		binding                  Binding
	}{
		{"Patient", "gender", 0, 1, false, true, false, Binding{"required", "http://hl7.org/fhir/ValueSet/administrative-gender"}},
		{"Patient", "active", 0, 1, false, true, true, Binding{}},
		{"Patient", "link", 0, -1, true, true, true, Binding{}},
		{"Patient.link", "other", 1, 1, false, true, false, Binding{}},
		{"Observation", "code", 1, 1, false, true, false, Binding{"example", "http://hl7.org/fhir/ValueSet/observation-codes"}},
		{"AuditEvent", "agent", 1, -1, true, false, false, Binding{}},
	}
	for _, test := range tests {
		e := lookupElement(t, test.structure, test.element)
		if e.Min != test.min || e.Max != test.max || e.Array != test.array ||
			e.Summary != test.summary || e.Modifier != test.modifier || e.Binding != test.binding {
			t.Errorf("%s.%s: %+v, want %+v", test.structure, test.element, *e, test)
		}
	}
}

func TestTargets(t *testing.T) {
	subject := lookupElement(t, "Observation", "subject").Types
	if want := []string{"Patient", "Group", "Device", "Location"}; len(subject) != 1 || !slices.Equal(subject[0].Targets, want) {
		t.Errorf("Observation.subject: %v, want a Reference to %v", subject, want)
	}
	focus := lookupElement(t, "Observation", "focus").Types
	if want := []string{"Resource"}; !slices.Equal(focus[0].Targets, want) {
		t.Errorf("Observation.focus: %v, want a Reference to %v", focus, want)
	}
}

func TestElementsAreInOrder(t *testing.T) {
	var names []string
	for _, e := range structure(t, "Observation").Elements {
		names = append(names, e.Name)
	}
	want := []string{
		"id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension",
		"identifier", "basedOn", "partOf", "status", "category", "code", "subject", "focus", "encounter",
		"effective", "issued", "performer", "value", "dataAbsentReason", "interpretation", "note", "bodySite",
		"method", "specimen", "device", "referenceRange", "hasMember", "derivedFrom", "component",
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

// Every type can be followed to its structure, which the generator checks too.
func TestTypesHaveStructures(t *testing.T) {
	for name, s := range structures() {
		if len(s.Elements) == 0 {
			t.Errorf("%s has no elements", name)
		}
		for _, e := range s.Elements {
			if len(e.Types) == 0 || !e.Choice && len(e.Types) > 1 {
				t.Errorf("%s.%s, choice %v, has types %v", name, e.Name, e.Choice, e.Types)
			}
			for _, typ := range e.Types {
				structure(t, typ.Code)
			}
		}
	}
}

func TestStructureCounts(t *testing.T) {
	elements := 0
	for _, s := range structures() {
		elements += len(s.Elements)
	}
	if len(structures()) != 682 || elements != 7446 {
		t.Errorf("%d structures, %d elements; want R4's 682 and 7446", len(structures()), elements)
	}
}

// The package that the tables come from has later versions' elements in these.
func TestElementsAreR4s(t *testing.T) {
	tests := map[string][]string{
		"Meta":   {"id", "extension", "versionId", "lastUpdated", "source", "profile", "security", "tag"},
		"Binary": {"id", "meta", "implicitRules", "language", "contentType", "securityContext", "data"},
		"EvidenceVariable.characteristic": {
			"id", "extension", "modifierExtension", "description", "definition", "usageContext", "exclude",
			"participantEffective", "timeFromStart", "groupMeasure",
		},
	}
	for name, want := range tests {
		var got []string
		for _, e := range structure(t, name).Elements {
			got = append(got, e.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if got := lookupElement(t, "DetectedIssue", "status").Binding.ValueSet; got != "http://hl7.org/fhir/ValueSet/observation-status" {
		t.Errorf("DetectedIssue.status is bound to %s", got)
	}
	observer := lookupElement(t, "AuditEvent.source", "observer").Types[0].Targets
	if slices.Contains(observer, "Subscription") {
		t.Errorf("AuditEvent.source.observer refers to %v", observer)
	}
}

func BenchmarkProperty(b *testing.B) {
	s, _ := LookupStructure("Observation")
	for b.Loop() {
		s.Property("valueQuantity")
	}
}
