package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Count implements store.Snapshot.
func (s *snapshot) Count(ctx context.Context, selects []search.Select, limit store.CountLimit) (int, bool, error) {
	if err := ctx.Err(); err != nil || len(selects) == 0 {
		return 0, true, err
	}
	first, c, filter, err := s.matching(ctx, selects)
	if err != nil || isNever(first) || isNever(filter) {
		return 0, true, err
	}
	q := query{first: first, stages: c.stages, filter: filter}
	if limit.Touched > 0 && len(c.stages) > 0 {
		touched, err := s.countIn(ctx, resources, []bson.D{matchStage(first), limitStage(limit.Touched + 1)})
		if err != nil || touched > limit.Touched {
			return 0, false, err
		}
	}
	stages, most := q.found(), leastOf(limit)
	if most > 0 {
		stages = append(stages, limitStage(most+1))
	}
	n, err := s.countIn(ctx, resources, stages)
	return n, most == 0 || n <= most, err
}

// leastOf is the most that is counted under a limit; 0 for all.
func leastOf(limit store.CountLimit) int {
	if limit.Found == 0 || limit.Touched > 0 && limit.Touched < limit.Found {
		return limit.Touched
	}
	return limit.Found
}

// countIn counts the documents of a pipeline.
func (s *snapshot) countIn(ctx context.Context, collection string, stages []bson.D) (n int, err error) {
	stages = append(stages, bson.D{{Key: "$count", Value: "z"}})
	err = s.each(ctx, collection, stages, func(_ bson.Raw, d document) error {
		n = int(d.Size)
		return nil
	})
	return n, err
}
