package evaluator

import (
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/testrun"
)

func parse(t testing.TB, source string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// environment has a resource for its context and everything else.
func environment(t testing.TB, resource string) (Environment, Item) {
	t.Helper()
	root, ok := Resource(parse(t, resource))
	if !ok {
		t.Fatalf("no resource: %s", resource)
	}
	now := time.Date(2025, 3, 1, 12, 30, 0, 0, time.UTC)
	return Environment{Resource: root, Root: root, Now: now}, root
}

// show is a result in one line.
func show(items []Item) string {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = it.String()
	}
	return strings.Join(texts, ", ")
}

// evaluate is what an expression selects, or the error behind the expression.
func evaluate(t testing.TB, in Environment, context Item, source string) string {
	t.Helper()
	x, err := Compile(source)
	if err != nil {
		return "! " + strings.TrimPrefix(err.Error(), "fhirpath ")
	}
	items, err := x.Evaluate(in, context)
	if err != nil {
		return "! " + err.Error()
	}
	return show(items)
}

type cases []struct{ expression, want string }

func (c cases) run(t *testing.T, resource string) {
	t.Helper()
	in, context := environment(t, resource)
	for _, test := range c {
		if got := evaluate(t, in, context, test.expression); got != test.want {
			t.Errorf("%s: %s, want %s", test.expression, got, test.want)
		}
	}
}

const patient = `{"resourceType":"Patient","id":"p","active":true,"birthDate":"1974-12-25",
"_birthDate":{"extension":[{"url":"http://t","valueDateTime":"1974-12-25T14:35:45-05:00"}]},
"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},
 {"use":"usual","given":["Jim"]},
 {"use":"maiden","family":"Windsor","given":["Peter","James"],"_given":[null,{"id":"g"}],"period":{"end":"2002"}}],
"telecom":[{"system":"phone","use":"home","rank":1},{"system":"email"}],
"contact":[{"name":{"_family":{"extension":[{"url":"http://u","valueCode":"x"}]}}}],
"managingOrganization":{"reference":"Organization/1"},
"generalPractitioner":[{"reference":"#doc"},{"reference":"urn:uuid:0"},{"display":"Dr"}],
"deceasedBoolean":false,
"contained":[{"resourceType":"Practitioner","id":"doc","active":true}]}`

func TestPaths(t *testing.T) {
	cases{
		{"Patient.name.given", "Peter, James, Jim, Peter, James"},
		{"name.given", "Peter, James, Jim, Peter, James"},
		{"Resource.id | DomainResource.active", "p, true"},
		{"Observation.code", ""},
		{"Patient.nom", ""},
		{"deceased", "false"},
		{"deceasedBoolean", ""},
		{"deceased is boolean", "true"},
		{"deceased.ofType(dateTime)", ""},
		{"name[1].given[0]", "Jim"},
		{"name[5]", ""},
		{"name[name.count() - 1].family", "Windsor"},
		{"name.given.id", "g"},
		{"birthDate.extension('http://t').value", "1974-12-25T14:35:45-05:00"},
		{"contact.name.family.exists()", "true"},
		{"contact.name.family.hasValue()", "false"},
		{"contact.name.family = 'x'", "false"},
		{"contact.name.family.extension.value", "x"},
		{"contained.active", "true"},
		{"contained.is(Practitioner)", "true"},
		{"name.where(use = 'usual').given", "Jim"},
		{"name.select(given.first())", "Peter, Jim, Peter"},
		{"name.select($index)", "0, 1, 2"},
		{"name.select(%resource.name[$index].use)", "official, usual, maiden"},
		{"name.where(use = %resource.name.last().use).family", "Windsor"},
		{"name.given.select(length()).aggregate($this + $total, 0)", "23"},
		{"children().ofType(ContactPoint).system", "phone, email"},
		{"%resource.id = %context.id and %rootResource.id = id", "true"},
		{"Patient.`active`", "true"},
		{"%sct & ' ' & %loinc & ' ' & %ucum", "http://snomed.info/sct http://loinc.org http://unitsofmeasure.org"},
		{"%'vs-x' | %\"ext-y\"", "http://hl7.org/fhir/ValueSet/x, http://hl7.org/fhir/StructureDefinition/y"},
		{"telecom.descendants()", "phone, home, 1, email"},
		{"today()", "2025-03-01"},
		{"now()", "2025-03-01T12:30:00Z"},
		{"timeOfDay()", "12:30:00"},
		{"%name", `! "%name": there is no variable %name`},
	}.run(t, patient)
}

func TestReferences(t *testing.T) {
	cases{
		{"managingOrganization.resolve() is Organization", "true"},
		{"managingOrganization.resolve().is(Patient)", "false"},
		{"managingOrganization.resolve().exists()", "true"},
		{"managingOrganization.resolve().name", "! the resource that a reference leads to is not at hand"},
		{"generalPractitioner[0].resolve().active", "true"},
		{"generalPractitioner[1].resolve() is Practitioner", "! the type of what a reference leads to is not known"},
		{"generalPractitioner[2].resolve().empty()", "true"},
		{"active or managingOrganization.resolve().active", "true"},
		{"managingOrganization.resolve().active or active", "true"},
		{"managingOrganization.resolve().active and active.not()", "false"},
		{"active.not() implies managingOrganization.resolve().active", "true"},
		{"managingOrganization.resolve().active implies active", "true"},
		{"managingOrganization.resolve().active and active", "! the resource that a reference leads to is not at hand"},
		{"generalPractitioner.exists(resolve().active)", "true"},
		{"generalPractitioner.all(resolve() is Practitioner)", "false"},
		{"generalPractitioner.take(2).all(resolve() is Practitioner)", "! the type of what a reference leads to is not known"},
		{"generalPractitioner.all(reference = 'x' and resolve() is Practitioner)", "false"},
		{"(generalPractitioner | managingOrganization).where(resolve() is Practitioner)", "! the type of what a reference leads to is not known"},
		{"name.memberOf('http://v')", "! a collection of several items stands where one is expected"},
		{"active.memberOf('http://v')", "! it is not known what the value set http://v contains"},
		{"conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "true"},
		{"conformsTo('http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient')", "! conformsTo() of a profile is not evaluated"},
		{"slice(a, b)", `! "slice(a, b)": the function slice() is not known`},
		{"name.where()", `! "name.where()": the function where() has 0 arguments, and takes 1`},
		{"name.exists(a, b)", `! "name.exists(a, b)": the function exists() has 2 arguments, and takes 0 to 1`},
		{"name.ofType(Nothing)", `! "name.ofType(Nothing)": "Nothing" is not a type of R4`},
		{"name is CQL.Name", `! "name is CQL.Name": "CQL.Name" is not a type of R4`},
		{"text.div.htmlChecks()", "true"},
		{"name.trace('names', given).count()", "3"},
	}.run(t, patient)
}

func TestMemberOf(t *testing.T) {
	in, context := environment(t, `{"resourceType":"Condition","code":{"coding":[{"system":"s","code":"a"},{"system":"s","code":"b"}]}}`)
	in.MemberOf = func(valueSet, system, code string) (bool, bool) {
		return system+code == "sb" || code == "z", valueSet == "http://v"
	}
	for expression, want := range map[string]string{
		"code.memberOf('http://v')":                  "true",
		"code.coding[0].memberOf('http://v')":        "false",
		"code.coding[1].code.memberOf('http://v')":   "false",
		"'z'.memberOf('http://v')":                   "true",
		"code.memberOf('http://w')":                  "! it is not known what the value set http://w contains",
		"subject.memberOf('http://v').exists()":      "false",
		"code.memberOf('http://w') or code.exists()": "true",
	} {
		if got := evaluate(t, in, context, expression); got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}

func TestResolveByTheCaller(t *testing.T) {
	in, context := environment(t, patient)
	organization, _ := Resource(parse(t, `{"resourceType":"Organization","name":"Good"}`))
	in.Resolve = func(reference string) (Item, bool) { return organization, reference == "Organization/1" }
	if got := evaluate(t, in, context, "managingOrganization.resolve().name"); got != "Good" {
		t.Error(got)
	}
}

func TestHolds(t *testing.T) {
	in, context := environment(t, patient)
	for expression, want := range map[string]bool{
		"name.exists()": true, "name.empty()": false, "active": true, "deceased": false,
		"photo": false, "photo = 1": false, "name.first()": true,
	} {
		x, err := Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := x.Holds(in, context); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", expression, got, err, want)
		}
	}
	x, err := Compile("name")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Holds(in, context); err == nil {
		t.Error("several items were taken for a Boolean")
	}
}

// What takes long is stopped, whatever the expression.
func TestTooLong(t *testing.T) {
	in, context := environment(t, `{"resourceType":"Patient","name":[`+strings.Repeat(`{"given":["x","y","z"]},`, 1000)+`{}]}`)
	for _, expression := range []string{
		"descendants().all(%resource.name.where(true).count() > 0)",
		"name.select(%resource.name.select($this.given))",
		"name.given.isDistinct() or name.select(%resource.name.intersect(%resource.name)).exists()",
		"1.combine(2).repeat($this + 1)",
	} {
		start := testrun.CPUTime()
		if got := evaluate(t, in, context, expression); got != "! the evaluation needs more than 250000 steps" {
			t.Errorf("%s: %.200s", expression, got)
		}
		if took := testrun.CPUTime() - start; took > 20*time.Second {
			t.Errorf("%s took %s", expression, took)
		}
	}
	for expression, want := range map[string]string{
		"iif(true, (" + strings.Repeat("99999999999*", 1000) + "1))":                         "! a number has too many digits",
		"name.select('xxxxxxxx').aggregate($total & $total & $this, 'x')":                    "! a string has grown too long",
		"name.aggregate($total * $total, 7)":                                                 "! a number has too many digits",
		"'x'.matches('" + strings.Repeat("x", 2000) + "')":                                   `too long`,
		"name.select('xxxxxxxx').aggregate($total.replace('x', 'xxxx'), 'xxxxxxxxxxxxxxxx')": "! a string has grown too long",
	} {
		got := evaluate(t, in, context, expression)
		if got != want && !(want == "too long" && strings.HasSuffix(got, "a regular expression is longer than 1000 bytes")) {
			t.Errorf("%.60s: %.300s, want %s", expression, got, want)
		}
	}
}
