package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Resources that are JSON, and not FHIR: wrong types, elements that R4 does not
// have, values out of range.
func TestHostileStructure(t *testing.T) {
	structure := func(name, more, at string) hostile {
		return hostile{name: name, path: "/Patient", body: patientWith(more), status: http.StatusBadRequest, code: anyCode, at: at}
	}
	digits := strings.Repeat("9", 400)
	cases := []hostile{
		structure("an unknown element", `"nothing":1`, "Patient.nothing"), structure("an element of another case", `"Active":true`, "Patient.Active"), structure("__proto__", `"__proto__":{"x":1}`, "Patient.__proto__"),
		structure("the empty name", `"":1`, anywhere), structure("a name with NUL", `"a\u0000":1`, anywhere), structure("an underscore alone", `"_":{}`, anywhere),
		structure("a boolean is a string", `"active":"true"`, "Patient.active"), structure("a boolean is a number", `"active":1`, "Patient.active"), structure("a boolean is null", `"active":null`, "Patient.active"), structure("a boolean is a list", `"active":[true]`, "Patient.active"),
		structure("a boolean is an object", `"active":{"value":true}`, "Patient.active"), structure("a list is an object", `"name":{"family":"x"}`, "Patient.name"), structure("an object is a string", `"name":["x"]`, "Patient.name[0]"), structure("a list of lists", `"name":[[{"family":"x"}]]`, "Patient.name[0]"),
		structure("a list is empty", `"name":[]`, "Patient.name"), structure("an object is empty", `"name":[{}]`, "Patient.name[0]"), structure("a string is empty", `"name":[{"family":""}]`, "Patient.name[0].family"), structure("a string is a number", `"name":[{"family":1}]`, "Patient.name[0].family"),
		structure("an integer with an exponent", `"multipleBirthInteger":1E+5`, "Patient.multipleBirth"), structure("an integer with a fraction", `"multipleBirthInteger":1.0`, "Patient.multipleBirth"), structure("an integer out of range", `"multipleBirthInteger":2147483648`, "Patient.multipleBirth"),
		structure("an integer of 400 digits", `"multipleBirthInteger":`+digits, "Patient.multipleBirth"), structure("an integer is a string", `"multipleBirthInteger":"1"`, "Patient.multipleBirth"), structure("an integer 1e999999", `"multipleBirthInteger":1e999999`, "Patient.multipleBirth"),
		structure("a date that is none", `"birthDate":"2020-02-30"`, "Patient.birthDate"), structure("a date with a time", `"birthDate":"2020-01-01T00:00:00Z"`, "Patient.birthDate"), structure("a date is a number", `"birthDate":2020`, "Patient.birthDate"), structure("a date of the year 0", `"birthDate":"0000"`, "Patient.birthDate"),
		structure("a code that is none", `"gender":"robot"`, "Patient.gender"), structure("a code with a space", `"gender":" male"`, "Patient.gender"), structure("an unknown resource within", `"contained":[{"resourceType":"Alien"}]`, anywhere),
		structure("a resource within that has no type", `"contained":[{"id":"x"}]`, anywhere), structure("two of a choice", `"deceasedBoolean":true,"deceasedDateTime":"2020"`, anywhere), structure("a choice of a type that is none", `"deceasedString":"x"`, "Patient.deceasedString"),
		structure("an id is illegal", `"id":"a_b"`, anywhere), structure("a second id", `"meta":{"id":1}`, anywhere), structure("a reference is a number", `"managingOrganization":{"reference":1}`, "Patient.managingOrganization.reference"),
		structure("a reference to another type", `"managingOrganization":{"reference":"Patient/1"}`, anywhere), structure("an extension without a url", `"extension":[{"valueString":"x"}]`, anywhere), structure("an extension with two values", `"extension":[{"url":"http://x","valueString":"x","valueCode":"x"}]`, anywhere),
		structure("base64 that is none", `"photo":[{"data":"***"}]`, "Patient.photo[0].data"), structure("a narrative with a script", `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></div>"}`, anywhere),
		structure("a primitive extension of the wrong length", `"name":[{"given":["a"],"_given":[null,{"extension":[]}]}]`, anywhere), structure("extensions, 190 deep", `"extension":`+strings.Repeat(`[{"url":"http://x","extension":`, 95)+`[]`+strings.Repeat(`}]`, 95), anywhere),
		structure("a mandatory element is missing", `"communication":[{"preferred":true}]`, anywhere),
	}
	for i := range cases {
		cases[i].anyAt = cases[i].at == anywhere
	}
	cases = append(cases,
		hostile{name: "300,000 unknown elements", path: "/Patient", body: patientWith(unknownElements(300_000)), status: http.StatusBadRequest, code: anyCode, anyAt: true},
		hostile{name: "a decimal is a string", path: "/Observation", body: `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":"1e5"}}`, status: http.StatusBadRequest, code: anyCode, anyAt: true})
	topic(t, cases)
}

// unknownElements is n elements that R4 does not have.
func unknownElements(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`,"x` + strconv.Itoa(i) + `":1`)
	}
	return b.String()[1:]
}

// All problems come at once, each with its place.
func TestHostileStructureNamesEverything(t *testing.T) {
	w := strictHostileWorld(t)
	got := w.hurl(t, w.all(), hostile{path: "/Patient", body: patientWith(`"active":1,"gender":"robot","birthDate":"x","nothing":2`)})
	var outcome struct {
		Issue []struct{ Expression []string }
	}
	w.must(json.Unmarshal([]byte(got.body), &outcome))
	if got.status != http.StatusBadRequest || len(outcome.Issue) != 4 {
		t.Errorf("%d with %d issues: %s", got.status, len(outcome.Issue), got.body)
	}
}
