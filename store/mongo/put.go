package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store"
)

// head is what is known of the current version of a resource; its version is 0 if there
// is none.
type head struct {
	version int64
	deleted bool
}

// Put implements store.Writer.
func (t *tx) Put(ctx context.Context, version store.NewVersion) error {
	was, err := t.follows(ctx, version.Key, version.Version)
	if err != nil {
		return err
	}
	d := newDocument(version)
	d.Created = was.version == 0 || was.deleted
	return t.write(ctx, was, d)
}

// Delete implements store.Writer.
func (t *tx) Delete(ctx context.Context, key store.Key, version int64, updated time.Time) error {
	if version == 1 {
		return fmt.Errorf("%s: there is nothing to delete", key)
	}
	was, err := t.follows(ctx, key, version)
	if err != nil {
		return err
	}
	var old document
	_, err = t.first(ctx, bson.D{
		{Key: "find", Value: resources}, {Key: "filter", Value: is("_id", resourceID(key))},
		{Key: "projection", Value: is("b", 0)}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
	}, &old)
	if err != nil {
		return err
	}
	return t.write(ctx, was, old.deletion(version, updated))
}

// follows is the current version of a resource, if another one may follow it.
func (t *tx) follows(ctx context.Context, key store.Key, version int64) (head, error) {
	was, known := t.heads[key]
	if !known {
		var d document
		_, err := t.first(ctx, bson.D{
			{Key: "find", Value: resources}, {Key: "filter", Value: is("_id", resourceID(key))},
			{Key: "projection", Value: bson.D{{Key: "v", Value: 1}, {Key: "deleted", Value: 1}}},
			{Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
		}, &d)
		if err != nil {
			return head{}, err
		}
		was = head{d.Version, d.Deleted}
		t.heads[key] = was
	}
	if was.version != version-1 {
		return head{}, errVersion(key, version, was.version)
	}
	return was, nil
}

// write makes a document the current one of its resource, and the one before it a
// superseded version.
func (t *tx) write(ctx context.Context, was head, d document) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	packed, err := pack(d)
	if err != nil {
		return err
	}
	if t.backend.standalone {
		return t.hold(was, d)
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	t.writes.add(d.Type, d.ID)
	current := t.backend.collection(resources)
	if was.version == 0 {
		t.fresh[d.ID] = true
		if _, err := current.InsertOne(within, packed); err != nil {
			return t.ran(ctx, err)
		}
		t.heads[d.key()] = head{d.Version, d.Deleted}
		return nil
	}
	var old document
	err = current.FindOneAndReplace(within, bson.D{{Key: "_id", Value: d.ID}, {Key: "v", Value: was.version}}, packed,
		options.FindOneAndReplace().SetReturnDocument(options.Before)).Decode(&old)
	if errors.Is(err, mongo.ErrNoDocuments) { // not in this state of the data
		return errVersion(d.key(), d.Version, was.version)
	}
	if err != nil {
		return t.ran(ctx, err)
	}
	t.past = append(t.past, old.superseded(time.UnixMilli(d.Updated)))
	t.heads[d.key()] = head{d.Version, d.Deleted}
	return nil
}

// A document has 16 MiB at most (mongodb.com/docs/manual/reference/limits). As a
// superseded version it may be a little longer than before.
const maxDocument = 16<<20 - 1<<10

// pack encodes a document. A server says of one that is too large no more than that it
// is wrong.
func pack(d document) (bson.Raw, error) {
	packed, err := bson.Marshal(d)
	if err == nil && len(packed) > maxDocument {
		err = fmt.Errorf("%w: %s has %d bytes with its index, and at most %d can be kept", store.ErrTooLarge, d.Of, len(packed), maxDocument)
	}
	return packed, err
}

// keepPast writes the superseded versions, all at once.
func (t *tx) keepPast(ctx context.Context) error {
	if len(t.past) == 0 {
		return nil
	}
	past := t.past
	t.past = nil
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	if t.overwrites {
		_, err = t.backend.collection(versions).BulkWrite(within, overwriting(past))
	} else {
		_, err = t.backend.collection(versions).InsertMany(within, past)
	}
	return t.ran(ctx, err)
}

// overwriting are the updates that put documents where some may be: a server without
// transactions that has died at the end of a Write leaves a superseded version, of a
// resource that was not changed.
func overwriting(past []document) []mongo.WriteModel {
	models := make([]mongo.WriteModel, len(past))
	for i, d := range past {
		this := bson.D{{Key: "_id", Value: d.ID}, {Key: "of", Value: d.Of}} // which tells the shard
		models[i] = mongo.NewReplaceOneModel().SetFilter(this).SetReplacement(d).SetUpsert(true)
	}
	return models
}

// errVersion: a caller did not read the current version before it wrote.
func errVersion(key store.Key, version, current int64) error {
	return fmt.Errorf("%s: version %d cannot follow version %d", key, version, current)
}
