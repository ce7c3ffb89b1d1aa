package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// A patient with elements of each kind: in the summary (identifier, active,
// name, birthDate, link), not in it (text, extension, maritalStatus, photo,
// contact, communication), and one that is a modifier only (modifierExtension).
const fullPatient = `{"resourceType":"Patient","id":"p","meta":{"versionId":"1","tag":[{"code":"kept"}]},` +
	`"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Eve &lt;</div>"},` +
	`"extension":[{"url":"http://e","valueString":"x"}],` +
	`"modifierExtension":[{"url":"http://m","valueBoolean":true}],` +
	`"identifier":[{"system":"s","value":"1.0"}],` +
	`"active":true,` +
	`"name":[{"family":"Everywoman","_family":{"extension":[{"url":"http://f","valueCode":"f"}]},"extension":[{"url":"http://n","valueCode":"n"}]}],` +
	`"birthDate":"1970","_birthDate":{"extension":[{"url":"http://t","valueDateTime":"1970-01-01T00:00:01Z"}]},` +
	`"deceasedBoolean":false,` +
	`"maritalStatus":{"text":"m"},` +
	`"link":[{"id":"l","other":{"reference":"Patient/2"},"type":"seealso"}]}`

const taggedMeta = `"meta":{"versionId":"1","tag":[{"code":"kept"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}`

func TestSubset(t *testing.T) {
	const head = `{"resourceType":"Patient","id":"p",` + taggedMeta
	const text = `,"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Eve &lt;</div>"}`
	const modifiers = `,"modifierExtension":[{"url":"http://m","valueBoolean":true}]`
	const birthDate = `,"birthDate":"1970","_birthDate":{"extension":[{"url":"http://t","valueDateTime":"1970-01-01T00:00:01Z"}]}`
	for name, c := range map[string]struct {
		subset subset
		want   string
	}{
		"nothing":        {subset{}, fullPatient},
		"_summary=false": {subset{summary: "false"}, fullPatient},
		"_summary=text":  {subset{summary: "text"}, head + text + `}`},
		"_summary=data": {subset{summary: "data"}, strings.Replace(strings.Replace(fullPatient, text, "", 1),
			`"meta":{"versionId":"1","tag":[{"code":"kept"}]}`, taggedMeta, 1)},
		"_summary=true": {subset{summary: "true"}, head + modifiers +
			`,"identifier":[{"system":"s","value":"1.0"}],"active":true` +
			`,"name":[{"family":"Everywoman","_family":{"extension":[{"url":"http://f","valueCode":"f"}]}}]` +
			birthDate + `,"deceasedBoolean":false` +
			`,"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}`},
		// active, deceased, link and modifierExtension are modifiers.
		"_elements=birthDate": {subset{elements: []string{"birthDate"}}, head + modifiers + `,"active":true` + birthDate +
			`,"deceasedBoolean":false,"link":[{"id":"l","other":{"reference":"Patient/2"},"type":"seealso"}]}`},
		"_elements=deceased[x],identifier": {subset{elements: []string{"deceased[x]", "identifier"}}, head + modifiers +
			`,"identifier":[{"system":"s","value":"1.0"}],"active":true,"deceasedBoolean":false,"link":[{"id":"l","other":{"reference":"Patient/2"},"type":"seealso"}]}`},
		"_elements=identifier&_summary=text": {subset{summary: "text", elements: []string{"identifier"}}, head + `}`},
	} {
		got, err := c.subset.apply("Patient", []byte(fullPatient))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
}

// The mandatory elements of an Observation are status and code; its components
// are in the summary, and their reference ranges are not.
func TestSubsetOfObservation(t *testing.T) {
	const full = `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},"note":[{"text":"n"}],` +
		`"component":[{"code":{"text":"x"},"valueQuantity":{"value":1.10},"referenceRange":[{"text":"r"}]}]}`
	const meta = `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}`
	for name, c := range map[string]struct {
		subset subset
		want   string
	}{
		"_summary=true": {subset{summary: "true"}, `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},` +
			`"component":[{"code":{"text":"x"},"valueQuantity":{"value":1.10}}],` + meta + `}`},
		"_elements=note": {subset{elements: []string{"note"}}, `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},"note":[{"text":"n"}],` + meta + `}`},
		"_summary=text":  {subset{summary: "text"}, `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},` + meta + `}`},
	} {
		got, err := c.subset.apply("Observation", []byte(full))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
}

// An attachment's data is not in the summary, down in a data type.
func TestSummaryGoesIntoDataTypes(t *testing.T) {
	const full = `{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"aGk="}}]}`
	got, err := subset{summary: "true"}.apply("DocumentReference", []byte(full))
	if err != nil || strings.Contains(string(got), "aGk=") || !strings.Contains(string(got), `"content":[{"attachment":{"contentType":"text/plain"}}]`) {
		t.Errorf("%s %v", got, err)
	}
}

func FuzzSubset(f *testing.F) {
	f.Add(fullPatient, "true", "name")
	f.Add(`{"resourceType":"Patient","meta":[],"name":{"given":[[]]},"link":[null,1]}`, "true", "")
	f.Fuzz(func(t *testing.T, body, summary, element string) {
		node, err := fhirjson.Parse([]byte(body))
		if err != nil || node.Kind() != fhirjson.Object {
			t.Skip() // a body that is no JSON object is refused before it is stored
		}
		got, err := subset{summary: summary, elements: []string{element}}.apply("Patient", node.Raw())
		if err != nil || !json.Valid(got) {
			t.Fatalf("%q: %s %v", body, got, err)
		}
	})
}
