package scope

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/internal/testrun"
)

func one(t *testing.T, text string) Scope {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const everythingURL = "http://hl7.org/fhir/OperationDefinition/Patient-everything"

// meetOperations are scopes on operations, for the laws.
var meetOperations = []string{
	"patient/Patient.$everything", "patient/*.$everything", everythingURL, "user/Patient.$everything", "patient/*.$meta",
	"patient/Observation.$meta", "patient/Observation.$lastn", "patient/*.$validate", "patient/Condition.$validate",
}

func TestMeet(t *testing.T) {
	for _, c := range [][3]string{
		{"patient/Observation.rs", "patient/Observation.rs", "patient/Observation.rs"},
		{"patient/Observation.read", "patient/*.rs", "patient/Observation.read"},
		{"patient/*.cruds", "patient/Observation.rs", "patient/Observation.rs"},
		{"patient/*.read", "patient/Observation.cruds", "patient/Observation.rs"},
		{"patient/Observation.cruds", "patient/Observation.rs?category=a", "patient/Observation.rs?category=a"},
		{"patient/Observation.rs?category=a", "patient/*.s", "patient/Observation.s?category=a"},
		{"patient/Observation.rs?category=b", "patient/Observation.rs?category=a", "patient/Observation.rs?category=a&category=b"},
		{"patient/Observation.rs?code=x", "patient/Observation.rs?category=a", "patient/Observation.rs?category=a&code=x"},
		{"patient/Observation.rs", "user/Observation.rs", ""},
		{"patient/Observation.rs", "patient/Condition.rs", ""},
		{"patient/Observation.rs", "patient/Observation.cud", ""},
		{"openid", "openid", "openid"},
		{"openid", "fhirUser", ""},
		{"launch/patient?role=launch", "launch/patient", "launch/patient?role=launch"},
		{"launch/patient", "launch/patient?role=launch", ""},
		{"openid", "patient/*.rs", ""},
		{"patient/*.rs", "openid", ""},

		{"patient/Patient.$everything", "patient/Patient.$everything", "patient/Patient.$everything"},
		{"patient/Patient.$everything", "patient/*.$everything", "patient/Patient.$everything"},
		{"patient/*.$everything", "patient/Encounter.$everything", "patient/Encounter.$everything"},
		{everythingURL, "patient/Patient.$everything", everythingURL},
		{"patient/Patient.$everything", everythingURL, "patient/Patient.$everything"},
		{everythingURL, "patient/*.cruds", everythingURL},
		{"patient/*.$everything", "patient/*.read", "patient/*.$everything"},
		{"patient/*.$everything", "patient/*.r", ""},
		{"patient/Patient.$everything", "patient/*.rs?_tag=a", ""},
		{"patient/Patient.$everything", "patient/Patient.cruds", ""},
		{"patient/Patient.$everything", "user/*.cruds", ""},
		{"user/Patient.$everything", everythingURL, ""},
		{"patient/Patient.$everything", "patient/Encounter.$everything", ""},
		{"patient/Patient.$everything", "patient/*.$meta", ""},
		{"patient/*.rs", "patient/Patient.$everything", ""},
		{"patient/Patient.rs", "patient/Patient.$validate", ""},
		{"patient/Observation.$lastn", "patient/Observation.rs", "patient/Observation.$lastn"},
		{"patient/Observation.$lastn", "patient/Observation.s", ""},
		{"patient/Observation.$lastn", "patient/Observation.rs?category=a", ""},
		{"patient/*.$meta", "patient/*.r", "patient/*.$meta"},
		{"patient/*.$meta", "patient/Observation.cruds", "patient/Observation.$meta"},
		{"patient/*.$meta", "patient/Observation.$meta", "patient/Observation.$meta"},
		{"patient/Condition.$meta", "patient/Observation.r", ""},
		{"patient/*.$validate", "patient/Observation.u?category=a", "patient/Observation.$validate"},
		{"patient/Observation.$validate", "patient/*.c", "patient/Observation.$validate"},
		{"patient/Observation.$validate", "patient/*.ds", ""},
		{"patient/Observation.$validate", "patient/Condition.cruds", ""},
		{"patient/Observation.$validate", "user/*.cruds", ""},
		{"openid", "patient/Patient.$everything", ""},
		{"patient/Patient.$everything", "openid", ""},
	} {
		got, ok := Meet(one(t, c[0]), one(t, c[1]))
		if ok != (c[2] != "") || ok && got.Written() != c[2] {
			t.Errorf("%s and %s: %q, %t, want %q", c[0], c[1], got.Written(), ok, c[2])
		}
	}
}

func TestAuth16GrantedIsWithinRegistered(t *testing.T) {
	const not = "not registered"
	for _, c := range []struct{ asked, bounds, want, refused string }{
		{"patient/*.rs", "*", "patient/*.rs", ""},
		{"patient/*.rs openid", "", "", "patient/*.rs openid"},
		{"patient/*.rs", "patient/Observation.rs patient/Patient.r", "patient/Observation.rs patient/Patient.r", ""},
		{"patient/Observation.rs", "patient/Observation.rs?category=a patient/Observation.rs?category=b", "patient/Observation.rs?category=a patient/Observation.rs?category=b", ""},
		{"patient/Observation.rs", "patient/Observation.rs?category=a patient/*.rs", "patient/Observation.rs", ""},
		{"patient/Observation.cruds", "patient/Observation.rs patient/*.r", "patient/Observation.rs", ""},
		{"patient/Observation.cruds", "patient/*.r patient/Observation.rs", "patient/Observation.rs", ""},
		{"patient/Observation.rs user/Observation.rs", "patient/*.cruds", "patient/Observation.rs", "user/Observation.rs"},
		{"launch/patient openid offline_access", "openid launch/patient", "launch/patient openid", "offline_access"},
		{"patient/*.rs patient/Observation.rs", "patient/Observation.rs", "patient/Observation.rs", ""},
		{"patient/*.$meta patient/Patient.$everything", "patient/Observation.r patient/Patient.cruds", "patient/Observation.$meta patient/Patient.$meta", "patient/Patient.$everything"},
		{"patient/*.rs", "patient/*.$everything", "", "patient/*.rs"},
	} {
		bounds, bad := Language{}.ParseBounds(c.bounds)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		asked, _ := ParseList(c.asked)
		within, refused := bounds.Limit(asked, not)
		var names []string
		for _, r := range refused {
			if r.Reason != not {
				t.Errorf("%+v", r)
			}
			names = append(names, r.Scope)
		}
		if got := listed(within); got != c.want || strings.Join(names, " ") != c.refused {
			t.Errorf("%s within %s: %q, refused %q, want %q and %q", c.asked, c.bounds, got, names, c.want, c.refused)
		}
	}
}

func listed(scopes []Scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = s.Written()
	}
	return strings.Join(texts, " ")
}

// Whatever is asked for, nothing remains that the bounds do not cover, and what they
// cover remains as it was asked for.
func TestLimitIsALaw(t *testing.T) {
	scopes := rapid.Custom(func(t *rapid.T) Scope {
		text := rapid.SampledFrom([]string{"patient", "user"}).Draw(t, "level") + "/" +
			rapid.SampledFrom([]string{"*", "Observation", "Condition"}).Draw(t, "type") + "." +
			rapid.SampledFrom([]string{"rs", "r", "cruds", "cud", "read"}).Draw(t, "letters") +
			rapid.SampledFrom([]string{"", "?category=a", "?category=b", "?code=x&category=a"}).Draw(t, "query")
		if rapid.IntRange(0, 4).Draw(t, "on an operation") == 0 {
			text = rapid.SampledFrom(meetOperations).Draw(t, "operation")
		}
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		bounds := Within(rapid.SliceOfN(scopes, 0, 4).Draw(t, "bounds"))
		asked := scopes.Draw(t, "asked")
		parts, refused := bounds.Limit([]Scope{asked}, "no")
		if (len(parts) == 0) != (len(refused) == 1) {
			t.Fatalf("%d parts, %d refused", len(parts), len(refused))
		}
		for _, part := range parts {
			if !bounds.Covers(part) || !Within([]Scope{asked}).Covers(part) {
				t.Fatalf("%s of %s is not covered", part, asked)
			}
		}
		if again, _ := bounds.Limit(parts, "no"); listed(again) != listed(parts) {
			t.Fatalf("again: %s, first: %s", listed(again), listed(parts))
		}
	})
}

// What is within another scope meets it in itself, and only that.
func TestWithinIsALaw(t *testing.T) {
	scopes := rapid.Custom(func(t *rapid.T) Scope {
		text := rapid.SampledFrom([]string{"patient/", "user/"}).Draw(t, "level") +
			rapid.SampledFrom([]string{"*", "Observation", "Condition"}).Draw(t, "type") + "." +
			rapid.SampledFrom([]string{"rs", "r", "cruds", "cud", "read"}).Draw(t, "letters") +
			rapid.SampledFrom([]string{"", "?category=a", "?category=b", "?code=x&category=a", "?code=x&code=y"}).Draw(t, "query")
		if rapid.IntRange(0, 4).Draw(t, "on an operation") == 0 {
			text = rapid.SampledFrom(meetOperations).Draw(t, "operation")
		}
		if rapid.IntRange(0, 9).Draw(t, "data") == 0 {
			text = rapid.SampledFrom([]string{"openid", "launch/patient", "launch/patient?role=launch"}).Draw(t, "name")
		}
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := scopes.Draw(t, "a"), scopes.Draw(t, "b")
		both, ok := Meet(a, b)
		if got, want := within(a, b), ok && both.String() == a.String(); got != want {
			t.Fatalf("%s within %s: %v, and they meet in %s, %v", a, b, got, both, ok)
		}
		if Within([]Scope{b}).Covers(a) != within(a, b) || Within([]Scope{b}).Touches(a) != ok {
			t.Fatalf("%s and %s", a, b)
		}
	})
}

// Long lists are compared in time, and what they have in common has an end.
func TestLimitOfLongLists(t *testing.T) {
	list := func(name string, n int) []Scope {
		var scopes []Scope
		for i := range n {
			scopes = append(scopes, one(t, fmt.Sprintf("patient/Observation.rs?%s=%d", name, i)))
		}
		return scopes
	}
	begun := testrun.CPUTime()
	within, refused := Within(list("code", 1000)).Limit(list("category", 2000), "no")
	if len(within) != maxParts || len(refused) != 2000-maxParts/1000 || refused[0].Reason != tooMany {
		t.Errorf("%d parts, %d refused, the first %v", len(within), len(refused), refused[0])
	}
	if within, refused := Within(list("code", 2000)).Limit(list("code", 2000), "no"); len(within) != 2000 || len(refused) != 0 {
		t.Errorf("%d, %d refused", len(within), len(refused))
	}
	if took := testrun.CPUTime() - begun; took > 30*time.Second { // it was an hour
		t.Errorf("it took %v", took)
	}
}
