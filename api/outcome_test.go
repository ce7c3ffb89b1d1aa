package api

import (
	"strings"
	"testing"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// What an OperationOutcome says is bounded, however long what it says it about.
func TestOutcomeIsBounded(t *testing.T) {
	long := strings.Repeat("é", maxText)
	issues := make([]issue, maxIssues+7)
	for i := range issues {
		issues[i] = issue{code: fhir.IssueTypeInvalid, expression: "Patient." + long, text: "begins " + long + " ends"}
	}
	outcome, err := fhirjson.Parse(operationOutcome(fhir.IssueSeverityError, issues))
	if err != nil {
		t.Fatal(err)
	}
	shown := outcome.Get("issue").Items()
	if len(shown) != maxIssues+1 {
		t.Fatalf("%d issues", len(shown))
	}
	first, last := shown[0], shown[maxIssues]
	if text := first.Get("diagnostics").Text(); len(text) > maxText+10 || !strings.HasPrefix(text, "begins éé") || !strings.HasSuffix(text, "éé ends") || !strings.Contains(text, "é … é") {
		t.Errorf("text %q", text)
	}
	if first.Get("expression") != nil {
		t.Errorf("an expression of %d bytes", len(first.Get("expression").Raw()))
	}
	want := `{"severity":"information","code":"informational","diagnostics":"7 more issues are not shown"}`
	if got := string(last.Raw()); got != want {
		t.Errorf("last: %s", got)
	}
}
