package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
)

const (
	shared   = "../../../shared/fhir/"
	coreURL  = "http://hl7.org/fhir/us/core/StructureDefinition/"
	package6 = shared + "us_core_610.tgz"
	package7 = shared + "us_core_700.tgz"
)

// open reads a published package, or skips the test.
func open(t testing.TB, path string) *ig.Package {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skip(path + " is not there")
	}
	p, err := ig.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTablesAreThePackages: what is embedded is what the packages say.
func TestTablesAreThePackages(t *testing.T) {
	published, err := New(open(t, package6), open(t, package7))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, want := range published.Profiles() {
		got, ok := USCore().Find(want.Canonical())
		if !ok {
			t.Errorf("%s is not embedded", want.Canonical())
			continue
		}
		count++
		if len(got.Elements) != len(want.Elements) {
			t.Fatalf("%s has %d elements, want %d", want.Canonical(), len(got.Elements), len(want.Elements))
		}
		for i, e := range want.Elements {
			if !reflect.DeepEqual(normal(got.Elements[i]), normal(e)) {
				t.Errorf("%s: %+v, want %+v", want.Canonical(), got.Elements[i], e)
			}
		}
		whole, embedded := *want, *got
		whole.Elements, embedded.Elements = nil, nil
		if !reflect.DeepEqual(whole, embedded) {
			t.Errorf("%+v, want %+v", embedded, whole)
		}
	}
	if count != 59+63 {
		t.Errorf("%d profiles, want the packages' 59 and 63", count)
	}
}

// normal is an element whose nodes are what they say.
func normal(e *Element) Element {
	own := *e
	for _, n := range []**fhirjson.Node{&own.Fixed, &own.Pattern} {
		if *n != nil {
			*n, _ = fhirjson.Parse((*n).Raw())
		}
	}
	return own
}

func TestFind(t *testing.T) {
	tests := map[string]string{
		coreURL + "us-core-patient":                      "7.0.0",
		coreURL + "us-core-patient|6.1.0":                "6.1.0",
		coreURL + "us-core-patient|7.0.0":                "7.0.0",
		coreURL + "us-core-patient|5.0.1":                "none",
		coreURL + "us-core-patient|":                     "none",
		coreURL + "us-core-patien":                       "none",
		coreURL + "us-core-average-blood-pressure|6.1.0": "none",
		typeURL + "SimpleQuantity":                       "4.0.1",
		"":                                               "none",
	}
	for canonical, want := range tests {
		got := "none"
		if p, ok := USCore().Find(canonical); ok {
			got = p.Version
		}
		if got != want {
			t.Errorf("%s is found in version %s, want %s", canonical, got, want)
		}
	}
}

// TestElements: some elements of US Core in full, one of each kind.
func TestElements(t *testing.T) {
	tests := []struct {
		profile string
		want    Element
	}{
		{"us-core-patient|6.1.0", Element{ID: "Patient.name.given", Path: "Patient.name.given", Max: unbounded, MustSupport: true, Types: []Type{{Code: "string"}}}},
		{"us-core-patient|6.1.0", Element{
			ID: "Patient.extension:race", Path: "Patient.extension", Slice: "race", Max: 1, USCDI: true,
			Types: []Type{{Code: "Extension", Profiles: []string{coreURL + "us-core-race"}}},
		}},
		{"us-core-careplan|7.0.0", Element{
			ID: "CarePlan.text.status", Path: "CarePlan.text.status", Min: 1, Max: 1, MustSupport: true, Types: []Type{{Code: "code"}},
			Binding: Binding{Strength: "required", ValueSet: "http://hl7.org/fhir/us/core/ValueSet/us-core-narrative-status"},
		}},
		{"us-core-blood-pressure|7.0.0", Element{
			ID: "Observation.component", Path: "Observation.component", Min: 2, Max: unbounded, MustSupport: true, Types: []Type{{Code: "BackboneElement"}},
			Slicing:     &Slicing{Rules: "open", Discriminators: []Discriminator{{"pattern", "code"}}},
			Constraints: []*Constraint{{"vs-3", "error", "If there is no a value a data absent reason must be present", "value.exists() or dataAbsentReason.exists()"}},
		}},
		{"us-core-blood-pressure|7.0.0", Element{
			ID: "Observation.component:systolic.value[x]", Path: "Observation.component.value[x]", Max: 1, MustSupport: true,
			Types:   []Type{{Code: "Quantity", MustSupport: true}},
			Binding: Binding{Strength: "extensible", ValueSet: "http://hl7.org/fhir/ValueSet/ucum-vitals-common|4.0.1"},
		}},
		{"us-core-race|6.1.0", Element{ID: "Extension.extension:text.value[x]", Path: "Extension.extension.value[x]", Min: 1, Max: 1, Types: []Type{{Code: "string"}}}},
		{"us-core-race|6.1.0", Element{ID: "Extension.value[x]", Path: "Extension.value[x]"}},
		{"us-core-careteam|6.1.0", Element{
			ID: "CareTeam.participant.member", Path: "CareTeam.participant.member", Min: 1, Max: 1, MustSupport: true,
			Types: []Type{{Code: "Reference", Targets: []Target{
				{coreURL + "us-core-practitioner", true}, {coreURL + "us-core-organization", false}, {coreURL + "us-core-patient", false},
				{coreURL + "us-core-practitionerrole", true}, {coreURL + "us-core-careteam", false}, {coreURL + "us-core-relatedperson", true},
			}}},
		}},
	}
	for _, test := range tests {
		p, ok := USCore().Find(coreURL + test.profile)
		if !ok {
			t.Fatal(test.profile)
		}
		got, ok := p.Find(test.want.ID)
		if !ok {
			t.Errorf("%s has no %s", test.profile, test.want.ID)
			continue
		}
		if !reflect.DeepEqual(*got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.profile, *got, test.want)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	ordered := []string{"1", "1.0", "3.1.1", "6.1.0-snapshot1", "6.1.0", "7.0.0-ballot", "7.0.0", "10.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := compareVersions(a, b), min(1, max(-1, i-j)); got != want {
				t.Errorf("%s and %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func BenchmarkUSCore(b *testing.B) {
	b.Run("profiles", func(b *testing.B) {
		for b.Loop() {
			parseProfiles(profileTable)
		}
	})
	b.Run("value sets", func(b *testing.B) {
		for b.Loop() {
			parseValueSets(valueSetTable)
		}
	})
}

func parse(t testing.TB, text string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err, text)
	}
	return n
}

// TestWith: profiles of packages come to those that are there, and refer to them.
func TestWith(t *testing.T) {
	child := definition(t, "child", "Patient", `{"id":"Patient.name","min":1}`,
		`{"id":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":["`+coreURL+`us-core-practitioner"]}]}`,
		`{"id":"Patient.maritalStatus","max":"1","binding":{"strength":"required","valueSet":"http://example.org/states"}}`)
	states := resource(t, `{"resourceType":"ValueSet","url":"http://example.org/states","compose":{"include":[{"valueSet":["http://hl7.org/fhir/us/core/ValueSet/us-core-problem-or-health-concern"]}]}}`)
	s, err := USCore().With(&ig.Package{Name: "a", Version: "1", Resources: []ig.Resource{child, states}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(s.Profiles()), len(USCore().Profiles())+1; got != want {
		t.Errorf("%d profiles, want %d", got, want)
	}
	if _, ok := USCore().Find("http://example.org/child"); ok {
		t.Error("the set that there was is changed")
	}
	const hint = `http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern or http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item`
	checkAll(t, s, "child", check{
		`{"resourceType":"Patient","name":[{"text":"x"}],"generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"Organization/1"}],"maritalStatus":{"coding":[{"system":"s","code":"M"}]}}`, `
		error value Patient.generalPractitioner[1]: refers to "Organization", and may refer to Practitioner only (child|1)
		error code-invalid Patient.maritalStatus: must have a code of http://example.org/states, not "s|M": ` + hint + ` (child|1)`,
	})
	later := definition(t, "child", "Patient", `{"id":"Patient.photo","min":1}`)
	same, err := s.With(&ig.Package{Name: "a", Version: "1", Resources: []ig.Resource{later}})
	if err != nil {
		t.Fatal(err)
	}
	checkAll(t, same, "child", check{`{"resourceType":"Patient"}`, `error required Patient.photo: is required (child|1)`})
	later.Version = "1.1"
	both, err := s.With(&ig.Package{Name: "a", Version: "1.1", Resources: []ig.Resource{later}})
	if err != nil {
		t.Fatal(err)
	}
	checkAll(t, both, "child", check{`{"resourceType":"Patient"}`, `error required Patient.photo: is required (child|1.1)`})
	checkAll(t, both, "child|1", check{`{"resourceType":"Patient"}`, `error required Patient.name: is required (child|1)`})
}

// TestOwnVersion: what a profile names without version is that of its package.
func TestOwnVersion(t *testing.T) {
	n := parse(t, `{"resourceType":"Patient","extension":[{"url":"`+coreURL+`us-core-race","valueCode":"x"}]}`)
	for _, version := range []string{"6.1.0", "7.0.0"} {
		p, _ := USCore().Find(coreURL + "us-core-patient|" + version)
		told := fmt.Sprint(USCore().Validate(n, p))
		if want := "Patient.extension[0].value: must not be there (us-core-race|" + version + ")"; !strings.Contains(told, want) {
			t.Errorf("%s, want %s", told, want)
		}
	}
}

// TestAnotherSet: a profile of another set is not taken for one of this.
func TestAnotherSet(t *testing.T) {
	p := setOf(t, definition(t, "p", "Patient", `{"id":"Patient.name","min":1}`)).Profiles()[0]
	issues := USCore().Validate(parse(t, `{"resourceType":"Patient"}`), p)
	if len(issues) != 1 || issues[0].Severity != "error" || issues[0].Code != "not-supported" {
		t.Errorf("%v", issues)
	}
}
