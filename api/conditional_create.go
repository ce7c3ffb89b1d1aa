package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// createIfNone stores a draft unless one resource matches already, which is then
// the answer (http.html#ccreate). The draft has been checked in either case:
// whether a request is well formed does not depend on the data.
func (s *server) createIfNone(r *request, draft store.Draft) (action, error) {
	where, err := s.ifNoneExist(r)
	if err != nil {
		return action{}, err
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		meant, err := s.target(ctx, tx.Reader, r, where)
		if err != nil {
			return store.Written{}, err
		}
		if meant.found {
			return existing(ctx, tx, meant.key)
		}
		return tx.Create(ctx, meant.key, draft)
	})
}

// existing is what a create does that finds what it was to make. That the resource
// is there, and its version, the caller could have searched.
func existing(ctx context.Context, tx *store.Tx, key store.Key) (store.Written, error) {
	matches, err := tx.Match(ctx, key.Type, search.ID{key.ID}, 1)
	if err != nil {
		return store.Written{}, err
	}
	if len(matches) == 0 {
		return store.Written{}, errMatchLost
	}
	readable, err := tx.Readable(ctx, key)
	return store.Written{Resource: matches[0], Outcome: store.Existing, Readable: readable}, err
}

// errMatchLost: an earlier entry of the same transaction has removed the match,
// or moved it out of what the caller may search.
var errMatchLost = refuse(http.StatusConflict, fhir.IssueTypeConflict, "the same transaction deletes or changes what If-None-Exist matches")
