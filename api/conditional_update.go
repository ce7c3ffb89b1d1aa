package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// conditionalUpdate replaces the one resource that criteria match, or creates one
// where they match none (http.html#cond-update).
func (s *server) conditionalUpdate(r *request) (action, error) {
	where, expected, err := s.conditions(r)
	if err != nil {
		return action{}, err
	}
	draft, err := s.readDraft(r)
	if err != nil {
		return action{}, err
	}
	own, err := ownKey(draft)
	if err != nil {
		return action{}, err
	}
	return s.storing(r, func(ctx context.Context, tx *store.Tx) (store.Written, error) {
		meant, err := s.target(ctx, tx.Reader, r, where)
		if err != nil {
			return store.Written{}, err
		}
		if r.target == nil && !meant.found && own.ID != "" {
			meant.key = own
		}
		return updateMeant(ctx, tx, meant, own, draft, expected)
	})
}

// updateMeant does what http.html#cond-update says for a match or none, and an id
// in the body or none.
func updateMeant(ctx context.Context, tx *store.Tx, meant target, own store.Key, draft store.Draft, expected store.Precondition) (store.Written, error) {
	switch {
	case meant.found && own.ID != "" && own != meant.key:
		return store.Written{}, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
			"the criteria match a resource whose id is not that in the body; leave the id out, or correct it").at(own.Type + ".id")
	case meant.found:
		return tx.Update(ctx, meant.key, draft, expected)
	case own == meant.key:
		return tx.InsertAs(ctx, own, draft, expected)
	}
	return tx.Insert(ctx, meant.key, draft, expected)
}

// ownKey is the key that the body names; its ID is "" without an id.
func ownKey(draft store.Draft) (store.Key, error) {
	key := store.Key{Type: draft.Type()}
	id := draft.Resource().Get("id")
	switch {
	case id == nil:
		return key, nil
	case id.Kind() != fhirjson.String || !store.ValidID(id.Text()):
		return key, refuse(http.StatusBadRequest, fhir.IssueTypeValue, "an id has 1 to 64 letters, digits, '-' and '.'").at(key.Type + ".id")
	}
	key.ID = id.Text()
	return key, nil
}
