package validation

import (
	"fmt"
	"strings"
	"testing"
)

func TestReferences(t *testing.T) {
	const noReference = " is no reference: Type/id, Type/id/_history/version, an absolute URL, urn:uuid:…, or #id of a contained resource"
	for _, c := range []struct{ reference, want string }{
		{`{"reference":"Patient/1"}`, ""},
		{`{"reference":"Group/a-B.9/_history/2"}`, ""},
		{`{"reference":"https://other.example/fhir/Practitioner/1"}`, ""},
		{`{"reference":"http://acme.com/anything?x"}`, ""},
		{`{"reference":"urn:uuid:0a4c7e1e-8f6a-4c34-9d0e-5a2b1c3d4e5f"}`, ""},
		{`{"reference":"urn:oid:1.2.3"}`, ""},
		{`{"display":"Ann"}`, ""},
		{`{"identifier":{"value":"1"},"type":"Patient"}`, ""},
		{`{"reference":"Patient/1","type":"Patient"}`, ""},
		{`{"reference":"urn:oid:1.2.3","type":"Device"}`, ""},
		{`{"type":"http://hl7.org/fhir/StructureDefinition/Patient","display":"x"}`, ""},
		{`{"type":"http://example.org/Model","display":"x"}`, ""},
		{`{"reference":"Practitioner/1"}`, `.reference: refers to "Practitioner", and subject may refer to Patient, Group, Device or Location only`},
		{`{"display":"x","type":"Practitioner"}`, `.type: refers to "Practitioner", and subject may refer to Patient, Group, Device or Location only`},
		{`{"reference":"Patient/1","type":"Group"}`, `.type: is "Group", and the reference is to "Patient"`},
		{`{"display":"x","type":"Patien"}`, `.type: "Patien" is no resource type; is Patient meant?`},
		{`{"reference":"Patient/a_b"}`, `.reference: "Patient/a_b"` + noReference},
		{`{"reference":"Patient"}`, `.reference: "Patient"` + noReference},
		{`{"reference":"Patient/"}`, `.reference: "Patient/"` + noReference},
		{`{"reference":"/Patient/1"}`, `.reference: "/Patient/1"` + noReference},
		{`{"reference":"Patient/1#x"}`, `.reference: "Patient/1#x"` + noReference},
		{`{"reference":"Patient/1/_history/"}`, `.reference: "Patient/1/_history/"` + noReference},
		{`{"reference":"Patient/1/name"}`, `.reference: "Patient/1/name"` + noReference},
		{`{"reference":"1"}`, `.reference: "1"` + noReference},
		{`{"reference":":x"}`, `.reference: ":x"` + noReference},
		{`{"reference":"patient/1"}`, `.reference: "patient/1"` + noReference + `; "patient" is no resource type; is Patient meant?`},
		{`{"reference":"Resource/1"}`, `.reference: "Resource/1"` + noReference + `; "Resource" is no resource type`},
		{`{"reference":"http://a b/Patient/1"}`, `.reference: "http://a b/Patient/1" has a space or a control character in it`},
		{`{"reference":"Patient?identifier=http://x|1"}`, `.reference: the conditional reference "Patient?identifier=http://x|1" is for transactions only; a resource refers by Type/id`},
		{`{"reference":"#p"}`, `.reference: no contained resource has the id that "#p" refers to (ref-1)`},
		{`{"reference":"#"}`, `.reference: no contained resource has the id that "#" refers to (ref-1)`},
	} {
		resource := `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":` + c.reference + `}`
		var want []string
		if c.want != "" {
			want = []string{"value Observation.subject" + c.want}
		}
		run(t, []check{{"", resource, want}})
	}
}

// Where the definition has no targets, or Resource, any type will do.
func TestReferencesToAnything(t *testing.T) {
	run(t, []check{
		{"Reference(Resource)", `{"resourceType":"Provenance","target":[{"reference":"VisionPrescription/1"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"reference":"Device/1"}}]}`, nil},
		{"extension", `{"resourceType":"Patient","extension":[{"url":"http://x","valueReference":{"reference":"Slot/1"}}]}`, nil},
	})
}

func TestContained(t *testing.T) {
	observation := func(contained, rest string) string {
		return `{"resourceType":"Observation","contained":[` + contained + `],"status":"final","code":{"text":"x"}` + rest + `}`
	}
	const patient = `{"resourceType":"Patient","id":"p","link":[{"type":"refer","other":{"reference":"#q"}},{"type":"refer","other":{"reference":"#p"}}]}`
	run(t, []check{
		{"found", observation(`{"resourceType":"Patient","id":"q"},`+patient, `,"subject":{"reference":"#p","type":"Patient"}`), nil},
		{"not found", observation(patient, `,"subject":{"reference":"#x"}`), []string{
			`value Observation.contained[0].link[0].other.reference: no contained resource has the id that "#q" refers to (ref-1)`,
			`value Observation.subject.reference: no contained resource has the id that "#x" refers to (ref-1)`}},
		{"of a wrong type", observation(`{"resourceType":"Organization","id":"o"}`, `,"subject":{"reference":"#o"}`), []string{
			`value Observation.subject.reference: refers to "Organization", and subject may refer to Patient, Group, Device or Location only`}},
		{"to the container", observation(`{"resourceType":"Provenance","id":"p","target":[{"reference":"#"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}`, ""), nil},
		{"to a container of a wrong type", observation(`{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"#"}}`, ""), []string{
			`value Observation.contained[0].managingOrganization.reference: refers to "Observation", and managingOrganization may refer to Organization only`}},
		{"checked", observation(`{"resourceType":"Patient","id":"p","gender":"x"},{"resourceType":"Basic"}`, ""), []string{
			`code-invalid Observation.contained[0].gender: "x" is not in http://hl7.org/fhir/ValueSet/administrative-gender: female, male, other or unknown`,
			`required Observation.contained[1].code: is required`}},
		{"in a contained one", observation(`{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"b"}]}`, ""), []string{
			"invariant Observation.contained[0].contained[0]: a contained resource contains no others; put this into the containing resource (dom-2)"}},
		{"no type", observation(`{"id":"p"},{"resourceType":"Patien"},{"resourceType":1},{"resourceType":"DomainResource"},7`, ""), []string{
			`structure Observation.contained[0].resourceType: must be a resource type; it is missing`,
			`structure Observation.contained[1].resourceType: must be a resource type, not "Patien"; is Patient meant?`,
			`structure Observation.contained[2].resourceType: must be a resource type, not number`,
			`structure Observation.contained[3].resourceType: must be a resource type, not "DomainResource"`,
			`structure Observation.contained[4]: must be an object, not number`}},
		{"where there is none", `{"resourceType":"Bundle","type":"collection","contained":[{"resourceType":"Patient"}]}`, []string{
			`structure Bundle.contained: Bundle has no element "contained"; it has id, meta, implicitRules, language, identifier, type, timestamp, total, link, entry, signature`}},
	})
}

func TestNestedResources(t *testing.T) {
	const conditional = `{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?identifier=1"}]}`
	const refused = `generalPractitioner[0].reference: the conditional reference "Practitioner?identifier=1" is for transactions only; a resource refers by Type/id`
	bundle := func(typ, resource string) string {
		return `{"resourceType":"Bundle","type":"` + typ + `","entry":[{"resource":` + resource + `,"request":{"method":"POST","url":"Patient"}}]}`
	}
	run(t, []check{
		{"entry", bundle("batch", `{"resourceType":"Patient","active":1}`), []string{
			"structure Bundle.entry[0].resource.active: must be a boolean, not number"}},
		{"entry without type", bundle("batch", `{"active":1}`), []string{
			"structure Bundle.entry[0].resource.resourceType: must be a resource type; it is missing"}},
		{"a batch has no conditional references", bundle("batch", conditional), []string{"value Bundle.entry[0].resource." + refused}},
		{"a transaction has", bundle("transaction", conditional), nil},
		{"wherever type stands", `{"entry":[{"resource":` + conditional + `,"request":{"method":"POST","url":"Patient"}}],"type":"transaction","resourceType":"Bundle"}`, nil},
		{"a collection in a transaction has not", bundle("transaction", bundle("collection", conditional)), []string{"value Bundle.entry[0].resource.entry[0].resource." + refused}},
		{"a fragment stays in its entry", `{"resourceType":"Bundle","type":"collection","entry":[
			{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}],"managingOrganization":{"reference":"#o"}}},
			{"resource":{"resourceType":"Patient","managingOrganization":{"reference":"#o"}}}]}`, []string{
			`value Bundle.entry[1].resource.managingOrganization.reference: no contained resource has the id that "#o" refers to (ref-1)`}},
		{"an entry's contained resource is not the outer's", `{"resourceType":"Parameters","parameter":[{"name":"a","resource":
			{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Bundle","id":"b","type":"collection","entry":[{"resource":
				{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}}]},
				{"resourceType":"Patient","id":"q"}],"author":{"reference":"#q"},"subject":{"reference":"#p"}}}]}`, []string{
			`value Parameters.parameter[0].resource.subject.reference: no contained resource has the id that "#p" refers to (ref-1)`}},
		{"parameter", `{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Patient","x":1}}]}]}`, []string{
			`structure Parameters.parameter[0].part[0].resource.x: Patient has no element "x"`}},
		{"outcome", `{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"200","outcome":{"resourceType":"OperationOutcome","issue":[]}}}]}`, []string{
			"structure Bundle.entry[0].response.outcome.issue: is an empty array; what has no value is left out"}},
	})
}

// Nothing takes longer than what is there, even where all refer to all.
func TestManyFragments(t *testing.T) {
	const count = 30_000
	var contained, links strings.Builder
	for i := range count {
		fmt.Fprintf(&contained, `,{"resourceType":"Patient","id":"p%d"}`, i)
		fmt.Fprintf(&links, `,{"type":"refer","other":{"reference":"#p%d"}}`, count-1-i)
	}
	n := parse(t, `{"resourceType":"Patient","contained":[`+contained.String()[1:]+`],"link":[`+links.String()[1:]+`]}`)
	if issues := Resource("Patient", n); issues != nil {
		t.Error(issues)
	}
}
