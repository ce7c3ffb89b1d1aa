package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// answers are those of what was asked before a query, in a snapshot in which nothing is
// written: a policy asks the same for many types, of a search and its count alike. They
// are kept as long as there is room.
type answers struct {
	found map[string][]document
	room  int // documents
}

// newAnswers has room for those of some hops that lead to few.
func newAnswers() *answers { return &answers{map[string][]document{}, 20 * few} }

// ask runs a pipeline, or tells what it has found before.
func (a *answers) ask(ctx context.Context, s *snapshot, collection string, stages []bson.D) ([]document, error) {
	question, err := bson.Marshal(bson.D{{Key: collection, Value: stages}})
	if err != nil {
		return nil, err
	}
	if found, known := a.found[string(question)]; known {
		return found, nil
	}
	found, err := s.aggregate(ctx, collection, stages)
	if err == nil && len(found) <= a.room {
		a.found[string(question)] = found
		a.room -= len(found)
	}
	return found, err
}
