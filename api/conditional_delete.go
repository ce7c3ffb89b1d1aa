package api

import (
	"context"
	"fmt"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// ConditionalDelete says what a delete by criteria does with more than one match.
type ConditionalDelete string

// The choices, named by the codes of CapabilityStatement: with Single more than
// one match is a 412, with Multiple all matches are deleted.
const (
	DeleteSingle   ConditionalDelete = "single"
	DeleteMultiple ConditionalDelete = "multiple"
)

// maxDeletes is how many resources one request may delete by criteria.
const maxDeletes = 10_000

// conditionalDelete deletes what criteria match (http.html#3.1.0.7.1): one
// resource, or all where the server is configured so. No match is no error, as
// for a delete by id. What is matched needs the letter s, what is deleted d: a
// match that the caller may find and not delete is a 403 and nothing is deleted,
// since "deleted" would be a lie about what the caller sees.
func (s *server) conditionalDelete(r *request) (action, error) {
	where, expected, err := s.conditions(r)
	if err != nil {
		return action{}, err
	}
	return writing(func(ctx context.Context, tx *store.Tx) (*response, error) {
		if s.conditionalDeletes == DeleteMultiple && r.target == nil {
			return r.deleteAll(ctx, tx, where, expected)
		}
		meant, err := s.target(ctx, tx.Reader, r, where)
		if err != nil {
			return nil, err
		}
		return r.deleteMeant(ctx, tx, meant, expected)
	})
}

// deleteMeant deletes the one match. Without one it is the delete of what is not
// there, under a key that no resource has.
func (r *request) deleteMeant(ctx context.Context, tx *store.Tx, meant target, expected store.Precondition) (*response, error) {
	written, err := tx.Delete(ctx, meant.key, expected)
	if err != nil {
		return nil, err
	}
	if meant.found && written.Outcome == store.Absent {
		return nil, &store.NotAdmitted{Letter: store.Delete, Key: meant.key}
	}
	return r.deleted(written, deletedOrAbsent), nil
}

// deleteAll deletes all matches or none.
func (r *request) deleteAll(ctx context.Context, tx *store.Tx, where search.Expr, expected store.Precondition) (*response, error) {
	matches, err := tx.Match(ctx, r.typ, where, maxDeletes+1)
	if err != nil {
		return nil, err
	}
	switch {
	case len(matches) > maxDeletes:
		return nil, errTooManyDeletes
	case len(matches) == 0:
		nowhere, err := r.place()
		if err != nil {
			return nil, err
		}
		return r.deleteMeant(ctx, tx, nowhere, expected)
	}
	var last *response
	for _, match := range matches {
		if last, err = r.deleteMeant(ctx, tx, target{match.Key, true}, expected); err != nil {
			return nil, err
		}
	}
	if len(matches) == 1 {
		return last, nil
	}
	return r.deleted(store.Written{}, fmt.Sprintf("deleted %d resources", len(matches))), nil
}

var errTooManyDeletes = refuse(http.StatusPreconditionFailed, fhir.IssueTypeTooCostly, "the criteria match more than %d resources, and one request deletes no more; make them more specific", maxDeletes)
