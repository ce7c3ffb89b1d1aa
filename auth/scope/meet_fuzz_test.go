package scope

import (
	"strings"
	"testing"
)

// FuzzParseList: what a list of scopes is read as reads as itself, and each part of the
// list is either read or refused.
func FuzzParseList(f *testing.F) {
	for _, seed := range []string{
		"", "openid fhirUser launch/patient patient/*.rs", "patient/Observation.rs?category=a|b&code=x  user/*.read", "patient/*.rs patient/*.read", "x \x00 system/Patient.cruds",
		everythingURL + "|4.0.1 patient/*.$everything patient/*.$docref user/Observation.$meta http://hl7.org/fhir/OperationDefinition/x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		parsed, refused := ParseList(list)
		if len(parsed)+len(refused) > strings.Count(list, " ")+1 {
			t.Fatalf("%d scopes and %d refused of %q", len(parsed), len(refused), list)
		}
		again, refused := ParseList(strings.Join(Canonical(parsed), " "))
		if len(refused) > 0 || strings.Join(Canonical(again), " ") != strings.Join(Canonical(parsed), " ") {
			t.Fatalf("%q is read as %q, and that as %q, refused %v", list, Canonical(parsed), Canonical(again), refused)
		}
	})
}

// FuzzMeet: what remains within bounds is granted by the asked scope and by a bound.
func FuzzMeet(f *testing.F) {
	f.Add("patient/Observation.cruds", "patient/*.rs?category=a")
	f.Add("openid", "openid")
	f.Add("launch/patient?role=x", "launch/patient")
	f.Add("patient/*.rs?code=a&code=b", "patient/Patient.rs?code=b&_id=x")
	f.Add("patient/*.$meta patient/Patient.$everything", "patient/Observation.r patient/*.rs")
	f.Fuzz(func(t *testing.T, one, two string) {
		asked, _ := ParseList(one)
		bound, _ := ParseList(two)
		parts, refused := Within(bound).Limit(asked, "no")
		for _, part := range parts {
			if !Within(bound).Covers(part) || !Within(asked).Covers(part) {
				t.Fatalf("%s, of %q within %q", part, one, two)
			}
		}
		for _, r := range refused {
			if s, err := Parse(r.Scope); err == nil && Within(bound).Touches(s) && r.Reason != tooMany {
				t.Fatalf("%v, of %q within %q", r, one, two)
			}
		}
	})
}
