package api

import (
	"errors"
	"net/http"
	"slices"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

// notChecked is what a validation without issues does not promise.
const notChecked = "R4's structure was checked; its invariants and profiles were not"

// findings are the issues of a $validate.
type findings struct {
	issues []fhir.OperationOutcomeIssue
	// bad says that there is an error or a warning among them.
	bad bool
	// broken says that the resource itself has an error.
	broken bool
}

// add adds what the validation says about the resource.
func (f *findings) add(i validation.Issue) {
	severity := fhir.IssueSeverityError
	_ = severity.UnmarshalJSON([]byte(i.Severity)) // a code of the value set
	f.issues = append(f.issues, issuesOf([]validation.Issue{i})[0].graded(severity))
	f.bad = f.bad || i.Severity != validation.Information
	f.broken = f.broken || i.Severity == validation.Error
}

// note adds what the client should know.
func (f *findings) note(code fhir.IssueType, expression, text string) {
	f.issues = append(f.issues, issue{code, expression, text}.graded(fhir.IssueSeverityInformation))
}

// refused adds why a write would be refused: the issues of its answer. The
// server's own fault stays an error. A write that only repeats what was found in
// the resource adds nothing.
func (f *findings) refused(r *request, err error) error {
	var invalid *store.Invalid
	if err == nil || f.broken && errors.As(err, &invalid) {
		return nil
	}
	problem, ok := r.explain(err)
	if !ok || problem.status >= http.StatusInternalServerError {
		return err
	}
	for _, i := range problem.issues {
		f.issues = append(f.issues, i.graded(fhir.IssueSeverityError))
	}
	f.bad = true
	return nil
}

// response shows the findings: where nothing is bad that is said first, since an
// OperationOutcome needs an issue (operationoutcome.html).
func (f findings) response(caveat string) *response {
	issues := f.issues
	if !f.bad {
		fine := issue{code: fhir.IssueTypeInformational, text: "all is well: " + caveat}
		issues = slices.Insert(slices.Clone(issues), 0, fine.graded(fhir.IssueSeverityInformation))
	}
	return &response{status: http.StatusOK, body: outcomeOf(issues)}
}
