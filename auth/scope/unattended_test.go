package scope

import (
	"os"
	"testing"

	"github.com/granary-fhir/granary/search"
)

// valuesOf are values of each kind of parameter, one of which is read.
var valuesOf = map[search.Kind][]string{
	search.KindToken: {"http://example.org|a", "a|b|c"}, search.KindString: {"a"}, search.KindDate: {"2020"}, search.KindNumber: {"1"},
	search.KindQuantity: {"1"}, search.KindURI: {"http://example.org"}, search.KindReference: {"Patient/1", "Location/1", "Organization/1"},
	search.KindComposite: {"http://example.org|a$1", "a$2020", "a$b"}, search.KindSpecial: {"1|1"},
}

// What a search does not decide by the resource alone leads to others, whatever
// parameter and modifier there are.
func TestLeadingParameters(t *testing.T) {
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	types := []string{"Encounter", "List", "Location", "Observation", "Patient", "Procedure", "Provenance"}
	if os.Getenv("GRANARY_LONG") != "" {
		types = registry.Types()
	}
	leading := 0
	for _, typ := range types {
		pairs := []search.Pair{{Name: "_list", Value: "1"}, {Name: "_filter", Value: "_id eq 1"}, {Name: "_has:Provenance:target:_id", Value: "1"}}
		for _, p := range registry.Params(typ) {
			for _, modifier := range append(registry.Modifiers(p), "", ":Patient", ":missing") {
				for _, value := range append(valuesOf[p.Kind], "true") {
					pairs = append(pairs, search.Pair{Name: p.Code + modifier, Value: value}, search.Pair{Name: p.Code + modifier + "._id", Value: "1"})
				}
			}
		}
		for _, pair := range pairs {
			where, err := registry.ParseWhere(typ, []search.Pair{pair}, search.Options{})
			if err != nil || search.OfItself(where) {
				continue
			}
			if leading++; !leads(pair) {
				t.Errorf("%s?%s=%s leads to other resources", typ, pair.Name, pair.Value)
			}
		}
	}
	if leading < 500 {
		t.Errorf("%d parameters that lead to other resources", leading)
	}
	for _, own := range []string{"code", "code:text", "code:not", "subject:identifier", "subject:Patient", "_tag", "date:missing"} {
		if leads(search.Pair{Name: own, Value: "a.b"}) {
			t.Errorf("%s leads nowhere", own)
		}
	}
}
