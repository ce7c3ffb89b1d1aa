package compartments

import (
	"reflect"
	"testing"

	"github.com/granary-fhir/granary/search"
)

func TestAnyChart(t *testing.T) {
	c := newCompartments(t)
	leads := func(typ, code string) search.Expr {
		param, ok := c.registry.Param(typ, code)
		if !ok {
			t.Fatalf("no %s.%s", typ, code)
		}
		return search.Chain{Param: param, Type: "Patient", Where: search.True}
	}
	for typ, want := range map[string]search.Expr{
		"Patient":      search.True,
		"Condition":    search.Or{leads("Condition", "asserter"), leads("Condition", "patient")},
		"Task":         leads("Task", "patient"),
		"Organization": search.False,
		"Group":        search.False,
		"Nonsense":     search.False,
	} {
		if got := c.AnyChart(typ); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, want %#v", typ, got, want)
		}
	}
	// Nothing that confers membership of a chart is left out.
	for _, typ := range c.Types(ByChart) {
		if c.AnyChart(typ) == search.Expr(search.False) {
			t.Errorf("%s is in no chart", typ)
		}
	}
}
