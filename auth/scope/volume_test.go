package scope

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// Five hundred scopes are one predicate: equal parameters are one list, what another
// scope grants is gone, and the chart is there once.
func TestFiveHundredScopesAreOnePredicate(t *testing.T) {
	w := newWorld(t)
	var scopes, codes []string
	for i := range 166 {
		code := fmt.Sprintf("http://loinc.org|%d", i)
		codes = append(codes, code)
		scopes = append(scopes,
			"patient/Observation.rs?code="+code,
			"patient/Observation.rs?category=x&code="+code,
			"patient/Observation.rs?code="+code+"&status=final&category=x")
	}
	scopes = append(scopes, "patient/Observation.rs?encounter.class=AMB", "patient/Observation.rs?encounter.class=IMP")
	parsed, _ := ParseList(strings.Join(scopes, " "))
	if len(parsed) != 500 {
		t.Fatal(len(parsed))
	}
	many := w.grant(t, strings.Join(scopes, " "), Context{Patient: "a"})
	got, ok := many.Expr(store.Search, "Observation").(search.And)
	if !ok || len(got) != 2 {
		t.Fatalf("%v", many.Expr(store.Search, "Observation"))
	}
	either, ok := got[1].(search.Or)
	if _, isChart := got[0].(search.Chart); !ok || !isChart || len(either) != len(codes)+1 {
		t.Errorf("%d alternatives of %d codes and one chain, beside %v", len(either), len(codes), got[0])
	}
	one := w.grant(t, "patient/Observation.rs?code="+strings.Join(codes, ",")+" patient/Observation.rs?encounter.class=AMB,IMP", Context{Patient: "a"})
	if want := size(one.Expr(store.Read, "Observation")); size(many.Expr(store.Read, "Observation")) != want {
		t.Errorf("%d nodes, and of the scopes that mean the same %d", size(many.Expr(store.Read, "Observation")), want)
	}
}

// What hangs on the chart is reached by predicates that grow from step to step:
// Provenance, the last, has those of all types. What one level reaches is there once for
// it, and scopes of another level beside it add what that reaches.
func TestPredicateOfTheLastStepStaysSmall(t *testing.T) {
	w := newWorld(t)
	sizeOf := func(scopes string) int {
		policy := w.grant(t, scopes, Context{Patient: "a", User: "Practitioner/of-a", Panel: PanelCare})
		return size(policy.Expr(store.Read, "Provenance"))
	}
	patient, user := sizeOf("patient/*.rs"), sizeOf("user/*.rs")
	if both := sizeOf("patient/*.rs user/*.rs"); both > patient+user {
		t.Errorf("%d nodes of both levels, and of each %d and %d", both, patient, user)
	}
	const most = 10_000 // half of what the SQLite store admits
	for _, scopes := range []string{"patient/*.crus user/*.r?_security=N", "patient/*.rs?_security=R user/*.rs?_security=N"} {
		if n := sizeOf(scopes); n > most {
			t.Errorf("%s: %d nodes, more than %d", scopes, n, most)
		}
	}
}

// size is how many nodes a predicate has.
func size(e search.Expr) int {
	n := 0
	search.Any(e, func(search.Expr) bool { n++; return false })
	return n
}

// Scopes on * with parameters are alternatives of every type: a hundred of them compile,
// and the next is refused, wherever it stands.
func TestTooManyNarrowedWildcards(t *testing.T) {
	r, c := testbackend.Definitions(t)
	list := "patient/Observation.rs?code=x patient/*.rs?_tag=t100"
	for i := range 100 {
		list += fmt.Sprintf(" patient/*.rs?_tag=t%03d", i)
	}
	scopes, _ := ParseList(list)
	policy, refused := NewCompiler(r, c, base).Compile(scopes[:len(scopes)-1], Context{Patient: "a"})
	if len(refused) != 0 || !policy.Allows(store.Read, "Condition") {
		t.Errorf("a hundred: %v", refused)
	}
	_, refused = NewCompiler(r, c, base).Compile(scopes, Context{Patient: "a"})
	want := []Refusal{{"patient/*.rs?_tag=t100", "a grant has at most 100 scopes on * with parameters; name the types"}}
	if len(refused) != 1 || refused[0] != want[0] {
		t.Errorf("one more: %v, want %v", refused, want)
	}
}
