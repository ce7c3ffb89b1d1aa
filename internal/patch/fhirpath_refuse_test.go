package patch

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func TestFHIRPathRefuses(t *testing.T) {
	const path = "malformed Parameters.parameter[0].part[1]: "
	const p0, p1, p2, p3 = "Parameters.parameter[0]: ", "Parameters.parameter[0].part[1]: ", "Parameters.parameter[0].part[2]: ", "Parameters.parameter[0].part[3]: "
	deleting := func(path string) string { return operation("delete", path) }
	for _, c := range []struct{ operation, want string }{
		// The shape of the Parameters.
		{`3`, "misshapen " + p0 + "must be an object, not of kind number"},
		{`{"part":[]}`, "missing " + p0 + "has no name"},
		{`{"name":3}`, "misshapen Parameters.parameter[0].name: must be a string, not of kind number"},
		{`{"name":"operation"}`, "malformed " + p0 + "needs one value, one resource or parts; it has 0 of them"},
		{`{"name":"operation","part":{}}`, "misshapen Parameters.parameter[0].part: must be an array, not of kind object"},
		{`{"name":"operation","valueString":"x","part":[{"name":"type","valueCode":"add"}]}`, "malformed " + p0 + "needs one value, one resource or parts; it has 2 of them"},
		{`{"name":"operation","valueString":"x","valueCode":"x"}`, "malformed " + p0 + "needs one value, one resource or parts; it has 2 of them"},
		{`{"name":"operation","extension":[],"part":[]}`, `unsupported ` + p0 + `a parameter of a patch has no "extension"`},
		{`{"name":"operation","valueNothing":1}`, `unsupported ` + p0 + `a parameter of a patch has no "valueNothing"`},
		{`{"name":"operation","_valueQuantity":{}}`, `unsupported ` + p0 + `a parameter of a patch has no "_valueQuantity"`},
		{`{"name":"operation","valueString":3}`, "misshapen Parameters.parameter[0].valueString: must be of kind string, not number"},
		{`{"name":"operation","valueString":null}`, "misshapen Parameters.parameter[0].valueString: must be of kind string, not null"},
		{`{"name":"operation","resource":[]}`, "misshapen Parameters.parameter[0].resource: must be an object, not of kind array"},
		{`{"name":"patch","part":[{"name":"type","valueCode":"add"}]}`, `malformed ` + p0 + `a parameter of a patch has the name "operation" and parts`},
		{`{"name":"operation","valueCode":"add"}`, `malformed ` + p0 + `a parameter of a patch has the name "operation" and parts`},
		// Its parts.
		{`{"name":"operation","part":[{"name":"path","valueString":"Patient"}]}`, `missing ` + p0 + `the operation has no part "type"`},
		{`{"name":"operation","part":[{"name":"type","valueInteger":3}]}`, `malformed Parameters.parameter[0].part[0]: the part "type" is of type code`},
		{operation("remove", "Patient.name"), `malformed Parameters.parameter[0].part[0]: there is no operation "remove"; there are add, insert, delete, replace and move`},
		{operation("add", "Patient", named("active")), `missing ` + p0 + `the operation "add" has no part "value"`},
		{operation("delete", "Patient.name", integer("index", 0)), `malformed ` + p2 + `the operation "delete" takes no part "index"; it takes path`},
		{operation("delete", "Patient.name", `{"name":"path","valueString":"x"}`), `malformed ` + p2 + `there are two parts "path"`},
		{operation("insert", "Patient.name", value(`"valueHumanName":{}`), integer("index", -1)), `malformed ` + p3 + `the part "index" is an integer that is not negative`},
		{operation("insert", "Patient.name", value(`"valueHumanName":{}`), `{"name":"index","valueDecimal":1}`), `malformed ` + p3 + `the part "index" is of type integer`},
		{operation("insert", "Patient.name", value(`"valueHumanName":{}`), `{"name":"index","valueInteger":1.5}`), `malformed ` + p3 + `the part "index" is an integer that is not negative`},
		// Its path.
		{deleting("Patient."), path + `"Patient.": the expression ends where a name should stand`},
		{deleting("Patient.nom"), path + `"Patient.nom": Patient has no element "nom"`},
		{deleting("Observation.code"), path + `"Observation.code": it begins with Observation where Patient is meant`},
		{deleting("Patient.deceasedBoolean"), path + `"Patient.deceasedBoolean": Patient has no element "deceasedBoolean": it is "deceased", for which JSON has "deceasedBoolean" where it is a boolean`},
		{deleting("Patient.contained.name"), path + `"Patient.contained.name": a resource of unknown type has no element "name"; say the type, as in contained.ofType(Medication)`},
		{deleting("Patient.contained.ofType(Quantity)"), path + `"Patient.contained.ofType(Quantity)": Resource can never be a Quantity`},
		{deleting("Patient.name.where(family)"), path + `"Patient.name.where(family)": the criterion of where() is not a boolean`},
		{deleting("Patient.name.where(use and true)"), path + "\"Patient.name.where(use and true)\": `and` and `or` need booleans on both sides"},
		{deleting("Patient.name.where()"), path + `"Patient.name.where()": the function where() takes 1 arguments`},
		{deleting("Patient.name.where(1 = 007)"), path + `"Patient.name.where(1 = 007)": 007 is no number as FHIR writes it`},
		{deleting("Patient.extension(url)"), path + `"Patient.extension(url)": the argument of extension() is a URL in quotes`},
		{deleting("Patient.name.exists()"), path + `"Patient.name.exists()": it selects no elements of the resource`},
		{deleting("'x'"), path + `"'x'": it selects no elements of the resource`},
		{deleting("Patient.generalPractitioner.resolve().name"), path + `"Patient.generalPractitioner.resolve().name": the function resolve() is not supported in a patch; ` + supported},
		{deleting("Patient.name | Patient.telecom"), path + `"Patient.name | Patient.telecom": this syntax is not supported in a patch; ` + supported},
		{deleting("%resource.name"), path + `"%resource.name": this syntax is not supported in a patch; ` + supported},
		{deleting("Patient.name.where($this is HumanName)"), path + "\"Patient.name.where($this is HumanName)\": `is` is not supported in a patch; " + supported},
		{deleting("Patient.birthDate.where($this > @2020)"), path + `"Patient.birthDate.where($this > @2020)": this syntax is not supported in a patch; ` + supported},
		{deleting("Patient.birthDate.where($this = @2020)"), path + `"Patient.birthDate.where($this = @2020)": 2020 is a date; write it in quotes`},
		{deleting("Patient.name[$index]"), path + `"Patient.name[$index]": this syntax is not supported in a patch; ` + supported},
		{deleting(strings.Repeat("(", 1000)), path + `"` + strings.Repeat("(", 1000) + `": the expression is nested more than 50 levels deep at offset 50`},
		{deleting(strings.Repeat("x.", 1001)), path + "the path is longer than 2000 bytes"},
		{deleting("Patient"), path + `the path of the operation "delete" names an element within the resource`},
		{operation("replace", "Patient", value(`"resource":{}`)), path + `the path of the operation "replace" names an element within the resource`},
		{operation("insert", "Patient.birthDate", value(`"valueDate":"1970"`), integer("index", 0)), path + `the path of the operation "insert" names a whole list, as in Patient.name`},
		{operation("insert", "Patient.name[0]", value(`"valueHumanName":{}`), integer("index", 0)), path + `the path of the operation "insert" names a whole list, as in Patient.name`},
		{operation("move", "Patient.name.where(use = 'official')", integer("source", 0), integer("destination", 0)), path + `the path of the operation "move" names a whole list, as in Patient.name`},
		// Its name and value.
		{operation("add", "Patient", named("nom"), value(`"valueString":"x"`)), `malformed ` + p2 + `Patient has no element "nom"`},
		{operation("add", "Patient", named("deceasedBoolean"), value(`"valueBoolean":true`)), `malformed ` + p2 + `Patient has no element "deceasedBoolean": it is "deceased", for which JSON has "deceasedBoolean" where it is a boolean`},
		{operation("add", "Patient", named("birthDate"), value(`"valueDateTime":"1970"`)), `malformed ` + p3 + `Patient.birthDate is of type date; a dateTime is given`},
		{operation("replace", "Patient.gender", value(`"valueString":"male"`)), `malformed ` + p2 + `Patient.gender is of type code; a string is given`},
		{operation("replace", "Patient.deceased", value(`"valueString":"yes"`)), `malformed ` + p2 + `Patient.deceased is of type boolean, dateTime; a string is given`},
		{operation("add", "Patient", named("active"), value(`"part":[{"name":"value","valueBoolean":true}]`)), `malformed ` + p3 + `Patient.active is of type boolean; parts is given`},
		{operation("add", "Patient", named("contact"), value(`"valueHumanName":{}`)), `malformed ` + p3 + `Patient.contact is of type Patient.contact; a HumanName is given`},
		{operation("add", "Patient", named("contact"), value(`"part":[{"name":"gender","valueCode":"male"},{"name":"nom","valueString":"x"}]`)), `malformed Parameters.parameter[0].part[3].part[1]: Patient.contact has no element "nom"`},
		{operation("add", "Patient", named("contact"), value(`"part":[{"name":"gender","valueCode":"male"},{"name":"gender","valueCode":"male"}]`)), `malformed Parameters.parameter[0].part[3].part[1]: Patient.contact.gender is given twice`},
		{operation("add", "Patient", named("contact"), value(`"part":[{"name":"gender","valueString":"male"}]`)), `malformed Parameters.parameter[0].part[3].part[0]: Patient.contact.gender is of type code; a string is given`},
		{operation("add", "Patient", named("contained"), value(`"part":[{"name":"id","valueId":"x"}]`)), `malformed ` + p3 + `Patient.contained is of type Resource; parts is given`},
		// What the resource does not bear.
		{operation("add", "Patient.contact", named("gender"), value(`"valueCode":"male"`)), `inapplicable ` + p1 + `Patient.contact selects nothing`},
		{operation("add", "Patient.name", named("use"), value(`"valueCode":"old"`)), `inapplicable ` + p1 + `Patient.name selects more than one element`},
		{operation("add", "Patient", named("birthDate"), value(`"valueDate":"1970"`)), `inapplicable ` + p2 + `the element "birthDate" of Patient is there already; replace it instead`},
		{operation("add", "Patient", named("deceased"), value(`"valueDateTime":"1970"`)), `inapplicable ` + p2 + `the element "deceased" of Patient is there already; replace it instead`},
		{operation("replace", "Patient.maritalStatus", value(`"valueCodeableConcept":{}`)), `inapplicable ` + p1 + `Patient.maritalStatus selects nothing`},
		{operation("replace", "Patient.name", value(`"valueHumanName":{}`)), `inapplicable ` + p1 + `Patient.name selects more than one element`},
		{deleting("Patient.name"), `inapplicable ` + p1 + `Patient.name selects more than one element`},
		{operation("insert", "Patient.name", value(`"valueHumanName":{}`), integer("index", 3)), `inapplicable ` + p3 + `the index is beyond the end of Patient.name`},
		{operation("insert", "Patient.contact", value(`"part":[{"name":"gender","valueCode":"male"}]`), integer("index", 0)), `inapplicable ` + p1 + `Patient.contact selects nothing`},
		{operation("insert", "Patient.name.given", value(`"valueString":"x"`), integer("index", 0)), `inapplicable ` + p1 + `Patient.name.given selects more than one list`},
		{operation("move", "Patient.name", integer("source", 2), integer("destination", 0)), `inapplicable ` + p2 + `the source is beyond the end of Patient.name`},
		{operation("move", "Patient.name", integer("source", 0), integer("destination", 2)), `inapplicable ` + p3 + `the destination is beyond the end of Patient.name`},
	} {
		if got, err := applyFHIRPath(t, rich, parameters(c.operation)); describe(err) != c.want {
			t.Errorf("%.300s:\n got %s%s\nwant %s", c.operation, describe(err), got, c.want)
		}
	}
}

// Whether a value fits can depend on which of a choice is there.
func TestFHIRPathOfChoices(t *testing.T) {
	const quantity = `{"resourceType":"Observation","valueQuantity":{"value":1.0}}`
	code := parameters(operation("add", "Observation.value", named("code"), value(`"valueCode":"mg"`)))
	if got, err := applyFHIRPath(t, quantity, code); err != nil || got != `{"resourceType":"Observation","valueQuantity":{"value":1.0,"code":"mg"}}` {
		t.Error(got, err)
	}
	const concept = `{"resourceType":"Observation","valueCodeableConcept":{"text":"x"}}`
	if _, err := applyFHIRPath(t, concept, code); describe(err) != `inapplicable Parameters.parameter[0].part[3]: CodeableConcept has no element "code"` {
		t.Error(describe(err))
	}
}

// A resource that was stored without validation may have anything anywhere.
func TestFHIRPathOfOddResources(t *testing.T) {
	for _, c := range []struct{ resource, operation, want string }{
		{`{"resourceType":"Patient","name":{"family":"x"}}`, operation("delete", "Patient.name.family"), `{"resourceType":"Patient"}`},
		{`{"resourceType":"Patient","name":"x"}`, operation("delete", "Patient.name.family"), `{"resourceType":"Patient","name":"x"}`},
		{`{"resourceType":"Patient","name":"x"}`, operation("add", "Patient.name", named("family"), value(`"valueString":"y"`)), `inapplicable Parameters.parameter[0].part[2]: the element "family" of Patient.name cannot stand in what is there`},
		{`{"resourceType":"Patient","name":"x"}`, operation("add", "Patient", named("name"), value(`"valueHumanName":{}`)), `inapplicable Parameters.parameter[0].part[2]: the element "name" of Patient cannot be added: what is there is no list`},
		{`{"resourceType":"Patient","name":"x"}`, operation("insert", "Patient.name", value(`"valueHumanName":{}`), integer("index", 0)), `inapplicable Parameters.parameter[0].part[1]: what Patient.name selects is no list`},
		{`{"resourceType":"Patient","birthDate":["1970"],"_birthDate":3}`, operation("replace", "Patient.birthDate", value(`"valueDate":"1971"`)), `{"resourceType":"Patient","birthDate":["1971"]}`},
		{`{"resourceType":"Patient","name":[]}`, operation("add", "Patient", named("name"), value(`"valueHumanName":{"text":"x"}`)), `{"resourceType":"Patient","name":[{"text":"x"}]}`},
		{`{"resourceType":"Patient","contained":[3,{"resourceType":"X"}]}`, operation("delete", "Patient.contained[0]"), `{"resourceType":"Patient","contained":[{"resourceType":"X"}]}`},
	} {
		got, err := applyFHIRPath(t, c.resource, parameters(c.operation))
		if err != nil {
			got = describe(err)
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.resource, got, c.want)
		}
	}
	for body, want := range map[string]string{
		`[]`:                            `malformed resourceType: a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as application/json-patch+json`,
		`{"resourceType":"Patient"}`:    `malformed resourceType: a FHIRPath Patch is a Parameters resource; a JSON Patch is sent as application/json-patch+json`,
		parameters()[:28] + `,"x":1}`:   `unsupported Parameters: a patch has no "x"`,
		parameters("{}") + ` `:          `missing Parameters.parameter[0]: has no name`,
		parameters(many(1001, "{}")...): `missing Parameters.parameter[0]: has no name`,
		parameters(many(1001, operation("delete", "Patient.id"))...): `too costly Parameters.parameter: the patch has 1001 operations; 1000 are allowed`,
	} {
		if _, err := ParseFHIRPath(parse(t, body), "Patient"); describe(err) != want {
			t.Errorf("%.100s: %s, want %s", body, describe(err), want)
		}
	}
}

func many(n int, one string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = one
	}
	return list
}

// Paths that look at everything, again and again, are stopped.
func TestFHIRPathCost(t *testing.T) {
	resource := `{"resourceType":"Patient","name":[` + strings.Join(many(5000, `{"family":"x"}`), ",") + `]}`
	costly := operation("delete", "Patient.name.where("+strings.Join(many(10, "family = 'y'"), " or ")+")")
	_, err := applyFHIRPath(t, resource, parameters(many(1000, costly)...))
	if describe(err) != "too costly Parameters.parameter[1].part[1]: the paths of the patch look at more than 1000000 elements" {
		t.Error(describe(err))
	}
}

func FuzzFHIRPath(f *testing.F) {
	f.Add("delete", "Patient.name.where(use = 'usual' or $this.given.exists()).given[0]", "", "", 0, 0)
	f.Add("add", "Patient.birthDate", "extension", `"part":[{"name":"url","valueUri":"u"},{"name":"value","_valueCode":{"id":"x"}}]`, 0, 0)
	f.Add("insert", "Patient.name.first().given", "", `"_valueString":{"id":"x"}`, 1, 0)
	f.Add("move", "Patient.name[0].given", "", "", 0, 2)
	f.Add("replace", "(Patient.multipleBirth as integer)", "", `"valueBoolean":true`, 0, 0)
	f.Add("replace", "Patient.contained.ofType(Organization)", "", `"resource":{"resourceType":"Device"}`, 0, 0)
	f.Fuzz(func(t *testing.T, kind, path, name, content string, n, m int) {
		quote := func(text string) string { return string(fhirjson.Quote(text)) }
		parts := map[string]string{
			"path": `{"name":"path","valueString":` + quote(path) + `}`, "name": `{"name":"name","valueString":` + quote(name) + `}`,
			"value": value(content), "index": integer("index", n), "source": integer("source", n), "destination": integer("destination", m),
		}
		list := []string{`{"name":"type","valueCode":` + quote(kind) + `}`}
		for _, part := range pathOperations[kind].parts {
			list = append(list, parts[part])
		}
		fuzz(t, rich, parameters(`{"name":"operation","part":[`+strings.Join(list, ",")+`]}`), "Patient")
	})
}

// A path that is understood selects something or nothing.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"Patient.name[0].given[1]", "Patient.telecom.where(system != 'phone' and rank = 2)", "(Patient.deceased as boolean)", "Patient.birthDate.extension('http://t').value", "Patient.contained.last().id"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		quoted := string(fhirjson.Quote(path))
		fuzz(t, rich, `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":`+quoted+`}]}]}`, "Patient")
	})
}
