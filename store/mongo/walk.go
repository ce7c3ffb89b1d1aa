package mongo

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store"
)

var _ store.Walker = (*Backend)(nil)

// Heads implements store.Walker. No letter is below the slash that ends a type, so that
// the order of _id is that of type and id.
func (b *Backend) Heads(ctx context.Context, after store.Key, limit int) (heads []store.Resource, err error) {
	var found []document
	err = b.walk(ctx, resources, bson.D{where("_id", gt(resourceID(after)))}, bson.D{{Key: "of", Value: 1}, {Key: "v", Value: 1}, {Key: "deleted", Value: 1}}, limit, &found)
	for _, d := range found {
		heads = append(heads, store.Resource{Key: d.key(), Version: d.Version, Deleted: d.Deleted})
	}
	return heads, err
}

// Names implements store.Walker. No kind has a byte below the separator.
func (b *Backend) Names(ctx context.Context, after store.RecordName, limit int) (names []store.RecordName, err error) {
	r := &records{backend: b}
	var found []record
	err = b.walk(ctx, recorded, r.live(bson.D{gt(recordID(after.Kind, after.Key))}), is("_id", 1), limit, &found)
	for _, d := range found {
		kind, key, _ := strings.Cut(d.ID, separator)
		names = append(names, store.RecordName{Kind: kind, Key: key})
	}
	return names, err
}

// walk reads documents of a collection in the order of their _id.
func (b *Backend) walk(ctx context.Context, collection string, filter, fields bson.D, limit int, into any) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.running.Done()
	cursor, err := b.collection(collection).Find(ctx, filter,
		options.Find().SetProjection(fields).SetSort(is("_id", 1)).SetLimit(int64(limit)))
	if err != nil {
		return translate(ctx, err)
	}
	return translate(ctx, cursor.All(ctx, into))
}

// About implements store.Walker.
func (b *Backend) About(ctx context.Context) (int64, error) {
	if err := b.enter(ctx); err != nil {
		return 0, err
	}
	defer b.running.Done()
	var sum int64
	for _, name := range []string{resources, versions} {
		n, err := b.collection(name).EstimatedDocumentCount(ctx)
		if err != nil {
			return 0, translate(ctx, err)
		}
		sum += n
	}
	return sum, nil
}
