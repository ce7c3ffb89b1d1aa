package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

// findings are the issues of a $validate.
type findings struct {
	issues []fhir.OperationOutcomeIssue
	// bad says that there is an error or a warning among them.
	bad bool
	// broken says that the resource itself has an error.
	broken bool
	// content says that a resource was checked, and profiles against which
	// profiles, as "us-core-patient|6.1.0".
	content  bool
	profiles []string
	said     []validation.Issue
}

// conform adds what profiles say about a resource: the one that is asked for, and
// those that it claims.
func (f *findings) conform(known *profile.Set, resource *fhirjson.Node, canonical string) {
	if canonical != "" {
		p, issues, err := known.ValidateAs(resource, canonical)
		if err != nil {
			return // readProfile has found it
		}
		f.checked(p, issues)
	}
	claimed, issues := known.ValidateClaims(resource)
	for _, p := range claimed {
		f.checked(p, nil)
	}
	f.checked(nil, issues)
}

// checked adds what was said of a profile, once.
func (f *findings) checked(p *profile.Profile, issues []validation.Issue) {
	if p != nil && !slices.Contains(f.profiles, p.Canonical()) {
		f.profiles = append(f.profiles, p.Canonical())
	}
	for _, i := range issues {
		if !slices.Contains(f.said, i) {
			f.said = append(f.said, i)
			f.add(i)
		}
	}
}

// caveat is what a validation without issues means, and what it does not promise.
func (f *findings) caveat(would string) string {
	if !f.content {
		return would
	}
	if would != "" {
		would += "; "
	}
	if len(f.profiles) == 0 {
		return would + "R4's structure was checked; its invariants and profiles were not"
	}
	return would + "R4's structure was checked, and the profiles " + strings.Join(f.profiles, ", ")
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
func (f findings) response(would string) *response {
	issues := f.issues
	if !f.bad {
		fine := issue{code: fhir.IssueTypeInformational, text: "all is well: " + f.caveat(would)}
		issues = slices.Insert(slices.Clone(issues), 0, fine.graded(fhir.IssueSeverityInformation))
	}
	return &response{status: http.StatusOK, body: outcomeOf(issues)}
}
