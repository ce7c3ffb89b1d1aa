package profile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/invariant"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
)

const usCore = "http://hl7.org/fhir/us/core/StructureDefinition/"

func resource(t *testing.T, source string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestClaims(t *testing.T) {
	n := resource(t, `{"resourceType":"Patient","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient|4.0.1","http://a","http://b|1","http://a",null]}}`)
	if got := profile.Claims(n); !slices.Equal(got, []string{"http://a", "http://b|1"}) {
		t.Error(got)
	}
	if got := profile.Claims(resource(t, `{"resourceType":"Patient"}`)); got != nil {
		t.Error(got)
	}
	if profile.IsType("Patient", "http://hl7.org/fhir/StructureDefinition/Observation") || profile.IsType("Patient", "http://hl7.org/fhir/StructureDefinition/Patient|5.0.0") {
		t.Error("another definition is taken for R4's Patient")
	}
}

// What is not known is told with what may be meant.
func TestLookupNear(t *testing.T) {
	for canonical, want := range map[string][]string{
		usCore + "us-core-patient|1.0.0":     {usCore + "us-core-patient|7.0.0", usCore + "us-core-patient|6.1.0"},
		"http://example.org/US-Core-Patient": {usCore + "us-core-patient"},
		usCore + "us-core-practitionerole":   {usCore + "us-core-practitionerrole", usCore + "us-core-practitioner"},
		"http://example.org/nothing-of-it":   nil,
		"":                                   nil,
	} {
		_, err := profile.USCore().Lookup(canonical)
		var unknown *profile.NotKnown
		if !errors.As(err, &unknown) || !slices.Equal(unknown.Near, want) {
			t.Errorf("%s: %v, want %v", canonical, err, want)
		}
	}
	if _, err := new(profile.Set).Lookup(usCore + "us-core-patient"); err == nil {
		t.Error("the empty set knows a profile")
	}
}

// A claim without a version is met by any version that is known: us-core-23 of US Core
// 7.0.0 refuses a race that 6.1.0 allows.
func TestClaimWithoutVersion(t *testing.T) {
	const category = `{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}},
		{"url":"ombCategory","valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"ASKU"}}`
	n := resource(t, `{"resourceType":"Patient","identifier":[{"system":"http://x","value":"1"}],"name":[{"family":"x"}],"gender":"male",
		"meta":{"profile":["`+usCore+`us-core-patient","http://example.org/other"]},
		"extension":[{"url":"`+usCore+`us-core-race","extension":[`+category+`,{"url":"text","valueString":"x"}]}]}`)
	known := profile.USCore().WithInvariants(invariant.Evaluator{})
	for version, want := range map[string]string{"": "6.1.0", "|6.1.0": "6.1.0", "|7.0.0": ""} {
		p, issues, err := known.ValidateAs(n, usCore+"us-core-patient"+version)
		if err != nil {
			t.Fatal(err)
		}
		ok := !slices.ContainsFunc(issues, func(i validation.Issue) bool { return i.Severity == validation.Error })
		if ok != (want != "") || ok && p.Version != want {
			t.Errorf("%q: %s, %v", version, p.Version, issues)
		}
	}
	checked, issues := known.ValidateClaims(n)
	issues = slices.DeleteFunc(issues, func(i validation.Issue) bool { return i.Severity == validation.Information })
	if len(checked) != 1 || checked[0].Version != "6.1.0" || len(issues) != 1 || issues[0].Severity != validation.Warning ||
		issues[0].Text != `the profile "http://example.org/other" is not known; it was not checked` {
		t.Errorf("%v, %v", checked, issues)
	}
}

// What a client claims does not cost without bounds.
func TestTooManyClaims(t *testing.T) {
	claims := make([]string, 17)
	for i := range claims {
		claims[i] = fmt.Sprintf(`"http://example.org/%d"`, i)
	}
	for n, want := range map[int]string{
		16: `the profile "http://example.org/15" is not known; it was not checked`,
		17: "names more than 16 profiles; the others are not checked",
	} {
		_, issues := profile.USCore().ValidateClaims(resource(t, `{"resourceType":"Patient","meta":{"profile":[`+strings.Join(claims[:n], ",")+`]}}`))
		if len(issues) != n || issues[n-1].Text != want || issues[n-1].Expression != "Patient.meta.profile" {
			t.Errorf("%d: %v", n, issues)
		}
	}
}

// counting counts how often it is asked the same.
type counting struct{ asked map[asked]int }

type asked struct {
	expression string
	at         profile.Focus
}

func (c counting) Compile(expression, _ string) (profile.Invariant, error) {
	return counted{c, expression}, nil
}

type counted struct {
	counting
	expression string
}

func (c counted) Holds(at profile.Focus) (bool, error) {
	c.asked[asked{c.expression, at}]++
	return true, nil
}

// Profiles of one resource have most invariants in common, which are evaluated once.
func TestClaimsShareInvariants(t *testing.T) {
	c := counting{make(map[asked]int)}
	n := resource(t, `{"resourceType":"Observation","meta":{"profile":["`+usCore+`us-core-bmi","`+usCore+`us-core-body-weight","`+usCore+`us-core-vital-signs|6.1.0"]},"status":"final"}`)
	if checked, _ := profile.USCore().WithInvariants(c).ValidateClaims(n); len(checked) != 3 {
		t.Errorf("%d profiles were checked", len(checked))
	}
	dom3 := 0
	for q, times := range c.asked {
		if times != 1 {
			t.Errorf("%s was asked %d times", q.expression, times)
		}
		if strings.Contains(q.expression, "contained.where") {
			dom3++
		}
	}
	if dom3 == 0 {
		t.Error("no invariant on what is contained was asked")
	}
}
