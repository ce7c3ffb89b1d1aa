package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// undecided tells whether the step writes what criteria name.
func (s *step) undecided() bool { return s.action.write != nil && s.brings() && !s.decided() }

// criteria are those of a conditional entry, after it has been prepared.
func (t *transaction) criteria(s *step) (search.Expr, error) {
	if isCreate(s) {
		return t.server.ifNoneExist(s.request)
	}
	return t.server.criteria(s.request)
}

// decide finds out what the conditional entries mean, before any of them writes and
// after the deletes, so that the others can refer to them (http.html#trules).
func (t *transaction) decide(ctx context.Context) error {
	for _, s := range t.steps {
		if !s.undecided() {
			continue
		}
		where, err := t.criteria(s)
		if err != nil {
			return s.failed(err)
		}
		s.request.target = nil // of another run
		t.by.explanation.at(s.entry.index)
		meant, err := t.server.target(ctx, t.reader, s.request, where)
		t.by.explanation.at(store.Whole)
		if err != nil {
			return s.failed(err)
		}
		if wrong := t.aim(s, meant); wrong != nil {
			return wrong
		}
	}
	return nil
}

// aim lets an entry write what its criteria mean. A patch without a match fails
// here: asked again later, its criteria could match what another entry has changed.
// A create with a match writes nothing, so that another entry may.
func (t *transaction) aim(s *step, meant target) failedEntries {
	if !meant.found && s.entry.method == http.MethodPatch {
		return s.failed(errNoMatch)
	}
	if !meant.found && s.entry.method == http.MethodPut {
		meant.key = ownOr(s.entry.resource, meant.key)
	}
	s.request.target = &meant
	if s.entry.fullURL != "" {
		t.links[s.entry.fullURL] = meant.key.String()
	}
	if meant.found && isCreate(s) {
		return nil
	}
	return t.owners.claim(meant.key, s)
}

// ownOr is where a conditional update without a match puts the resource: under the
// id that it has, or under a new one (http.html#cond-update).
func ownOr(resource *fhirjson.Node, key store.Key) store.Key {
	if id := resource.Get("id").Text(); id != "" {
		key.ID = id
	}
	return key
}

// verifyTargets checks that the criteria of the conditional entries match nothing
// but what they were taken for: that no entry makes what another asks not to be
// there.
func (t *transaction) verifyTargets(ctx context.Context) error {
	for _, s := range t.steps {
		if !s.undecided() {
			continue
		}
		where, err := t.criteria(s)
		if err != nil {
			return s.failed(err)
		}
		matches, err := t.reader.Match(ctx, s.request.typ, where, 2)
		if err != nil {
			return s.failed(err)
		}
		for _, match := range matches {
			if match.Key != s.request.target.key {
				return s.failed(refuse(http.StatusPreconditionFailed, fhir.IssueTypeMultipleMatches,
					"another entry of the transaction makes a resource that the criteria match"))
			}
		}
	}
	return nil
}
