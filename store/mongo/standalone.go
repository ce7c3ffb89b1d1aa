package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store"
)

// A server that is no member of a replica set has no transactions. With it a Write may
// make one version of one resource, which is held back until its function has returned,
// and resources that say what it does, which are written before it; Writes of one process run one after another. There may be one process only. What a
// Write does to records it does at once, and a Read sees each time what is there.

// standaloneGate is passed by every Write without transactions.
const standaloneGate = ""

// errOvertaken ends an attempt whose version does not follow the current one any more.
var errOvertaken = errors.New("another write came first")

// held is a version that is written at the end, without a transaction.
type held struct {
	was head
	document
}

// hold keeps a version back. There is no second one.
func (t *tx) hold(was head, d document) error {
	if t.held != nil {
		return fmt.Errorf("%w: %s was to be changed with %s", store.ErrNoTransactions, d.Of, t.held.Of)
	}
	t.held = &held{was, d}
	t.heads[d.key()] = head{d.Version, d.Deleted}
	return nil
}

var _ store.Noter = (*tx)(nil)

// Note implements store.Noter.
func (t *tx) Note(ctx context.Context, version store.NewVersion) error {
	if !t.backend.standalone {
		return t.Put(ctx, version)
	}
	d := newDocument(version)
	d.Created = true
	packed, err := pack(d)
	if err != nil {
		return err
	}
	t.fresh[d.ID] = true
	t.notes = append(t.notes, packed)
	return nil
}

// holds is the version that is held back of a resource, nil if there is none.
func (s *snapshot) holds(key store.Key) *document {
	if s.writes == nil || s.writes.held == nil || s.writes.held.Of != resourceID(key) {
		return nil
	}
	return &s.writes.held.document
}

// onDocument is the command for a pipeline on a document that no collection has.
func onDocument(d document, pipeline []bson.D) bson.D {
	from := bson.D{{Key: "$documents", Value: literal(bson.A{d})}}
	return bson.D{
		{Key: "aggregate", Value: 1},
		{Key: "pipeline", Value: append([]bson.D{from}, pipeline...)},
		{Key: "cursor", Value: bson.D{}},
	}
}

// applyNotes writes what says what is about to be done.
func (t *tx) applyNotes(ctx context.Context) error {
	if len(t.notes) == 0 {
		return nil
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	_, err = t.backend.collection(resources).InsertMany(within, t.notes)
	return t.ran(ctx, err)
}

// apply writes what was held back: first the superseded version, so that nothing can be
// lost, then the current one, if nobody has come first.
func (t *tx) apply(ctx context.Context) error {
	if err := t.applyNotes(ctx); err != nil || t.held == nil {
		return err
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	current, d := t.backend.collection(resources), t.held.document
	if t.held.was.version == 0 {
		_, err := current.InsertOne(within, d)
		return t.ran(ctx, err)
	}
	this := bson.D{{Key: "_id", Value: d.ID}, {Key: "v", Value: t.held.was.version}}
	var old document
	found, err := t.first(ctx, bson.D{
		{Key: "find", Value: resources}, {Key: "filter", Value: this}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
	}, &old)
	if err != nil {
		return err
	}
	if !found {
		return errOvertaken
	}
	ended := time.UnixMilli(d.Updated)
	superseded := old.superseded(ended)
	history, id := t.backend.collection(versions), is("_id", superseded.ID)
	if _, err := history.UpdateOne(within, id, is("$setOnInsert", superseded), options.UpdateOne().SetUpsert(true)); err != nil {
		return t.ran(ctx, err)
	}
	done, err := current.ReplaceOne(within, this, d)
	if err != nil {
		return t.ran(ctx, err)
	}
	if done.MatchedCount == 0 {
		return errOvertaken
	}
	_, err = history.UpdateOne(within, id, is("$set", is("ended", superseded.Ended)))
	return t.ran(ctx, err)
}
