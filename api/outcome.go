package api

import (
	"encoding/json"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// outcome is the response to an error. What is the server's own fault is logged,
// and the client is told nothing but the id to ask about.
func (d *dispatcher) outcome(r *request, err error) *response {
	p, ok := r.explain(err)
	if !ok {
		d.log.Error("request failed", "request", r.id, "error", err)
		return internalError(r)
	}
	if p.status == http.StatusMethodNotAllowed && p.header == nil {
		p.header = d.allow(r)
	}
	return p.response()
}

func internalError(r *request) *response {
	text := "the server made a mistake; its log knows more under the request id " + r.id
	p := problem{status: http.StatusInternalServerError, issues: []issue{{fhir.IssueTypeException, "", text}}}
	return p.response()
}

func (p problem) response() *response {
	return &response{status: p.status, header: p.header, body: operationOutcome(fhir.IssueSeverityError, p.issues)}
}

// operationOutcome is the resource that says what happened.
func operationOutcome(severity fhir.IssueSeverity, issues []issue) []byte {
	var outcome fhir.OperationOutcome
	for _, i := range issues {
		one := fhir.OperationOutcomeIssue{Severity: severity, Code: i.code, Diagnostics: &i.text}
		if i.expression != "" {
			one.Expression = []string{i.expression}
		}
		outcome.Issue = append(outcome.Issue, one)
	}
	body, err := json.Marshal(outcome)
	if err != nil { // it is made of texts and codes
		return []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}`)
	}
	return tidied(body)
}
