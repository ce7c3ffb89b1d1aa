package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// errEnough ends the reading of what a pipeline finds.
var errEnough = errors.New("enough")

// each runs a pipeline and calls fn with each document, until it returns an error;
// errEnough is none.
func (s *snapshot) each(ctx context.Context, collection string, stages []bson.D, fn func(bson.Raw, document) error) error {
	command := bson.D{
		{Key: "aggregate", Value: collection}, {Key: "pipeline", Value: stages}, {Key: "cursor", Value: bson.D{}},
		{Key: "allowDiskUse", Value: true}, // for an order that no index has
	}
	err := s.query(ctx, command, func(raw bson.Raw) error {
		var d document
		if err := bson.Unmarshal(raw, &d); err != nil {
			return err
		}
		return fn(raw, d)
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// aggregate runs a pipeline and returns its documents.
func (s *snapshot) aggregate(ctx context.Context, collection string, stages []bson.D) ([]document, error) {
	var all []document
	err := s.each(ctx, collection, stages, func(_ bson.Raw, d document) error {
		all = append(all, d)
		return nil
	})
	return all, err
}
