package scope

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// TestPolicyKnowsItsScopes asks which scopes grant what: those that carry the letter
// for the type, in canonical form, and none that was refused or gives nothing there.
func TestPolicyKnowsItsScopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scopes, _ := Language{}.ParseList("patient/Observation.read patient/Observation.rs?category=a patient/*.r patient/DocumentReference.r user/Patient.rs patient/Observation.u?nothing=1 launch")
	policy, refused := w.compiler.Compile(scopes, Context{Patient: "1"})
	if len(refused) != 2 {
		t.Fatalf("refused %v", refused)
	}
	for _, c := range []struct {
		letter store.Letter
		typ    string
		want   []string
	}{
		{store.Read, "Observation", []string{"patient/*.r", "patient/Observation.rs", "patient/Observation.rs?category=a"}},
		{store.Search, "Observation", []string{"patient/Observation.rs", "patient/Observation.rs?category=a"}},
		{store.Update, "Observation", nil}, // its parameter is unknown
		{store.Read, "Patient", []string{"patient/*.r"}},
		{store.Read, "Binary", []string{"patient/*.r"}}, // by way of what the chart attaches
		{store.Read, "Medication", []string{"patient/*.r"}},
		{store.Read, "Group", nil}, // never
		{store.Create, "Observation", nil},
	} {
		if got := policy.Scopes(store.Rule{Letter: c.letter, Type: c.typ}); !slices.Equal(got, c.want) {
			t.Errorf("%c on %s: %q, want %q", c.letter, c.typ, got, c.want)
		}
	}
	if got := store.Unrestricted("a test").Scopes(store.Rule{Letter: store.Read, Type: "Patient"}); got != nil {
		t.Errorf("unrestricted: %q", got)
	}
}

// Where a rule comes from and what it says go together.
func TestPolicyKnowsTheScopesOfEveryRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, level := range []string{"patient/*.cruds", "user/*.cruds", "system/*.cruds"} {
		scopes, _ := Language{}.ParseList(level)
		policy, _ := w.compiler.Compile(scopes, Context{Patient: "1", User: "Practitioner/1", Panel: PanelCare})
		for _, typ := range w.registry.Types() {
			for _, letter := range []byte(store.Letters) {
				rule := store.Rule{Letter: store.Letter(letter), Type: typ}
				if known := len(policy.Scopes(rule)) > 0; known != policy.Allows(rule.Letter, typ) {
					t.Errorf("%s: %c on %s: allowed %v, %q", level, letter, typ, !known, policy.Scopes(rule))
				}
			}
		}
	}
}

// Inside an operation it is the scope on the operation that grants what it shows.
func TestPolicyKnowsTheScopesInsideOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scopes, _ := Language{}.ParseList("patient/Patient.$everything patient/Observation.r")
	policy, refused := w.compiler.Compile(scopes, Context{Patient: "1"})
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	inside, entitled := policy.Within(PatientEverything.On("Patient"))
	if !entitled {
		t.Fatal("not entitled")
	}
	for _, c := range []struct {
		of   store.Policy
		typ  string
		want []string
	}{
		{policy, "Observation", []string{"patient/Observation.r"}},
		{policy, "Condition", nil},
		{inside, "Observation", []string{"patient/Observation.r", "patient/Patient.$everything"}},
		{inside, "Condition", []string{"patient/Patient.$everything"}},
	} {
		if got := c.of.Scopes(store.Rule{Letter: store.Read, Type: c.typ}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.typ, got, c.want)
		}
	}
}
