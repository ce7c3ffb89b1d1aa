package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

const colour = "Patient.extension.where(url = 'http://example.org/colour')"

// packaged is a parameter of a package.
func packaged(code, kind, expression string, base ...string) definitions.SearchParameter {
	return definitions.SearchParameter{
		URL: "http://example.org/SearchParameter/" + code, Code: code, Type: kind,
		Base: base, Expression: expression, Source: "example#1.0.0",
	}
}

// admit makes a registry with one parameter of a package.
func admit(t *testing.T, d ...definitions.SearchParameter) (*Registry, []Admission) {
	t.Helper()
	r, admissions, err := NewRegistryWith(d)
	if err != nil {
		t.Fatal(err)
	}
	return r, admissions
}

func TestPackagedParameterIsServed(t *testing.T) {
	for expression, want := range map[string]string{
		colour + ".value":              colour + ".value",
		colour + ".value.ofType(code)": colour + ".value.ofType(code)",
		colour + ".valueCode":          colour + ".value.ofType(code)",
	} {
		r, admissions := admit(t, packaged("favourite-colour", "token", expression, "Patient"))
		if len(admissions) != 1 || admissions[0].Err != nil || admissions[0].Known {
			t.Fatalf("%s: %+v", expression, admissions)
		}
		p, ok := r.Param("Patient", "favourite-colour")
		if !ok || p.Expression != want || p.Package != "example#1.0.0" || p.Kind != KindToken {
			t.Errorf("%s: %+v", expression, p)
		}
		body, err := fhirjson.Parse([]byte(`{"resourceType":"Patient","extension":[{"url":"http://example.org/colour","valueCode":"red"},{"url":"http://example.org/other","valueCode":"blue"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := r.Extract("Patient", body, "")
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, e := range entries.Terms {
			if e.Param == p {
				codes = append(codes, e.Code)
			}
		}
		if !slices.Equal(codes, []string{"red"}) {
			t.Errorf("%s: %q", expression, codes)
		}
		built := realRegistry(t)
		if r.Digest() == built.Digest() || len(built.Packaged()) != 0 || !slices.Contains(r.Packaged(), p) {
			t.Errorf("%s: the digest is that of a registry without it, or it is not among %d of packages", expression, len(r.Packaged()))
		}
	}
}

func TestPackagedParametersThatAreDerived(t *testing.T) {
	r, _ := admit(t, packaged("carer", "reference", "Patient.extension.where(url = 'http://example.org/carer').value.ofType(Reference)", "Patient"))
	var codes []string
	for _, p := range r.Packaged() {
		codes = append(codes, p.Name())
	}
	if want := []string{"Patient.carer", "Patient.carer:identifier", "Patient.carer:text"}; !slices.Equal(codes, want) {
		t.Errorf("%q, want %q", codes, want)
	}
}

func TestPackagedComposite(t *testing.T) {
	part := packaged("part", "token", "Observation.component.code", "Observation")
	composite := packaged("part-value", "composite", "Observation.component", "Observation")
	composite.Components = []definitions.Component{
		{Definition: part.URL + "|1.0.0", Expression: "code"},
		{Definition: "http://hl7.org/fhir/SearchParameter/Observation-component-value-quantity", Expression: "value.as(Quantity)"},
	}
	r, admissions := admit(t, composite, part)
	p, ok := r.Param("Observation", "part-value")
	if !ok || len(p.Components) != 2 || p.Components[0].Wider == nil {
		t.Fatalf("%+v, %+v", admissions, p)
	}
}

func TestPackagedParameterIsLeftOut(t *testing.T) {
	for name, test := range map[string]struct {
		d    definitions.SearchParameter
		want string
	}{
		"not understood":       {packaged("x", "token", "Patient.name.foo()", "Patient"), "foo"},
		"no such element":      {packaged("x", "token", "Patient.colour", "Patient"), `Patient has no element "colour"`},
		"not of its kind":      {packaged("x", "date", "Patient.gender", "Patient"), "Patient.x of type date selects code, which has no such values"},
		"another meaning":      {packaged("gender", "token", "Patient.maritalStatus", "Patient"), "Patient.gender is http://hl7.org/fhir/SearchParameter/individual-gender already, of type token, which selects Patient.gender"},
		"another kind":         {packaged("gender", "string", "Patient.gender", "Patient"), "Patient.gender is"},
		"no type of R4":        {packaged("x", "token", "Transport.status", "Transport"), `"Transport" is not a resource type`},
		"no type":              {packaged("x", "token", "Patient.gender"), "it is for no resource type"},
		"special":              {packaged("x", "special", "Patient.gender", "Patient"), `parameters of type "special" are not supported`},
		"no expression":        {packaged("x", "token", " ", "Patient"), "it has no expression"},
		"a name of R4's":       {packaged("_x", "token", "Patient.gender", "Patient"), `the code "_x" cannot be`},
		"a name with a mark":   {packaged("x:y", "token", "Patient.gender", "Patient"), `the code "x:y" cannot be`},
		"one type of two":      {packaged("x", "token", "Patient.gender | Practitioner.sex", "Patient", "Practitioner"), `Practitioner has no element "sex"`},
		"known on one of them": {packaged("gender", "token", "Patient.gender | Organization.type", "Patient", "Organization"), "on some of its types"},
	} {
		t.Run(name, func(t *testing.T) {
			r, admissions := admit(t, test.d)
			if err := admissions[0].Err; err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
			built := realRegistry(t)
			if r.Digest() != built.Digest() || len(r.Packaged()) != 0 {
				t.Error("something of it is left in the registry")
			}
			for _, typ := range r.Types() {
				if len(r.Params(typ)) != len(built.Params(typ)) || len(r.References(typ)) != len(built.References(typ)) {
					t.Errorf("%s has other parameters", typ)
				}
			}
		})
	}
}

func TestPackagedParameterIsKnown(t *testing.T) {
	onset := packaged("onset-date", "date", "(Condition.onset as dateTime) | Condition.onset.as(Period)", "Condition")
	id := packaged("_id", "token", "Patient.id", "Patient")
	first := packaged("favourite-colour", "token", colour+".value", "Patient")
	second := first
	second.URL, second.Source, second.Expression = "http://example.com/colour", "other#1", strings.ReplaceAll(colour, " ", "")+".valueCode"
	third := second
	third.Expression = "Patient.gender"
	r, admissions := admit(t, onset, id, first, second, third)
	for i, known := range []bool{true, true, false, true, false} {
		if admissions[i].Known != known || (admissions[i].Err != nil) != (i == 4) {
			t.Errorf("%d: %+v", i, admissions[i])
		}
	}
	if p, _ := r.Param("Patient", "favourite-colour"); p.Package != "example#1.0.0" {
		t.Errorf("the later package counts: %+v", p)
	}
}

// TestDigestOfPackages: whatever changes the entries of a parameter changes the digest of
// the registry and what the parameter is made by, and nothing else does.
func TestDigestOfPackages(t *testing.T) {
	whole := packaged("part-value", "composite", "Observation.component", "Observation")
	whole.Components = []definitions.Component{
		{Definition: "http://example.org/SearchParameter/part", Expression: "code"},
		{Definition: "http://hl7.org/fhir/SearchParameter/Observation-component-value-quantity", Expression: "value.as(Quantity)"},
	}
	part := packaged("part", "token", "Observation.component.code", "Observation")
	first := packaged("first", "reference", "Bundle.entry[0].resource", "Bundle")
	made := func(changed string, change func(d *definitions.SearchParameter)) (digest string, composite, reference *Param) {
		all := []definitions.SearchParameter{whole, part, first}
		for i := range all {
			if all[i].Code == changed {
				change(&all[i])
			}
		}
		r, admissions := admit(t, all...)
		for _, a := range admissions {
			if a.Err != nil {
				t.Fatal(a.Err)
			}
		}
		composite, _ = r.Param("Observation", "part-value")
		reference, _ = r.Param("Bundle", "first")
		return r.Digest(), composite, reference
	}
	digest, composite, reference := made("", nil)
	for name, test := range map[string]struct {
		of                             string
		change                         func(d *definitions.SearchParameter)
		composite, component, pointing bool // what is made otherwise
	}{
		"an expression":  {"part-value", func(d *definitions.SearchParameter) { d.Expression = "Observation.component | Observation" }, true, true, false},
		"what is wider":  {"part", func(d *definitions.SearchParameter) { d.Expression = "Observation.code | Observation.component.code" }, false, true, false},
		"what is none":   {"part", func(d *definitions.SearchParameter) { d.Expression = "Observation.code" }, false, true, false},
		"targets":        {"first", func(d *definitions.SearchParameter) { d.Target = []string{"Patient"} }, false, false, true},
		"a new URL":      {"first", func(d *definitions.SearchParameter) { d.URL = "http://example.org/other" }, false, false, false},
		"a newer source": {"first", func(d *definitions.SearchParameter) { d.Source = "example#2.0.0" }, false, false, false},
	} {
		changed, c, p := made(test.of, test.change)
		if (changed != digest) != (test.composite || test.component || test.pointing) {
			t.Errorf("%s: the digest changed: %v", name, changed != digest)
		}
		if (c.Making() != composite.Making()) != test.composite ||
			(c.Components[0].Making() != composite.Components[0].Making()) != test.component ||
			(p.Making() != reference.Making()) != test.pointing {
			t.Errorf("%s: %q, %q, %q", name, c.Making(), c.Components[0].Making(), p.Making())
		}
	}
}

// TestTooManyPackaged: what packages add has an end.
func TestTooManyPackaged(t *testing.T) {
	var all []definitions.SearchParameter
	for i := range 70 {
		all = append(all, packaged(fmt.Sprintf("rules-%d", i), "uri", "Resource.implicitRules", "Resource"))
	}
	r, admissions := admit(t, all...)
	served := maxPackaged / len(r.Types())
	for i, a := range admissions {
		if (a.Err == nil) != (i < served) || a.Err != nil && a.Err.Error() != "packages have more than 10000 parameters, each counted on each of its types" {
			t.Errorf("%d: %v", i, a.Err)
		}
	}
	if n := len(r.Packaged()); n != served*len(r.Types()) {
		t.Errorf("%d are served", n)
	}
}
