package search

import (
	"strings"
	"testing"
)

func TestExtractReference(t *testing.T) {
	const b = testBase
	for _, c := range []struct{ reference, want string }{
		// Local ones.
		{"Patient/1", "Patient/1"},
		{"Patient/1/_history/2", "Patient/1"},
		{b + "/Patient/1", "Patient/1"},
		{b + "/Patient/1/_history/2", "Patient/1"},
		{"Group/a-B.9", "Group/a-B.9"},
		{"Patient/" + strings.Repeat("a", 64), "Patient/" + strings.Repeat("a", 64)},
		// Others, as they are written, without their version.
		{"http://other.example/fhir/Patient/1", "http://other.example/fhir/Patient/1"},
		{"http://other.example/fhir/Patient/1/_history/3", "http://other.example/fhir/Patient/1"},
		{"urn:uuid:5d4b9df1-93ae-3bc9-b680-03249990e558", "urn:uuid:5d4b9df1-93ae-3bc9-b680-03249990e558"},
		{"urn:oid:1.2.3", "urn:oid:1.2.3"},
		{b + "/x/Patient/1", b + "/x/Patient/1"},
		{b + "/Patient/1/x", b + "/Patient/1/x"},
		{b + "/Patient/1?x", b + "/Patient/1?x"},
		{b + "/patient/1", b + "/patient/1"},
		{b + "x/Patient/1", b + "x/Patient/1"},
		{strings.ToUpper(b) + "/Patient/1", strings.ToUpper(b) + "/Patient/1"},
		// What is no reference.
		{"", ""}, {"#", ""}, {"#p", ""}, {"1", ""}, {"/Patient/1", ""}, {"Patient/", ""}, {"Patient/1/", ""},
		{"Patient/1#x", ""}, {"Patient/1|2", ""}, {"Patient/1 ", ""}, {" Patient/1", ""}, {"Patient/1/x", ""},
		{"Patient/1/_history", ""}, {"Patient/1/_history/", ""}, {"Patient/1/_history/2/3", ""}, {"Patient/1/_history/2/_history/3", ""},
		{"Patient/a_b", ""}, {"Patient/ä", ""}, {"Patient/" + strings.Repeat("a", 65), ""}, {"patient/1", ""}, {"Nobody/1", ""},
		{"x/Patient/1", ""}, {"../Patient/1", ""}, {"Patient?identifier=1", ""}, {"DomainResource/1", ""},
		{"Patient/1:x", ""}, {"1http:x", ""}, {"a b:c", ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{"subject |" + c.want}
		}
		runExtract(t, []extractCase{{c.reference,
			`{"resourceType":"Observation","subject":{"reference":"` + c.reference + `"}}`, "subject", want}})
	}
}

// Without a known base, nothing absolute is local.
func TestExtractReferenceWithoutBase(t *testing.T) {
	for _, c := range []struct{ base, prefix, reference, want string }{
		{"", "", "http://a/fhir/Patient/1", "http://a/fhir/Patient/1"},
		{"", "", "Patient/1", "Patient/1"},
		{"http://a/fhir", "http://a/fhir/", "http://a/fhir/Patient/1", "Patient/1"},
		{"http://a/fhir/", "http://a/fhir/", "http://a/fhir/Patient/1", "Patient/1"},
		{"http://a/fhir", "http://a/fhir/", "http://a/fhir//Patient/1", ""},
	} {
		if got := ownBase(c.base); got != c.prefix {
			t.Errorf("ownBase(%q) = %q, want %q", c.base, got, c.prefix)
		}
		got, _ := localReference(ownBase(c.base), c.reference)
		if strings.HasPrefix(c.want, "http") {
			c.want = ""
		}
		if got != c.want {
			t.Errorf("localReference(%q, %q) = %q, want %q", c.base, c.reference, got, c.want)
		}
	}
}

func TestExtractReferenceParts(t *testing.T) {
	runExtract(t, []extractCase{
		{"identifier and display", `{"resourceType":"Observation","subject":{"type":"Patient","display":"Ann Lee",
			"identifier":{"system":"http://mrn","value":"1","type":{"coding":[{"code":"MR"}],"text":"unsaid"}}}}`,
			"subject subject:identifier subject:text patient patient:identifier patient:text",
			[]string{"patient:identifier http://mrn|1", "subject:identifier http://mrn|1",
				`patient:text "ann lee" "Ann Lee"`, `subject:text "ann lee" "Ann Lee"`}},
		{"canonical with version", `{"resourceType":"QuestionnaireResponse","questionnaire":"http://q/Questionnaire/1|2.0"}`,
			"questionnaire", []string{"questionnaire 2.0|http://q/Questionnaire/1"}},
		{"canonical without version", `{"resourceType":"QuestionnaireResponse","questionnaire":"http://q/1"}`,
			"questionnaire", []string{"questionnaire |http://q/1"}},
		{"canonical of one's own", `{"resourceType":"QuestionnaireResponse","questionnaire":"` + testBase + `/Questionnaire/1"}`,
			"questionnaire", []string{"questionnaire |Questionnaire/1"}},
		{"canonical of something contained", `{"resourceType":"QuestionnaireResponse","questionnaire":"#q"}`, "questionnaire", nil},
		{"uri", `{"resourceType":"ConceptMap","sourceUri":"http://v"}`, "source source-uri", []string{"source-uri |http://v"}},
		{"document", `{"resourceType":"Bundle","type":"document","entry":[
			{"resource":{"resourceType":"Composition","id":"c"}},{"resource":{"resourceType":"Composition","id":"d"}}]}`,
			"composition message", []string{"composition |Composition/c"}},
		{"a choice takes what refers", `{"resourceType":"Consent","sourceAttachment":{"url":"Binary/1"}}`, "source-reference", nil},
	})
}

// resolve() is decided by what the reference itself tells.
func TestExtractReferenceByType(t *testing.T) {
	for _, c := range []struct{ subject, want string }{
		{`{"reference":"Patient/1"}`, "Patient/1"},
		{`{"reference":"Patient/1","type":"Group"}`, "Patient/1"},
		{`{"reference":"Group/1","type":"Patient"}`, ""},
		{`{"reference":"Group/1"}`, ""},
		{`{"reference":"http://x/Patient/1"}`, "http://x/Patient/1"},
		{`{"reference":"urn:uuid:1","type":"Patient"}`, "urn:uuid:1"},
		{`{"reference":"urn:uuid:1"}`, ""},
		{`{"reference":"#p","type":"Patient"}`, ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{"patient |" + c.want}
		}
		runExtract(t, []extractCase{{c.subject, `{"resourceType":"Observation","subject":` + c.subject + `}`, "patient", want}})
	}
}

// Granary's own references are local ones only.
func TestExtractOwnReferences(t *testing.T) {
	urls := `"attachment":{"url":"%"}`
	document := func(url string) string {
		return `{"resourceType":"DocumentReference","content":[{` + strings.ReplaceAll(urls, "%", url) + `}]}`
	}
	runExtract(t, []extractCase{
		{"relative", document("Binary/1"), "_attachment", []string{"_attachment |Binary/1"}},
		{"absolute", document(testBase + "/Binary/1"), "_attachment", []string{"_attachment |Binary/1"}},
		{"elsewhere", document("http://other/Binary/1"), "_attachment", nil},
		{"report", `{"resourceType":"DiagnosticReport","presentedForm":[{"url":"Binary/1"},{"url":"Binary/2"},{"data":"AA=="}]}`,
			"_attachment", []string{"_attachment |Binary/1", "_attachment |Binary/2"}},
		{"media", `{"resourceType":"Media","content":{"url":"Binary/1"}}`, "_attachment", []string{"_attachment |Binary/1"}},
		{"photo", `{"resourceType":"Patient","photo":[{"url":"Binary/1"}]}`, "_attachment", []string{"_attachment |Binary/1"}},
		{"security context", `{"resourceType":"Binary","contentType":"text/plain","securityContext":{"reference":"Patient/1","display":"x"},"data":"AA=="}`,
			"", []string{"_securityContext |Patient/1", "_content |x"}},
		{"security context by identifier", `{"resourceType":"Binary","securityContext":{"identifier":{"value":"1"}}}`, "", []string{"_securityContext |#"}},
		{"security context elsewhere", `{"resourceType":"Binary","securityContext":{"reference":"http://other/Patient/1"}}`, "", []string{"_securityContext |#"}},
		{"no security context", `{"resourceType":"Binary"}`, "", nil},
		{"what is contained", `{"resourceType":"Provenance","contained":[{"resourceType":"Observation","id":"in"}],"target":[{"reference":"#in"}]}`, "_target", nil},
		{"targets", `{"resourceType":"Provenance","target":[{"reference":"Patient/1/_history/2"},{"reference":"#in"},{"display":"somebody"},{"reference":"` + testBase + `/Patient/2"}]}`,
			"_target", []string{"_target |Patient/1", "_target |#", "_target |Patient/2"}},
	})
}
