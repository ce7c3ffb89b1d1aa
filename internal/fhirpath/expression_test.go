package fhirpath

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

const patient = `{"resourceType":"Patient","id":"p","active":true,"deceasedBoolean":false,
	"name":[{"family":"Lee","given":["Ann","Bo"]},{"given":["C"]}],
	"telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"},{"value":"3"}],
	"extension":[{"url":"http://a","valueString":"x"},{"url":"http://b","valueCoding":{"code":"y"}},
		{"url":"http://a","valueQuantity":{"value":1,"code":"z"}}],
	"generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"Organization/2"},{"type":"Practitioner","identifier":{"value":"i"}}]}`

const observation = `{"resourceType":"Observation","code":{"text":"top"},"valueQuantity":{"value":1},
	"component":[{"code":{"text":"one"},"valueString":"s"},{"code":{"text":"two"},"valueInteger":4}]}`

const bundle = `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Composition","id":"c"}},
	{"resource":{"resourceType":"Patient","id":"d"}},{"resource":{"resourceType":"Nothing","id":"e"}}]}`

func TestSelect(t *testing.T) {
	for _, c := range []struct{ resource, expression, want string }{
		// Paths.
		{patient, "Patient.active", "boolean true"},
		{patient, "Resource.id", "id p"},
		{patient, "DomainResource.id", "id p"},
		{patient, "id", "id p"},
		{patient, "Patient.name.given", "string Ann, string Bo, string C"},
		{patient, "name.family", "string Lee"},
		{patient, "Patient.birthDate", ""},
		{patient, "Patient.name[0].given", "string Ann, string Bo"},
		{patient, "Patient.name.given[2]", "string C"},
		{patient, "Patient.name.given[3]", ""},
		{patient, "Patient.where(active = true).id", "id p"},
		// Choices.
		{patient, "Patient.deceased", "boolean false"},
		{patient, "Patient.deceased.ofType(boolean)", "boolean false"},
		{patient, "Patient.deceased.ofType(dateTime)", ""},
		{patient, "(Patient.deceased as boolean)", "boolean false"},
		{patient, "Patient.deceased.as(DateTime)", ""},
		{observation, "Observation.value", "Quantity {}"},
		{observation, "(Observation.value.ofType(Quantity)).value", "decimal 1"},
		{observation, "Observation.component.value", "string s, integer 4"},
		{observation, "Observation.component.value.ofType(string)", "string s"},
		{observation, "Observation.component.where(code.text = 'two').value", "integer 4"},
		{patient, "Patient.extension.value.code", "code y, code z"},
		// Unions.
		{patient, "Group.code | Patient.name.family | Patient.id", "string Lee, id p"},
		{observation, "(Observation | Observation.component).code.text", "string top, string one, string two"},
		// where, extension, comparisons, and.
		{patient, "Patient.telecom.where(system = 'phone').value", "string 1"},
		{patient, "Patient.telecom.where(system != 'phone').value", "string 2"}, // empty is neither
		{patient, "Patient.telecom.where(system.exists()).value", "string 1, string 2"},
		{patient, "Patient.telecom.where(system.exists() and system != 'fax' and value = '2').value", "string 2"},
		{patient, "Patient.extension.where(url='http://a').value", "string x, Quantity {}"},
		{patient, "Patient.extension('http://b').value.code", "code y"},
		{patient, "Patient.deceased.exists() and Patient.deceased != false", "boolean false"},
		{patient, "Patient.active.exists() and Patient.active != false", "boolean true"},
		{patient, "Patient.birthDate.exists() and Patient.birthDate = '1970'", "boolean false"},
		{patient, "Patient.active.exists() and Patient.birthDate = '1970'", ""},
		{patient, "Patient.active = 'true'", "boolean false"},
		{patient, "Patient.name.given = 'Ann'", "boolean false"},
		{patient, "Patient.multipleBirth.exists()", "boolean false"},
		// Types.
		{patient, "Patient.generalPractitioner.where(resolve() is Practitioner).reference", "string Practitioner/1"},
		{patient, "Patient.generalPractitioner.where(resolve() is Practitioner).identifier.value", "string i"},
		{patient, "Patient.generalPractitioner.where(resolve() is DomainResource).reference", "string Practitioner/1, string Organization/2"},
		{patient, "Patient.deceased is boolean", "boolean true"},
		{patient, "Patient.deceased is dateTime", "boolean false"},
		{patient, "Patient.birthDate is date", ""},
		{bundle, "Bundle.entry[0].resource", "Composition {}"},
		{bundle, "Bundle.entry.resource", "Composition {}, Patient {}"},
		{bundle, "Bundle.entry.resource.ofType(Patient).id", "id d"},
		{bundle, "Bundle.entry.resource.id", "id c, id d"},
		{observation, "%resource.code.text", "string top"},
	} {
		if got := selectText(t, c.resource, c.expression); got != c.want {
			t.Errorf("%s selects %s, want %s", c.expression, got, c.want)
		}
	}
}

func selectText(t *testing.T, resource, expression string) string {
	t.Helper()
	root := parseRoot(t, resource)
	p, err := Compile(expression, root.Type)
	if err != nil {
		t.Error(err)
		return ""
	}
	var s Scratch
	return valuesText(p.Select(&s, root, root, nil))
}

func parseRoot(t *testing.T, resource string) Value {
	t.Helper()
	n, err := fhirjson.Parse([]byte(resource))
	if err != nil {
		t.Fatal(err)
	}
	return Root(n.Get("resourceType").Text(), n)
}

func valuesText(values []Value) string {
	var texts []string
	for _, v := range values {
		text := v.Node.Text()
		if v.Node.Kind() == fhirjson.Object {
			text = "{}"
		}
		texts = append(texts, v.Type+" "+text)
	}
	return strings.Join(texts, ", ")
}

// A component starts from an element and may look at the whole resource.
func TestComponent(t *testing.T) {
	root := parseRoot(t, observation)
	p, err := Compile("Observation | Observation.component", "Observation")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Types(), " "); got != "Observation Observation.component" {
		t.Errorf("Types() = %s", got)
	}
	var s Scratch
	elements := p.Select(&s, root, root, nil)
	for _, c := range []struct{ expression, want string }{
		{"code.text", "string top; string one; string two"},
		{"value.ofType(string) | value.ofType(integer)", "; string s; integer 4"},
		{"%resource.code.text", "string top; string top; string top"},
	} {
		x, err := Parse(c.expression)
		if err != nil {
			t.Fatal(err)
		}
		part, err := p.Component(x)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range elements {
			got = append(got, valuesText(part.Select(&s, root, e, nil)))
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s selects %s, want %s", c.expression, got, c.want)
		}
	}
}

func TestSelectTellsTheElement(t *testing.T) {
	root := parseRoot(t, `{"resourceType":"Patient","gender":"male"}`)
	p, err := Compile("Patient.gender", "Patient")
	if err != nil {
		t.Fatal(err)
	}
	var s Scratch
	values := p.Select(&s, root, root, nil)
	if len(values) != 1 || values[0].Element == nil || !strings.HasSuffix(values[0].Element.Binding.ValueSet, "administrative-gender") {
		t.Errorf("Patient.gender selects %+v", values)
	}
	if !slices.Contains(p.Elements(), values[0].Element) {
		t.Error("Elements lacks the element")
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{"", "the expression ends where a name should stand"},
		{"Patient.", "the expression ends where a name should stand"},
		{"Patient.name[x]", "an index that is no number is not supported"},
		{"Patient.name[0", "the expression ends where `]` should stand"},
		{"(Patient.name", "the expression ends where `)` should stand"},
		{"Patient.name name", `"name" at offset 13 where an operator should stand`},
		{"Patient.name + 1", "`+` is not supported"},
		{"Patient.name # 1", `unexpected '#' at offset 13`},
		{"-Patient.name", "this syntax is not supported in a search parameter"},
		{"Patient.name = 'x", "the string at offset 15 has no closing quote"},
		{`Patient.name = 'x\z'`, "the string at offset 15 has an escape that FHIRPath does not have"},
		{"Patient.name = 1.5", "a comparison with a number or a date is not supported"},
		{"Patient.active or true", "`or` is not supported"},
		{"$this", "$this is not supported"},
		{"$index", "the variable $index is not supported"},
		{strings.Repeat("(", 100), "the expression is nested more than 50 levels deep at offset 50"},
		{"Patient.nom", `Patient has no element "nom"`},
		{"Patient.name.given.x", `string has no element "x"`},
		{"Observation.code", "no branch begins with the type"},
		{"Patient.deceased.ofType(Quantity)", "boolean, dateTime can never be a Quantity"},
		{"Patient.deceased.ofType(Nothing)", `"Nothing" is not a type of R4`},
		{"Patient.deceased.ofType(``)", `"" is not a type of R4`},
		{"Patient.deceased as ``", `"" is not a type of R4`},
		{"Patient.name.where(use is ``)", `"" is not a type of R4`},
		{"Patient.name.where(%resource.name.where(use.exists()).exists())", "%resource is not supported in where()"},
		{"Patient.name.where(%resource.active)", "%resource is not supported in where()"},
		{"Patient.name.where(family)", "the criterion of where() is not a boolean"},
		{"Patient.name.first()", "the function first() with 0 arguments is not supported"},
		{"Patient.name.resolve()", "resolve() of a HumanName"},
		{"Patient.managingOrganization.resolve().name", `resolve() has no element "name"`},
		{"Patient.name.family = Patient.name.given", "only a comparison with a literal is supported"},
		{"'x'", "a literal selects nothing"},
		{"%context.name", "the variable %context is not supported, only %resource"},
		{"Bundle.entry.resource.id", "no branch begins with the type"},
	} {
		_, err := Compile(c.expression, "Patient")
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("Compile(%q): %v, want %s", c.expression, err, c.want)
		}
	}
	if _, err := Compile("id", "Nothing"); err == nil {
		t.Error("an unknown type was accepted")
	}
}

// Every expression of the definitions compiles on every type that it is for.
func TestCompileDefinitions(t *testing.T) {
	compiled := 0
	for _, d := range definitions.SearchParameters() {
		if d.Expression == "" {
			continue
		}
		x, err := Parse(d.Expression)
		if err != nil {
			t.Errorf("%s: %v", d.URL, err)
			continue
		}
		for _, typ := range d.Base {
			p, err := x.Bind(typ)
			if err != nil || len(p.Types()) == 0 {
				t.Errorf("%s: %v", d.URL, err)
			}
			compiled++
		}
	}
	if compiled < 1500 {
		t.Errorf("only %d compiled", compiled)
	}
}

func FuzzParse(f *testing.F) {
	for _, d := range definitions.SearchParameters() {
		if len(d.Expression) < 200 {
			f.Add(d.Expression)
		}
	}
	root := Root("Patient", nil)
	f.Fuzz(func(t *testing.T, source string) {
		p, err := Compile(source, "Patient")
		if err != nil {
			return
		}
		var s Scratch
		p.Select(&s, root, root, nil)
	})
}
