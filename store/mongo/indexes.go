package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// The collections that are not of resources.
const (
	locks    = "lock"   // locks.go
	recorded = "record" // records.go
	schemas  = "schema" // which schema the database has
)

// schema is the one that this program makes and understands. A database of a newer one
// is refused.
const schema = 1

// index is one of a collection.
type index struct {
	name   string
	keys   bson.D
	unique bool
	// partial is the condition on documents that are in it; nil for all.
	partial bson.D
	// after is how long after the date that it holds a document is removed; 0 for
	// never.
	after time.Duration
}

// collection is one with its indexes, beside that of _id.
type collection struct {
	name    string
	indexes []index
}

// collections is all that a database has.
var collections = []collection{
	{name: resources, indexes: []index{
		{name: "key", keys: bson.D{{Key: "set", Value: 1}, {Key: "k", Value: 1}, {Key: "s", Value: -1}, {Key: "_id", Value: -1}}},
		{name: "set", keys: bson.D{{Key: "set", Value: 1}, {Key: "s", Value: -1}, {Key: "_id", Value: -1}}},
		{name: "word", keys: bson.D{{Key: "set", Value: 1}, {Key: "w", Value: 1}}},
		{name: "string", keys: bson.D{{Key: "set", Value: 1}, {Key: "n.p", Value: 1}, {Key: "n.l", Value: 1}}},
		{name: "date", keys: bson.D{{Key: "set", Value: 1}, {Key: "d.p", Value: 1}, {Key: "d.w", Value: 1}, {Key: "d.l", Value: 1}}},
		{name: "quantity", keys: bson.D{{Key: "set", Value: 1}, {Key: "q.p", Value: 1}, {Key: "q.w", Value: 1}, {Key: "q.l", Value: 1}}},
		{name: "updated", keys: bson.D{{Key: "type", Value: 1}, {Key: "u", Value: -1}, {Key: "of", Value: -1}, {Key: "v", Value: -1}}},
	}},
	{name: versions, indexes: []index{
		{name: "of", keys: bson.D{{Key: "of", Value: 1}, {Key: "v", Value: -1}}},
		{name: "updated", keys: bson.D{{Key: "type", Value: 1}, {Key: "u", Value: -1}, {Key: "of", Value: -1}, {Key: "v", Value: -1}}},
	}},
	{name: relationships, indexes: []index{
		{name: "party", keys: bson.D{{Key: "party", Value: 1}, {Key: "with", Value: 1}, {Key: "from", Value: 1}, {Key: "to", Value: 1}}},
		{name: "with", keys: bson.D{{Key: "with", Value: 1}, {Key: "party", Value: 1}, {Key: "from", Value: 1}, {Key: "to", Value: 1}}},
		{name: "source", keys: bson.D{{Key: "source", Value: 1}}},
	}},
	{name: locks},
	{name: recorded, indexes: []index{
		{name: "gone", keys: bson.D{{Key: "gone", Value: 1}}, after: time.Second},
	}},
	{name: schemas},
}

// indexPatience is how long the indexes of a collection may take. Of one that is large
// already that is hours.
const indexPatience = 24 * time.Hour

// makeIndexes makes the collections and indexes that are absent. Several processes may
// do so at once. Those who read and write meanwhile, in other processes, are not held
// up. An index that is to be another one gets another name.
func (b *Backend) makeIndexes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, indexPatience) // in place of the operation's
	defer cancel()
	if err := b.checkSchema(ctx); err != nil {
		return err
	}
	for _, c := range collections {
		if err := b.makeCollection(ctx, c); err != nil {
			return fmt.Errorf("collection %s: %w", c.name, err)
		}
	}
	return b.stampSchema(ctx)
}

// makeCollection makes it before a transaction can want it: there it could not be made
// by all servers, and would be a conflict.
func (b *Backend) makeCollection(ctx context.Context, c collection) error {
	err := b.database.CreateCollection(ctx, c.name)
	if err != nil && !hasCode(err, codeNamespaceExists) {
		return err
	}
	if len(c.indexes) == 0 {
		return nil
	}
	models := make([]mongo.IndexModel, len(c.indexes))
	for i, index := range c.indexes {
		models[i] = index.model()
	}
	_, err = b.collection(c.name).Indexes().CreateMany(ctx, models)
	return err
}

func (i index) model() mongo.IndexModel {
	o := options.Index().SetName(i.name)
	if i.unique {
		o.SetUnique(true)
	}
	if i.partial != nil {
		o.SetPartialFilterExpression(i.partial)
	}
	if i.after > 0 {
		o.SetExpireAfterSeconds(int32(i.after / time.Second))
	}
	return mongo.IndexModel{Keys: i.keys, Options: o}
}

// schemaID is the _id of the one document that says which schema a database has.
const schemaID = "schema"

// checkSchema refuses a database that a newer program has made.
func (b *Backend) checkSchema(ctx context.Context) error {
	var found struct{ Version int }
	err := b.collection(schemas).FindOne(ctx, bson.D{{Key: "_id", Value: schemaID}}).Decode(&found)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil
	case err != nil:
		return err
	case found.Version > schema:
		return fmt.Errorf("the database %q has schema %d, and this program knows schema %d only: run the newer program, or restore a backup from before the upgrade",
			b.database.Name(), found.Version, schema)
	}
	return nil
}

// stampSchema writes down that all is there.
func (b *Backend) stampSchema(ctx context.Context) error {
	_, err := b.collection(schemas).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: schemaID}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "version", Value: schema}}}},
		options.UpdateOne().SetUpsert(true))
	if hasCode(err, codeDuplicateKey) { // another process has just written it
		return nil
	}
	return err
}
