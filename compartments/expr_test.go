package compartments

import (
	"reflect"
	"testing"

	"github.com/granary-fhir/granary/search"
)

func TestExpr(t *testing.T) {
	c := newCompartments(t)
	refers := func(typ, code, to string) search.Expr {
		param, ok := c.registry.Param(typ, code)
		if !ok {
			t.Fatalf("no %s.%s", typ, code)
		}
		return search.Term{Param: param, System: search.Is(""), Code: search.Is(to)}
	}
	for _, test := range []struct {
		compartment, typ string
		want             search.Expr
	}{
		{"Patient", "Observation", search.Chart{Patient: "1"}},
		{"Patient", "Patient", refers("Patient", "link", "Patient/1")},
		{"Patient", "Group", refers("Group", "member", "Patient/1")},
		{"Patient", "Provenance", refers("Provenance", "patient", "Patient/1")},
		{"Patient", "Person", refers("Person", "patient", "Patient/1")},
		{"Patient", "AuditEvent", refers("AuditEvent", "patient", "Patient/1")},
		{"Encounter", "Encounter", search.ID{"1"}},
		{"Practitioner", "Practitioner", search.ID{"1"}},
		{"Encounter", "Condition", refers("Condition", "encounter", "Encounter/1")},
		{"Device", "Observation", search.Or{refers("Observation", "subject", "Device/1"), refers("Observation", "device", "Device/1")}},
		{"RelatedPerson", "RelatedPerson", search.ID{"1"}},
		{"Practitioner", "Observation", refers("Observation", "performer", "Practitioner/1")},
	} {
		got, ok := c.Expr(test.compartment, "1", test.typ)
		if !ok || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s/1/%s = %#v, %v\nwant %#v", test.compartment, test.typ, got, ok, test.want)
		}
	}
	for _, test := range [][2]string{
		{"Patient", "Practitioner"}, {"Patient", "Device"}, {"Patient", "Task"}, {"Patient", "Nonsense"},
		{"Group", "Patient"}, {"", "Observation"}, {"Encounter", "Patient"},
	} {
		if got, ok := c.Expr(test[0], "1", test[1]); ok {
			t.Errorf("%s/1/%s = %#v, want no member", test[0], test[1], got)
		}
	}
}
