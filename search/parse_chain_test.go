package search

import (
	"strings"
	"testing"
)

// The examples of search.html#chaining.
func TestChain(t *testing.T) {
	checkParsed(t, []parsed{
		{"DiagnosticReport", "subject:Patient.name=peter", `subject:Patient.name^"peter"`},
		{"DiagnosticReport", "subject:Patient.name:exact=Peter", `subject:Patient.name=="Peter"`},
		{"DiagnosticReport", "subject.birthdate=2000", "subject:Patient.birthdate eq [2000-01-01 2001-01-01)"},
		{"Patient", "general-practitioner:Practitioner.name=Joe&general-practitioner:Practitioner.address-state=MN",
			`(general-practitioner:Practitioner.address-state^"mn" & general-practitioner:Practitioner.name^"joe")`},
		{"DiagnosticReport", "result.code-value-quantity=http://loinc.org|2823-3$gt5.4|http://acme.org|x",
			"result:Observation.code-value-quantity<code-value-quantity$0=http://loinc.org|2823-3 $ code-value-quantity$1 gt [5.4 5.4) http://acme.org|x>"},
		{"Encounter", "subject:Patient.general-practitioner:Practitioner.identifier=1",
			"subject:Patient.general-practitioner:Practitioner.identifier=1"},
		{"Observation", "subject:Patient.gender:not=male,other", "subject:Patient.!(gender=male | gender=other)"},
		{"Observation", "subject:Patient.gender:missing=true", "subject:Patient.no gender"},
		{"Observation", "subject:Patient._id=1,2", "subject:Patient.id:1,2"},
		{"Observation", "subject:Patient._has:Encounter:patient:class=AMB", "subject:Patient.has Encounter.patient{class=AMB}"},
		{"Observation", "subject:Patient._tag=a", "subject:Patient._tag=a"},
	})
	checkRejected(t, []rejected{
		{"AuditEvent", "entity.context:identifier=x", "has the modifier :identifier"},
		{"AuditEvent", "entity.gender:below=x", "write system|code"},
		{"DiagnosticReport", "subject.nam=peter", `asks for "nam", which is no search parameter of any type that DiagnosticReport.subject refers to`},
		{"DiagnosticReport", "subject:Patient.nam=peter", "did you mean name?"},
		{"DiagnosticReport", "subject:Practitioner.name=x", "does not refer to Practitioner"},
		{"DiagnosticReport", "status.name=x", "a token parameter; only references lead on"},
		{"DiagnosticReport", "subjekt.name=x", "did you mean subject?"},
		{"DiagnosticReport", "subject.birthdate=x", "is no date"},
		{"DiagnosticReport", "subject:identifier.name=x", "no resource type"},
		{"DiagnosticReport", "subject.=x", `asks for ""`},
	})
}

// Without a type the chain follows each type that has the parameter.
func TestChainWithoutType(t *testing.T) {
	e, err := where(t, "DiagnosticReport", "subject.name=peter")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, part := range e.(Or) {
		types = append(types, part.(Chain).Type)
	}
	got := strings.Join(types, " ")
	for _, typ := range []string{"Patient", "Location"} {
		if !strings.Contains(got, typ) {
			t.Errorf("%s is not followed: %s", typ, got)
		}
	}
	if strings.Contains(got, "Group") {
		t.Errorf("Group has no name: %s", got)
	}
	// A reference to anything.
	e, err = where(t, "AuditEvent", "entity.clinical-status=active")
	if err != nil {
		t.Fatal(err)
	}
	if got := show(e); got != "(entity:AllergyIntolerance.clinical-status=active | entity:Condition.clinical-status=active)" {
		t.Error(got)
	}
}

// A type whose parameter never has such a value is left out; a modifier that does
// not fit one of the types is an error.
func TestChainWithoutTypeOverSeveralKinds(t *testing.T) {
	e, err := where(t, "AuditEvent", "entity.context=a b")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range e.(Or) {
		if leaf, ok := part.(Chain).Where.(Term); !ok || leaf.Param.Kind != KindToken {
			t.Errorf("got %s", show(part))
		}
	}
}

// The examples of search.html#has.
func TestHas(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", "_has:Observation:patient:code=1234-5", "has Observation.patient{code=1234-5}"},
		{"Patient", "_has:Observation:patient:code=123,456", "has Observation.patient{(code=123 | code=456)}"},
		{"Patient", "_has:Observation:patient:code=123&_has:Observation:patient:code=456",
			"(has Observation.patient{code=123} & has Observation.patient{code=456})"},
		{"Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/1",
			"has Observation.patient{has AuditEvent.entity{agent=|Practitioner/1}}"},
		{"Patient", "_has:Observation:patient:performer:Practitioner.name=x", `has Observation.patient{performer:Practitioner.name^"x"}`},
		{"Patient", "_has:Observation:patient:code:not=1", "has Observation.patient{!code=1}"},
		{"Patient", "_has:Observation:patient:date:missing=true", "has Observation.patient{no date}"},
	})
	checkRejected(t, []rejected{
		{"Patient", "_has=1", "_has:Observation:patient:code"},
		{"Patient", "_has:Observation:patient=1", "_has:Observation:patient:code"},
		{"Patient", "_has:Observation::code=1", "_has:Observation:patient:code"},
		{"Patient", "_has:Observatio:patient:code=1", "did you mean Observation?"},
		{"Patient", "_has:Observation:code:code=1", "only references lead on"},
		{"Patient", "_has:Observation:patent:code=1", "did you mean patient?"},
		{"Patient", "_has:Observation:patient:cod=1", "did you mean code"},
		{"Practitioner", "_has:Observation:patient:code=1", "does not refer to Practitioner"},
	})
}
