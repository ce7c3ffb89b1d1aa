package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
)

// Repair implements store.Checker: it is a reindex, and removes the care relationships of
// resources that are not there.
func (b *Backend) Repair(ctx context.Context, indexer store.Indexer, progress func(store.Reindexed)) error {
	var total store.Reindexed
	for after := store.Position(nil); ; {
		done, err := b.Reindex(ctx, indexer, after, checkBatch)
		if err != nil {
			return err
		}
		total.Next, total.Done, total.Total = done.Next, done.Done, done.Total
		total.Looked, total.Written = total.Looked+done.Looked, total.Written+done.Written
		progress(total)
		if after = done.Next; after == nil {
			return b.sweep(ctx)
		}
	}
}

// sweep removes the care relationships whose source is not there.
func (b *Backend) sweep(ctx context.Context) error {
	for {
		removed := 0
		err := b.write(ctx, func(t *tx) error {
			astray, err := t.aggregate(ctx, relationships, []bson.D{
				{{Key: "$group", Value: is("_id", "$source")}},
				{{Key: "$lookup", Value: bson.D{
					{Key: "from", Value: resources}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "_id"},
					{Key: "pipeline", Value: bson.A{project("_id")}}, {Key: "as", Value: "x"},
				}}},
				matchStage(is("x", bson.A{})),
				project("_id"),
				limitStage(checkBatch),
			})
			if err != nil {
				return err
			}
			sources := make([]string, len(astray))
			for i, d := range astray {
				sources[i] = d.ID
				typ := keyOf(d.ID).Type
				t.reads.all(typ) // of which there is none by this name
			}
			removed = len(sources)
			return t.unrelate(ctx, sources)
		})
		if err != nil || removed < checkBatch {
			return err
		}
	}
}
