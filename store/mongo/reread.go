package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
)

// Within implements store.Snapshot.
func (s *snapshot) Within(bytes int) store.Snapshot {
	within := *s
	within.room = &bytes
	return &within
}

// Reread implements store.Snapshot.
func (s *snapshot) Reread(ctx context.Context, found []store.Resource, predicate store.Predicates, settled func(string) bool) ([]store.Resource, error) {
	if err := ctx.Err(); err != nil || len(found) == 0 {
		return nil, err
	}
	ids := map[string][]string{}
	var unchanged bson.A
	for _, f := range found {
		ids[f.Type] = append(ids[f.Type], resourceID(f.Key))
		if settled(f.Type) {
			unchanged = append(unchanged, bson.D{{Key: "_id", Value: resourceID(f.Key)}, {Key: "v", Value: f.Version}})
		}
	}
	var of []portion
	for typ, keys := range ids {
		of = append(of, portion{typ, oneOf("_id", keys), predicate(typ)})
	}
	q, err := s.portions(ctx, of)
	if err != nil {
		return nil, err
	}
	if len(unchanged) > 0 {
		q.first = anyOf(q.first, is("$or", unchanged))
		if len(q.stages) > 0 {
			q.filter = anyOf(q.filter, is("$or", unchanged))
		}
	}
	now := make(map[store.Key]store.Resource, len(found))
	all := *s
	all.room = nil
	err = all.eachMatch(ctx, q, nil, len(found), func(_ bson.Raw, d document) error {
		if !d.Deleted {
			now[d.key()] = d.resource()
		}
		return nil
	})
	again := make([]store.Resource, 0, len(found))
	for _, f := range found {
		if resource, ok := now[f.Key]; ok {
			again = append(again, resource)
		}
	}
	return again, err
}
