package compartments

import (
	"testing"

	"github.com/granary-fhir/granary/search"
)

func TestImplied(t *testing.T) {
	c := newCompartments(t)
	refers := func(typ, code, to string) search.Expr {
		param, ok := c.registry.Param(typ, code)
		if !ok {
			t.Fatalf("no %s.%s", typ, code)
		}
		return search.Term{Param: param, System: search.Is(""), Code: search.Is(to)}
	}
	subject, _ := c.registry.Param("Observation", "subject")
	for _, test := range []struct {
		typ  string
		e    search.Expr
		want string
	}{
		{"Observation", refers("Observation", "subject", "Patient/a"), "a"},
		{"Observation", refers("Observation", "patient", "Patient/a"), "a"},
		{"Observation", refers("Observation", "performer", "Patient/a"), "a"},
		{"Observation", search.And{refers("Observation", "encounter", "Encounter/a"), refers("Observation", "patient", "Patient/b")}, "b"},
		{"Observation", search.Chart{Patient: "a"}, "a"},
		{"Encounter", refers("Encounter", "patient", "Patient/a"), "a"},
		{"Condition", refers("Condition", "subject", "Patient/a"), ""}, // Condition.patient is what confers, and finds less
		{"Task", refers("Task", "patient", "Patient/a"), "a"},
		{"Observation", refers("Observation", "subject", "Group/a"), ""},
		{"Observation", refers("Observation", "subject", "http://other.example/Patient/a"), ""},
		{"Observation", refers("Observation", "encounter", "Encounter/a"), ""},
		{"Observation", refers("Observation", "focus", "Patient/a"), ""},
		{"Observation", search.Or{refers("Observation", "subject", "Patient/a"), search.True}, ""},
		{"Observation", search.Not{Of: refers("Observation", "subject", "Patient/a")}, ""},
		{"Observation", search.Term{Param: subject, Code: search.Is("Patient/a")}, ""},
		{"Observation", search.Term{Param: subject, System: search.Is(""), Code: search.HasPrefix("Patient/a")}, ""},
		{"Observation", refers("Encounter", "subject", "Patient/a"), ""},
		{"Patient", refers("Patient", "link", "Patient/a"), ""},
		{"Group", refers("Group", "member", "Patient/a"), ""},
	} {
		got, ok := c.Implied(test.typ, test.e)
		if got.Patient != test.want || ok != (test.want != "") {
			t.Errorf("%s, %+v: %q, %v; it should be %q", test.typ, test.e, got.Patient, ok, test.want)
		}
	}
}
