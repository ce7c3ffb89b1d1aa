package mongo

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
)

// renewBatch is how many documents one transaction of a reindex writes: others want them
// too, and who meets another begins again.
const renewBatch = 50

// place is where a reindex has come to. Superseded versions come last: whatever is
// superseded meanwhile is still ahead, or was right before.
type place struct {
	Superseded bool   `bson:"s,omitempty"`
	After      string `bson:"a"` // an _id
	Done       int64  `bson:"n"` // documents before it
}

func (p place) collection() string {
	if p.Superseded {
		return versions
	}
	return resources
}

func decodePlace(text store.Position) (at place, err error) {
	if text == nil {
		return place{}, nil
	}
	if bson.Raw(text).Validate() != nil || bson.Unmarshal(text, &at) != nil {
		return place{}, errors.New("this is no position of a reindex")
	}
	return at, nil
}

// Reindex implements store.Checker. What is as it should be is read only.
func (b *Backend) Reindex(ctx context.Context, indexer store.Indexer, after store.Position, limit int) (store.Reindexed, error) {
	at, err := decodePlace(after)
	if err != nil {
		return store.Reindexed{}, err
	}
	var stale []string
	next, done := at, store.Reindexed{}
	err = b.read(ctx, func(s *snapshot) error {
		documents, err := s.stretch(ctx, at.collection(), at.After, limit)
		if err != nil {
			return err
		}
		if done.Looked = int64(len(documents)); done.Looked > 0 {
			next.After = documents[done.Looked-1].ID
		}
		next.Done += done.Looked
		stale, err = (&judge{s, indexer}).stale(ctx, at.collection(), documents)
		return err
	})
	if err != nil {
		return store.Reindexed{}, err
	}
	if done.Looked == 0 {
		next.Superseded, next.After = true, ""
	}
	if done.Looked > 0 || !at.Superseded {
		if done.Next, err = bson.Marshal(next); err != nil {
			return store.Reindexed{}, err
		}
	}
	if err := b.countProgress(ctx, next, &done); err != nil {
		return store.Reindexed{}, err
	}
	done.Written = int64(len(stale))
	return done, b.renew(ctx, indexer, at.collection(), stale)
}

// stale are the _ids of those documents that are not as they should be.
func (x *judge) stale(ctx context.Context, collection string, documents []document) (stale []string, err error) {
	all, err := x.all(ctx, collection, documents)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	care := map[string][]relationshipDocument{}
	if collection == resources {
		first, last := documents[0].ID, documents[len(documents)-1].ID
		if care, err = x.care(ctx, bson.D{where("source", gte(first), lte(last))}); err != nil {
			return nil, err
		}
	}
	for _, j := range all {
		right, err := j.isRight()
		if err != nil {
			return nil, err
		}
		if !right || collection == resources && j.lost == "" && !j.caresAsItShould(care[j.Of]) {
			stale = append(stale, j.ID)
		}
	}
	return stale, nil
}

// renew makes documents anew, each as it is by then.
func (b *Backend) renew(ctx context.Context, indexer store.Indexer, collection string, stale []string) error {
	batch := renewBatch
	if b.standalone { // where a document alone is written whole
		batch = 1
	}
	for ids := range slices.Chunk(stale, batch) {
		err := b.write(ctx, func(t *tx) error { return t.renew(ctx, indexer, collection, ids) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) renew(ctx context.Context, indexer store.Indexer, collection string, ids []string) error {
	var documents []document
	err := t.query(ctx, bson.D{{Key: "find", Value: collection}, {Key: "filter", Value: oneOf("_id", ids)}}, collect(&documents))
	if err != nil {
		return err
	}
	all, err := (&judge{t.snapshot, indexer}).all(ctx, collection, documents)
	if err != nil {
		return err
	}
	for _, j := range all {
		if j.lost != "" {
			continue
		}
		if err := t.replace(ctx, collection, j); err != nil {
			return err
		}
		if collection == resources {
			if err := t.Relate(ctx, j.key(), j.relationships); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace puts what a document should be in its place.
func (t *tx) replace(ctx context.Context, collection string, j judged) error {
	packed, err := pack(j.should)
	if err != nil {
		return err
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	t.writes.add(j.Type, j.Of)
	this := bson.D{{Key: "_id", Value: j.ID}, {Key: "of", Value: j.Of}, {Key: "v", Value: j.Version}} // which tells the shard
	done, err := t.backend.collection(collection).ReplaceOne(within, this, packed)
	if err == nil && done.MatchedCount == 0 {
		return errOvertaken // without transactions
	}
	return t.ran(ctx, err)
}

// countProgress tells how far a place is, about: what is counted changes meanwhile.
func (b *Backend) countProgress(ctx context.Context, at place, done *store.Reindexed) error {
	for _, name := range []string{resources, versions} {
		n, err := b.collection(name).EstimatedDocumentCount(ctx)
		if err != nil {
			return translate(ctx, err)
		}
		done.Total += n
	}
	done.Done = min(at.Done, done.Total)
	if done.Next == nil {
		done.Done = done.Total
	}
	return nil
}
