package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Current implements store.Snapshot.
func (s *snapshot) Current(ctx context.Context, key store.Key, where search.Expr) (store.Resource, error) {
	found, err := s.current(ctx, key, where)
	return found.resource(), err
}

// current reads the current version if the predicate holds for it; store.ErrNotFound
// else.
func (s *snapshot) current(ctx context.Context, key store.Key, where search.Expr) (document, error) {
	if err := admit(where); err != nil {
		return document{}, err
	}
	c := newCompiler(ctx, s.now, true)
	s.asks(where)
	where, err := s.ofOne(ctx, key.Type, where)
	if err != nil {
		return document{}, err
	}
	filter, err := c.filter(key.Type, where)
	if err != nil {
		return document{}, err
	}
	var d document
	pipeline := c.pipeline(is("_id", resourceID(key)), filter)
	command := one(resources, pipeline)
	if held := s.holds(key); held != nil {
		command = onDocument(*held, pipeline)
	}
	found, err := s.first(ctx, command, &d)
	if err != nil {
		return document{}, err
	}
	s.askedOf(key, found)
	if s.writes != nil && (found || isAlways(filter)) {
		s.writes.heads[key] = head{d.Version, d.Deleted}
	}
	if !found {
		return document{}, store.ErrNotFound
	}
	return d, nil
}

// one is the command for the one document that a pipeline finds: a find, where it has
// but one stage.
func one(collection string, pipeline []bson.D) bson.D {
	if len(pipeline) == 1 {
		return bson.D{
			{Key: "find", Value: collection}, {Key: "filter", Value: pipeline[0][0].Value},
			{Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
		}
	}
	return bson.D{
		{Key: "aggregate", Value: collection}, {Key: "pipeline", Value: append(pipeline, limitStage(1))},
		{Key: "cursor", Value: bson.D{}},
	}
}
