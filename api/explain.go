package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// This file is the one place where an error becomes a status and the issues of an
// OperationOutcome. What it says comes from the request alone: a resource that
// is hidden gets the answer of one that is absent (leaks.md R5).

// meanings are the errors that are values. Text "" stands for the error's own.
var meanings = []struct {
	err    error
	status int
	code   fhir.IssueType
	text   string
}{
	{audit.ErrNotRecorded, http.StatusServiceUnavailable, fhir.IssueTypeTransient, "the server cannot record at the moment what it shows, and so shows nothing; try again later"},
	{store.ErrNotFound, http.StatusNotFound, fhir.IssueTypeNotFound, "there is no such resource, or the access token does not reach it"},
	{store.ErrGone, http.StatusGone, fhir.IssueTypeDeleted, "the resource has been deleted"},
	{store.ErrPrecondition, http.StatusPreconditionFailed, fhir.IssueTypeConflict, ""},
	{store.ErrExists, http.StatusConflict, fhir.IssueTypeDuplicate, "the criteria match nothing, and there is a resource of the id in the body; leave the id out, or update that resource by its id"},
	{store.ErrNotCreatable, http.StatusMethodNotAllowed, fhir.IssueTypeNotSupported, "an update with this access token cannot create a resource, and there is none of this id that it may update"},
	{store.ErrCursor, http.StatusBadRequest, fhir.IssueTypeInvalid, "the page link is not valid for this search and access token; begin again with the first page"},
	{store.ErrTooComplex, http.StatusBadRequest, fhir.IssueTypeTooCostly, ""},
	{store.ErrTooManyIncludes, http.StatusBadRequest, fhir.IssueTypeTooCostly, ""},
	{store.ErrShutOut, http.StatusServiceUnavailable, fhir.IssueTypeTransient, "this server was started with other IG packages than its store has now, and has to be started again before it can write"},
	{store.ErrUnavailable, http.StatusServiceUnavailable, fhir.IssueTypeTransient, "the server is busy or shutting down; try again later"},
	{store.ErrFull, http.StatusInsufficientStorage, fhir.IssueTypeNoStore, "the server's disk is full, so that nothing was written; try again once there is room"},
	{store.ErrReadOnly, http.StatusInsufficientStorage, fhir.IssueTypeNoStore, "the server's disk is read-only, so that nothing was written"},
	{store.ErrTooLarge, http.StatusRequestEntityTooLarge, fhir.IssueTypeTooLong, "the resource, with what it is found by, is larger than the server's database takes; nothing was written"},
	{store.ErrNoTransactions, http.StatusNotImplemented, fhir.IssueTypeNotSupported, "this server's database has no transactions, so that no request may change more than one resource; send the entries as a batch, or have the database made a replica set; nothing was written"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, fhir.IssueTypeTimeout, "the request took too long; ask for less, or try again later"},
	{context.Canceled, statusClientGone, fhir.IssueTypeTransient, "the request was cancelled"},
}

// statusClientGone stands in logs and metrics for a request whose client did not
// wait for the answer, as it does in those of nginx. No client sees it.
const statusClientGone = 499

// retryAfter is when a client may try again, in seconds.
const retryAfter = "2"

// retryIndexed is the same where the index is being made anew: that takes longer.
const retryIndexed = "10"

// problem is what an error means to a client.
type problem struct {
	status int
	header http.Header
	issues []issue
}

type issue struct {
	code             fhir.IssueType
	expression, text string
}

// explain translates an error; ok is false where it is the server's own fault.
func (r *request) explain(err error) (p problem, ok bool) {
	var failed failedEntries
	if errors.As(err, &failed) {
		return explainEntries(failed)
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return r.explainAll(joined.Unwrap())
	}
	var notIndexed *store.NotIndexed // which is store.ErrUnavailable too
	if errors.As(err, &notIndexed) {
		return problem{http.StatusServiceUnavailable, http.Header{"Retry-After": {retryIndexed}}, []issue{{fhir.IssueTypeTransient, "", notIndexed.Error()}}}, true
	}
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			text := m.text
			if text == "" {
				text = err.Error()
			}
			return r.meant(m.status, issue{code: m.code, text: text}), true
		}
	}
	return r.explainTyped(err)
}

// meant adds the headers that a status needs.
func (r *request) meant(status int, i issue) problem {
	p := problem{status: status, issues: []issue{i}}
	if status == http.StatusServiceUnavailable {
		p.header = http.Header{"Retry-After": {retryAfter}}
	}
	return p
}

// explainAll makes several errors the issues of one problem, with the status of
// the first.
func (r *request) explainAll(errs []error) (problem, bool) {
	var all problem
	for _, err := range errs {
		p, ok := r.explain(err)
		if !ok {
			return problem{}, false
		}
		if all.status == 0 {
			all = p
			continue
		}
		all.issues = append(all.issues, p.issues...)
	}
	return all, all.status != 0
}

func (r *request) explainTyped(err error) (problem, bool) {
	if errors.Is(err, auth.ErrInvalidToken) {
		err = unauthorized("invalid_token", err.Error())
	}
	var own *refused
	var forbidden *store.Forbidden
	var notEntitled *notEntitled
	var notAdmitted *store.NotAdmitted
	var invalid *store.Invalid
	var param *search.ParamError
	var syntax *fhirjson.SyntaxError
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		return problem{own.status, own.header, []issue{{own.code, own.expression, own.text}}}, true
	case errors.As(err, &forbidden):
		return r.explainForbidden(forbidden), true
	case errors.As(err, &notEntitled):
		return r.explainNotEntitled(notEntitled), true
	case errors.As(err, &notAdmitted):
		return problem{status: http.StatusForbidden, header: challenge("insufficient_scope", ""), issues: []issue{{fhir.IssueTypeForbidden, "", notAdmitted.Error()}}}, true
	case errors.As(err, &invalid):
		return problem{status: http.StatusBadRequest, issues: issuesOf(invalid.Issues)}, true
	case errors.As(err, &param):
		return problem{status: http.StatusBadRequest, issues: []issue{paramIssue(param)}}, true
	case errors.As(err, &syntax):
		return problem{status: http.StatusBadRequest, issues: []issue{{fhir.IssueTypeStructure, dotted(r.typ, syntax.Pointer), "the body is not JSON as FHIR writes it: " + syntax.Error()}}}, true
	case errors.As(err, &tooLong):
		return r.meant(http.StatusRequestEntityTooLarge, issue{code: fhir.IssueTypeTooLong, text: fmt.Sprintf("the body is longer than the %d bytes that this server takes", tooLong.Limit)}), true
	}
	return problem{}, false
}

func (r *request) explainForbidden(e *store.Forbidden) problem {
	hint := ""
	if !strings.Contains(e.Type, " ") {
		hint = missingScope(r.caller, e.Letter, e.Type)
	}
	return problem{
		status: http.StatusForbidden,
		header: challenge("insufficient_scope", hint),
		issues: []issue{{fhir.IssueTypeForbidden, "", e.Error()}},
	}
}

// explainNotEntitled names both ways to an operation; the scope of the header is the
// one on the operation, which suffices by itself.
func (r *request) explainNotEntitled(e *notEntitled) problem {
	hint := e.operation.ScopeOn(levelOf(r.caller), cmp.Or(e.typ, scope.Any)).String()
	return problem{
		status: http.StatusForbidden,
		header: challenge("insufficient_scope", hint),
		issues: []issue{{fhir.IssueTypeForbidden, "", e.Error() + "; the scope of the operation is " + hint}},
	}
}

// issuesOf are the issues that validation found.
func issuesOf(found []validation.Issue) []issue {
	issues := make([]issue, len(found))
	for i, f := range found {
		issues[i] = issue{code: fhir.IssueTypeInvalid, expression: f.Expression, text: f.Error()}
		_ = issues[i].code.UnmarshalJSON([]byte(f.Code)) // a code of the value set
	}
	return issues
}

func paramIssue(e *search.ParamError) issue {
	code := fhir.IssueTypeInvalid
	if e.Unsupported {
		code = fhir.IssueTypeNotSupported
	}
	return issue{code, "http." + e.Param, e.Error()}
}

// dotted makes a JSON pointer the FHIRPath of the same element, roughly enough
// for whoever looks for it: "/name/0/given" is "Patient.name[0].given".
func dotted(typ, pointer string) string {
	if pointer == "" {
		return typ
	}
	var b strings.Builder
	b.WriteString(typ)
	for part := range strings.SplitSeq(pointer[1:], "/") {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			b.WriteString("[" + part + "]")
		} else {
			b.WriteString("." + strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}
