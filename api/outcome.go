package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/store"
)

// outcome is the response to an error. What is the server's own fault is logged,
// and the client is told nothing but the id to ask about.
func (d *dispatcher) outcome(r *request, err error) *response {
	p, ok := r.explain(err)
	if !ok {
		d.log.Error("request failed", "request", r.id, "error", err)
		return internalError(r)
	}
	if p.status == http.StatusInsufficientStorage { // somebody has to do something
		d.log.Error("the data cannot be written", "request", r.id, "error", err)
	}
	if p.status == http.StatusMethodNotAllowed && p.header == nil {
		p.header = d.allow(blamed(r, err))
	}
	answer := p.response()
	if errors.Is(err, store.ErrUnavailable) {
		answer.cause = err
	}
	return answer
}

// blamed is the request that an error is about: an entry's, or the one that came.
func blamed(r *request, err error) *request {
	var failed failedEntries
	if errors.As(err, &failed) {
		return failed[0].request
	}
	return r
}

func internalError(r *request) *response {
	text := "the server made a mistake; its log knows more under the request id " + r.id
	p := problem{status: http.StatusInternalServerError, issues: []issue{{fhir.IssueTypeException, "", text}}}
	return p.response()
}

func (p problem) response() *response {
	return &response{status: p.status, header: p.header, body: operationOutcome(fhir.IssueSeverityError, p.issues)}
}

// The size of an OperationOutcome. What it says is partly the client's own words,
// which must not come back in megabytes.
const (
	maxIssues     = 1_000
	maxText       = 1_000 // bytes of diagnostics
	maxExpression = 1_000
)

// operationOutcome is the resource that says what happened.
func operationOutcome(severity fhir.IssueSeverity, issues []issue) []byte {
	all := make([]fhir.OperationOutcomeIssue, len(issues))
	for n, i := range issues {
		all[n] = i.graded(severity)
	}
	return outcomeOf(all)
}

// outcomeOf is an OperationOutcome with issues of several severities.
func outcomeOf(issues []fhir.OperationOutcomeIssue) []byte {
	if more := len(issues) - maxIssues; more > 0 {
		rest := issue{code: fhir.IssueTypeInformational, text: fmt.Sprintf("%d more issues are not shown", more)}
		issues = append(issues[:maxIssues:maxIssues], rest.graded(fhir.IssueSeverityInformation))
	}
	body, err := json.Marshal(fhir.OperationOutcome{Issue: issues})
	if err != nil { // it is made of texts and codes
		return []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}`)
	}
	return tidied(body)
}

// graded is the issue as an OperationOutcome has it. An expression that is too
// long to be shown is left out, since half of one points elsewhere.
func (i issue) graded(severity fhir.IssueSeverity) fhir.OperationOutcomeIssue {
	text := shortened(i.text)
	graded := fhir.OperationOutcomeIssue{Severity: severity, Code: i.code, Diagnostics: &text}
	if i.expression != "" && len(i.expression) <= maxExpression {
		graded.Expression = []string{i.expression}
	}
	return graded
}

// shortened is the text without its middle, if it is too long.
func shortened(text string) string { return shortenedTo(maxText, text) }

func shortenedTo(size int, text string) string {
	if len(text) <= size {
		return text
	}
	half := size / 2
	return strings.ToValidUTF8(text[:half], "") + " … " + strings.ToValidUTF8(text[len(text)-half:], "")
}
