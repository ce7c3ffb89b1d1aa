package mongo

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
)

// What was found behind a hop is in no trace: neither which ones nor how many.
func TestLearnedIsNotShown(t *testing.T) {
	param := &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}
	of := func(ids ...string) search.Or {
		var terms search.Or
		for _, id := range ids {
			terms = append(terms, search.Term{Param: param, Code: search.Is("Patient/" + id)})
		}
		return terms
	}
	charts := search.Or{search.Chart{Patient: "secret"}, search.Chart{Patient: "other"}}
	show := func(keyed bool, e search.Expr) string {
		c := newCompiler(t.Context(), 0, keyed)
		f, err := c.filter("Observation", e)
		if err != nil {
			t.Fatal(err)
		}
		return shown(f)
	}
	for _, keyed := range []bool{true, false} {
		for name, pair := range map[string][2]search.Expr{
			"references": {of("secret"), of("secret", "other")},
			"ids":        {search.ID{"secret"}, search.ID{"secret", "other"}},
			"charts":     {charts[:1], charts},
		} {
			if text := show(keyed, pair[0]); !strings.Contains(text, "secret") {
				t.Fatalf("%s that the caller gave: %s", name, text)
			}
			one, two := show(keyed, learned{pair[0]}), show(keyed, learned{pair[1]})
			if one != two || strings.Contains(one, "secret") {
				t.Errorf("%s: a trace shows\n%s\n%s", name, one, two)
			}
		}
	}
}
