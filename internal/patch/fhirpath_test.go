package patch

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// operation is the JSON of one operation of a FHIRPath Patch.
func operation(kind, path string, parts ...string) string {
	return fmt.Sprintf(`{"name":"operation","part":[{"name":"type","valueCode":%q},{"name":"path","valueString":%q}%s]}`,
		kind, path, strings.Join(append([]string{""}, parts...), ","))
}

func named(name string) string  { return fmt.Sprintf(`{"name":"name","valueString":%q}`, name) }
func value(value string) string { return `{"name":"value",` + value + `}` }
func integer(name string, n int) string {
	return fmt.Sprintf(`{"name":%q,"valueInteger":%d}`, name, n)
}

func parameters(operations ...string) string {
	if len(operations) == 0 {
		return `{"resourceType":"Parameters"}`
	}
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(operations, ",") + `]}`
}

func parse(t testing.TB, text string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return n
}

func applyFHIRPath(t testing.TB, resource, patch string) (string, error) {
	t.Helper()
	doc := parse(t, resource)
	p, err := ParseFHIRPath(parse(t, patch), doc.Get("resourceType").Text())
	if err != nil {
		return "", err
	}
	changed, err := p.Apply(doc)
	if err != nil {
		return "", err
	}
	again, err := p.Apply(doc)
	if err != nil || string(again.Raw()) != string(changed.Raw()) {
		t.Errorf("a patch is not the same twice: %v\n%s\n%s", err, changed.Raw(), again.Raw())
	}
	return string(changed.Raw()), nil
}

func describe(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return [...]string{"misshapen", "malformed", "missing", "unsupported", "too costly", "inapplicable"}[e.Kind] + " " + e.Expression + ": " + e.Text
}

// The cases are those of HL7's own tests (FHIR/fhir-test-cases, r4/patch, and the
// choices and extensions of r5/patch).
func TestFHIRPathOfHL7(t *testing.T) {
	const two = `{"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"}]}`
	const three = `{"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"}]}`
	const four = `{"resourceType":"Patient","identifier":[{"value":"1"},{"value":"2"},{"value":"3"},{"value":"4"}]}`
	const contact = `{"resourceType":"Patient","contact":[{"name":{"text":"a name"},"gender":"male"}]}`
	move := func(from, to int) string {
		return operation("move", "Patient.identifier", integer("source", from), integer("destination", to))
	}
	order := func(values string) string {
		var items []string
		for _, v := range values {
			items = append(items, fmt.Sprintf(`{"value":"%c"}`, v))
		}
		return `{"resourceType":"Patient","identifier":[` + strings.Join(items, ",") + `]}`
	}
	for _, c := range []struct {
		name, resource, want string
		operations           []string
	}{
		{"no difference", two, two, nil},
		{"replace primitive", `{"resourceType":"Patient","birthDate":"1920-01-01"}`, `{"resourceType":"Patient","birthDate":"1930-01-01"}`,
			[]string{operation("replace", "Patient.birthDate", value(`"valueDate":"1930-01-01"`))}},
		{"delete primitive", `{"resourceType":"Patient","birthDate":"1920-01-01"}`, `{"resourceType":"Patient"}`,
			[]string{operation("delete", "Patient.birthDate")}},
		{"add primitive", `{"resourceType":"Patient"}`, `{"resourceType":"Patient","birthDate":"1930-01-01"}`,
			[]string{operation("add", "Patient", named("birthDate"), value(`"valueDate":"1930-01-01"`))}},
		{"replace nested primitive 1", contact, `{"resourceType":"Patient","contact":[{"name":{"text":"a name"},"gender":"female"}]}`,
			[]string{operation("replace", "Patient.contact[0].gender", value(`"valueCode":"female"`))}},
		{"replace nested primitive 2", contact, `{"resourceType":"Patient","contact":[{"name":{"text":"the name"},"gender":"male"}]}`,
			[]string{operation("replace", "Patient.contact[0].name.text", value(`"valueString":"the name"`))}},
		{"delete nested primitive 1", contact, `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`,
			[]string{operation("delete", "Patient.contact[0].gender")}},
		{"delete nested primitive 2", contact, `{"resourceType":"Patient","contact":[{"gender":"male"}]}`,
			[]string{operation("delete", "Patient.contact[0].name.text")}},
		{"add nested primitive", `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`, contact,
			[]string{operation("add", "Patient.contact[0]", named("gender"), value(`"valueCode":"male"`))}},
		{"add complex", `{"resourceType":"Patient"}`, `{"resourceType":"Patient","maritalStatus":{"text":"married"}}`,
			[]string{operation("add", "Patient", named("maritalStatus"), value(`"valueCodeableConcept":{"text":"married"}`))}},
		{"replace complex", `{"resourceType":"Patient","maritalStatus":{"id":"1","text":"married"}}`, `{"resourceType":"Patient","maritalStatus":{"id":"2","text":"not married"}}`,
			[]string{operation("replace", "Patient.maritalStatus", value(`"valueCodeableConcept":{"id":"2","text":"not married"}`))}},
		{"delete complex", `{"resourceType":"Patient","maritalStatus":{"text":"married"}}`, `{"resourceType":"Patient"}`,
			[]string{operation("delete", "Patient.maritalStatus")}},
		{"add anonymous", `{"resourceType":"Patient"}`, `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`,
			[]string{operation("add", "Patient", named("contact"), value(`"part":[{"name":"name","valueHumanName":{"text":"a name"}}]`))}},
		{"delete anonymous", `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`, `{"resourceType":"Patient"}`,
			[]string{operation("delete", "Patient.contact[0]")}},
		{"contents of a list", two, order("21"), []string{
			operation("replace", "Patient.identifier[0].value", value(`"valueString":"2"`)),
			operation("replace", "Patient.identifier[1].value", value(`"valueString":"1"`))}},
		{"add to list", two, three, []string{operation("add", "Patient", named("identifier"), value(`"valueIdentifier":{"value":"3"}`))}},
		{"insert 1", two, order("132"), []string{operation("insert", "Patient.identifier", value(`"valueIdentifier":{"value":"3"}`), integer("index", 1))}},
		{"insert 2", two, order("312"), []string{operation("insert", "Patient.identifier", integer("index", 0), value(`"valueIdentifier":{"value":"3"}`))}},
		{"delete from list 1", three, order("23"), []string{operation("delete", "Patient.identifier[0]")}},
		{"delete from list 2", three, order("13"), []string{operation("delete", "Patient.identifier[1]")}},
		{"delete from list 3", three, order("12"), []string{operation("delete", "Patient.identifier[2]")}},
		{"reorder 1", four, order("1423"), []string{move(3, 1)}},
		{"reorder 2", four, order("4123"), []string{move(3, 0)}},
		{"reorder 3", four, order("1243"), []string{move(3, 2)}},
		{"reorder 4", four, order("2341"), []string{move(0, 3)}},
		{"reorder 5", four, order("2314"), []string{move(1, 0), move(2, 1)}},
		{"reorder 6", four, order("4321"), []string{move(3, 0), move(3, 1), move(3, 2)}},
		{"missing element 2", `{"resourceType":"Patient"}`, order("3"), []string{operation("add", "Patient", named("identifier"), value(`"valueIdentifier":{"value":"3"}`))}},
		{"narrative", `{"resourceType":"Patient","text":{"status":"generated","div":"<div>1</div>"},"name":[{"family":"Chalmers"}]}`,
			`{"resourceType":"Patient","text":{"status":"generated","div":"<div>2</div>"},"name":[{"family":"Chalmers1"}]}`, []string{
				operation("replace", "Patient.text.div", value(`"valueString":"<div>2</div>"`)),
				operation("replace", "Patient.name[0].family", value(`"valueString":"Chalmers1"`))}},
		{"consecutive", `{"resourceType":"Patient","id":"example","contact":[{"name":{"family":"du Marché","_family":{"extension":[{"url":"http://u","valueString":"WW"}]},"given":["B\u00e9n"]}}]}`,
			`{"resourceType":"Patient","id":"example","contact":[{"name":{"family":"du Marché","_family":{"extension":[{"url":"http://u","valueString":"WW"}]},"given":["B\u00e9n"]},"gender":"male"},{"gender":"male"}]}`, []string{
				operation("add", "Patient.contact[0]", named("gender"), value(`"valueCode":"male"`)),
				operation("add", "Patient", named("contact"), value(`"part":[{"name":"gender","valueCode":"male"}]`))}},
		{"choice within parts", `{"resourceType":"Specimen","status":"available"}`,
			`{"resourceType":"Specimen","status":"available","processing":[{"description":"test","timeDateTime":"2021-08-13T07:44:38.342+00:00","extension":[{"url":"http://example.org/d","valueReference":{"reference":"Device/1"}}]}]}`,
			[]string{operation("add", "Specimen", named("processing"), value(`"part":[{"name":"description","valueString":"test"},{"name":"time","valueDateTime":"2021-08-13T07:44:38.342+00:00"},
				{"name":"extension","part":[{"name":"url","valueUri":"http://example.org/d"},{"name":"value","valueReference":{"reference":"Device/1"}}]}]`))}},
	} {
		got, err := applyFHIRPath(t, c.resource, parameters(c.operations...))
		if err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, describe(err), got, c.want)
		}
	}
	_, err := applyFHIRPath(t, `{"resourceType":"Patient","identifier":[{"use":"official","value":"123"}]}`,
		parameters(operation("add", "Patient.identifier.where(use = 'official').period", named("end"), value(`"valueDateTime":"2021-12-01"`))))
	if got := describe(err); got != `inapplicable Parameters.parameter[0].part[1]: Patient.identifier.where(use = 'official').period selects nothing` {
		t.Errorf("missing element 1: %s", got)
	}
}

const rich = `{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Organization","id":"o","name":"O"},{"resourceType":"Practitioner","id":"q"}],` +
	`"extension":[{"url":"http://a","valueDecimal":1.00},{"url":"http://b","valueString":"x\/y"}],` +
	`"name":[{"use":"official","family":"Lee","given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]},{"use":"usual","given":["C"]}],` +
	`"telecom":[{"system":"phone","value":"1","rank":1},{"system":"email","value":"2","rank":2},{"value":"3"}],` +
	`"birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}]},` +
	`"deceasedBoolean":false,"multipleBirthInteger":2}`

// Each case is what an operation makes of the rich patient: the part that changes
// and what it becomes.
func TestFHIRPathOperations(t *testing.T) {
	for _, c := range []struct{ name, old, changed, operation string }{
		{"choice to another type", `"deceasedBoolean":false,`, `"deceasedDateTime":"2020",`,
			operation("replace", "Patient.deceased", value(`"valueDateTime":"2020"`))},
		{"choice of the same type", `"deceasedBoolean":false`, `"deceasedBoolean":true`,
			operation("replace", "Patient.deceased", value(`"valueBoolean":true`))},
		{"choice of a type", `"multipleBirthInteger":2`, `"multipleBirthBoolean":true`,
			operation("replace", "Patient.multipleBirth.ofType(integer)", value(`"valueBoolean":true`))},
		{"delete of a choice of another type", ``, ``, operation("delete", "(Patient.multipleBirth as boolean)")},
		{"delete of nothing", ``, ``, operation("delete", "Patient.telecom.where(system = 'fax')")},
		{"delete takes the companion along", `"birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}]},`, ``,
			operation("delete", "Patient.birthDate")},
		{"replace is of the whole element", `"birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}]},`, `"birthDate":"1971",`,
			operation("replace", "Patient.birthDate", value(`"valueDate":"1971"`))},
		{"replace with a companion", `"birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}]},`, `"birthDate":"1971","_birthDate":{"id":"c"},`,
			operation("replace", "Patient.birthDate", value(`"_valueDate":{"id":"c"},"valueDate":"1971"`))},
		{"replace of a choice by an extension", `"deceasedBoolean":false`, `"_deceasedDateTime":{"extension":[{"url":"http://u","valueCode":"unknown"}]}`,
			operation("replace", "Patient.deceased", value(`"_valueDateTime":{"extension":[{"url":"http://u","valueCode":"unknown"}]}`))},
		{"delete in a companion", `,"extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}]},"dec`, `},"dec`,
			operation("delete", "Patient.birthDate.extension('http://t')")},
		{"add to a companion", `"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"}`, `"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-01-01T10:00:00Z"},{"url":"http://v","valueCode":"x"}`,
			operation("add", "Patient.birthDate", named("extension"), value(`"part":[{"name":"url","valueUri":"http://v"},{"name":"value","valueCode":"x"}]`))},
		{"a new companion", `"deceasedBoolean":false,"multipleBirthInteger":2`, `"deceasedBoolean":false,"multipleBirthInteger":2,"_deceasedBoolean":{"id":"d"}`,
			operation("add", "Patient.deceased", named("id"), value(`"valueString":"d"`))},
		{"a new companion in a list", `"given":["C"]`, `"given":["C"],"_given":[{"id":"c"}]`,
			operation("add", "Patient.name.where(use = 'usual').given.first()", named("id"), value(`"valueString":"c"`))},
		{"delete in aligned lists", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":[null,"Bo"],"_given":[{"extension":[{"url":"http://g"}]}]`,
			operation("delete", "Patient.name[0].given[0]")},
		{"delete of what has only a companion", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":["Ann","Bo"]`,
			operation("delete", "Patient.name.first().given[1]")},
		{"delete of its extension", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":["Ann","Bo"]`,
			operation("delete", "Patient.name[0].given[1].extension[0]")},
		{"add to aligned lists", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":["Ann",null,"Bo","D"],"_given":[null,{"extension":[{"url":"http://g"}]},null,null]`,
			operation("add", "Patient.name[0]", named("given"), value(`"valueString":"D"`))},
		{"insert into aligned lists", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":["Ann","D",null,"Bo"],"_given":[null,null,{"extension":[{"url":"http://g"}]},null]`,
			operation("insert", "Patient.name.where(use = 'official').given", value(`"valueString":"D"`), integer("index", 1))},
		{"move in aligned lists", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":[null,"Ann","Bo"],"_given":[{"extension":[{"url":"http://g"}]},null,null]`,
			operation("move", "Patient.name[0].given", integer("source", 1), integer("destination", 0))},
		{"replace in aligned lists", `"given":["Ann",null,"Bo"],"_given":[null,{"extension":[{"url":"http://g"}]}]`, `"given":["Ann","M","Bo"]`,
			operation("replace", "Patient.name[0].given[1]", value(`"valueString":"M"`))},
		{"a companion into a list", `"given":["C"]`, `"given":["C",null],"_given":[null,{"id":"x"}]`,
			operation("add", "Patient.name.last()", named("given"), value(`"_valueString":{"id":"x"}`))},
		{"by $this", `["C"]`, `["D"]`, operation("replace", "Patient.name.given.where($this = 'C')", value(`"valueString":"D"`))},
		{"by number", `"value":"2","rank":2`, `"value":"9","rank":2`, operation("replace", "Patient.telecom.where(rank = 2.0).value", value(`"valueString":"9"`))},
		{"by or", `,{"value":"3"}`, ``, operation("delete", "Patient.telecom.where(system.empty() or rank = 7)")},
		{"by and, not", `,"rank":2`, ``, operation("delete", "Patient.telecom.where(system.exists() and (system = 'phone').not()).rank")},
		{"by !=", `,{"system":"email","value":"2","rank":2}`, ``, operation("delete", "Patient.telecom.where(system != 'phone')")},
		{"extension", `1.00`, `2.500`, operation("replace", "Patient.extension('http://a').value", value(`"valueDecimal":2.500`))},
		{"contained", `"name":"O"`, `"name":"O","active":true`, operation("add", "Patient.contained.where(id = 'o').ofType(Organization)", named("active"), value(`"valueBoolean":true`))},
		{"replace of a contained", `{"resourceType":"Practitioner","id":"q"}`, `{"resourceType":"Device","id":"q"}`, operation("replace", "Patient.contained[1]", value(`"resource":{"resourceType":"Device","id":"q"}`))},
		{"insert of a contained", `{"resourceType":"Practitioner","id":"q"}`, `{"resourceType":"Device","id":"d"},{"resourceType":"Practitioner","id":"q"}`, operation("insert", "Patient.contained", value(`"resource":{"resourceType":"Device","id":"d"}`), integer("index", 1))},
		{"base type at the head", `"id":"p",`, ``, operation("delete", "DomainResource.id")},
		{"no type at the head", `"id":"p",`, ``, operation("delete", "id")},
	} {
		if c.old != "" && strings.Count(rich, c.old) != 1 {
			t.Fatalf("%s: %s is in the patient %d times", c.name, c.old, strings.Count(rich, c.old))
		}
		want := rich
		if c.old != "" {
			want = strings.Replace(rich, c.old, c.changed, 1)
		}
		if got, err := applyFHIRPath(t, rich, parameters(c.operation)); err != nil || got != want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, describe(err), got, want)
		}
	}
}
