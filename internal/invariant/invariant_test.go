package invariant

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
)

func parse(t testing.TB, source string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return n
}

// published are all constraints of US Core's profiles, each expression once.
func published() []*profile.Constraint {
	var all []*profile.Constraint
	for _, p := range profile.USCore().Profiles() {
		for _, e := range p.Elements {
			for _, c := range e.Constraints {
				if !slices.ContainsFunc(all, func(other *profile.Constraint) bool { return other.Expression == c.Expression && other.Key == c.Key }) {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// holds evaluates an expression on a value that is a resource, or stands in one
// that has nothing else.
func holds(t *testing.T, expression, typ, value string) (bool, error) {
	t.Helper()
	x, err := Evaluator{}.Compile(expression, typ)
	if err != nil {
		t.Fatal(err)
	}
	at := profile.Focus{Node: parse(t, value), Type: typ}
	at.Resource = at.Node
	if at.Node.Get("resourceType") == nil {
		at.Resource = parse(t, `{"resourceType":"Basic"}`)
	}
	return x.Holds(at)
}

// Every constraint of US Core's profiles has values that it holds for and values
// that it does not hold for, and is found to.
func TestConstraints(t *testing.T) {
	tested := make(map[string]bool)
	for _, test := range constraintTests {
		tested[test.key] = true
		found := 0
		for _, c := range published() {
			if c.Key != test.key || !strings.HasPrefix(c.Expression, test.part) {
				continue
			}
			found++
			for _, value := range test.good {
				if got, err := holds(t, c.Expression, test.typ, value); !got || err != nil {
					t.Errorf("%s %s: %v, %v for %s", c.Key, c.Expression, got, err, value)
				}
			}
			for _, value := range test.bad {
				if got, err := holds(t, c.Expression, test.typ, value); got || err != nil {
					t.Errorf("%s %s: %v, %v for %s", c.Key, c.Expression, got, err, value)
				}
			}
		}
		if found == 0 || len(test.good) == 0 || len(test.bad) == 0 {
			t.Errorf("%s: %d constraints, %d good and %d bad values", test.key, found, len(test.good), len(test.bad))
		}
	}
	for _, c := range published() {
		if !tested[c.Key] {
			t.Errorf("%s has no test: %s", c.Key, c.Expression)
		}
	}
}

func TestCorrections(t *testing.T) {
	for _, c := range corrections {
		if !slices.ContainsFunc(published(), func(p *profile.Constraint) bool { return p.Expression == c.published }) {
			t.Errorf("nothing is published as %s", c.published)
		}
		if c.corrected == c.published || c.why == "" {
			t.Errorf("%s is not corrected, or without a reason", c.published)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, test := range []struct{ expression, typ, want string }{
		{"a.slice(b, c)", "Patient", `fhirpath "a.slice(b, c)": the function slice() is not known`},
		{"a +", "Patient", `fhirpath "a +": the expression ends where a name should stand`},
		{"true", "Nothing", `"Nothing" is not a type of R4`},
	} {
		if _, err := (Evaluator{}).Compile(test.expression, test.typ); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.expression, err, test.want)
		}
	}
}

// What cannot be told is an error, never true.
func TestUnknown(t *testing.T) {
	for expression, want := range map[string]string{
		"managingOrganization.resolve().name.exists()": "the resource that a reference leads to is not at hand",
		"gender.memberOf('http://example.org/vs')":     "it is not known what the value set http://example.org/vs contains",
		"conformsTo('http://example.org/profile')":     "conformsTo() of a profile is not evaluated",
		"(1 | 2) and true":                             "a collection of several items stands where a Boolean is expected",
	} {
		got, err := holds(t, expression, "Patient", `{"resourceType":"Patient","gender":"male","managingOrganization":{"reference":"Organization/1"}}`)
		if got || err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v; want %s", expression, got, err, want)
		}
	}
	x, err := Evaluator{}.Compile("true", "Patient")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Holds(profile.Focus{Node: parse(t, "{}"), Type: "Patient", Resource: parse(t, "{}")}); err != errNoResource {
		t.Error(err)
	}
}

// A primitive may have nothing but extensions.
func TestCompanion(t *testing.T) {
	x, err := Evaluator{}.Compile("hasValue() or extension.exists()", "date")
	if err != nil {
		t.Fatal(err)
	}
	patient := parse(t, `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"x"}]}}`)
	if got, err := x.Holds(profile.Focus{Companion: patient.Get("_birthDate"), Type: "date", Resource: patient}); !got || err != nil {
		t.Error(got, err)
	}
}
