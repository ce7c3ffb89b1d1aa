package mongo

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store"
)

// records implements store.Records. Outside a transaction each method is one command,
// and so it is atomic.
type records struct {
	backend *Backend
	// within is the transaction that the records are seen from; nil for none.
	within *tx
}

// record is the document of a record, or what is left of one that was removed: a
// revision, which the next record of the name must be above of.
type record struct {
	ID      string `bson:"_id"`
	Value   []byte `bson:"value"`
	Rev     int64  `bson:"rev"`
	Expires int64  `bson:"expires"` // nanoseconds since 1970: endless, or dead
	Gone    any    `bson:"gone"`    // when the server may remove the document; nil for never
}

const (
	endless = math.MaxInt64
	dead    = math.MinInt64
	// grace is how long what has expired or was removed is kept: so much the clocks of
	// two processes may differ, and revisions still grow.
	grace = time.Hour
)

// recordID begins with the kind, which has no control characters: so the names of a kind
// are beside each other.
func recordID(kind, key string) string { return kind + separator + key }

// afterSeparator is behind all that follows a separator.
const afterSeparator = "\x20"

// isTransactional tells that commands are part of a transaction.
func (r *records) isTransactional() bool { return r.within != nil && !r.backend.standalone }

// call runs a command on the records, in the transaction if there is one. Outside one
// it is tried again where another call was in the way.
func (r *records) call(ctx context.Context, command func(context.Context, *mongo.Collection) error) error {
	collection := r.backend.collection(recorded)
	if r.isTransactional() {
		within, err := r.within.in(ctx)
		if err != nil {
			return err
		}
		err = command(within, collection)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return err
		}
		return r.within.ran(ctx, err)
	}
	if err := r.backend.enter(ctx); err != nil {
		return err
	}
	defer r.backend.running.Done()
	limited, cancel := context.WithTimeout(ctx, r.backend.options.OperationTimeout)
	defer cancel()
	pause := newPause()
	for {
		err := command(ctx, collection)
		if !hasCode(err, codeDuplicateKey) && !hasCode(err, codeWriteConflict) {
			if errors.Is(err, mongo.ErrNoDocuments) {
				return err
			}
			return translate(ctx, err)
		}
		if pause.wait(limited) != nil {
			return translate(ctx, err)
		}
	}
}

// now is the instant by which records expire.
func (r *records) now() int64 { return nanoseconds(r.backend.options.Clock()) }

// nanoseconds since 1970; a time that has no such number becomes the nearest that has.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Year() < 1700:
		return dead + 1
	case t.Year() > 2250:
		return endless - 1
	}
	return t.UnixNano()
}

func expiry(t time.Time) int64 {
	if t.IsZero() {
		return endless
	}
	return nanoseconds(t)
}

// live is the filter on a record that has not expired.
func (r *records) live(id any) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "expires", Value: bson.D{{Key: "$gt", Value: r.now()}}}}
}

// gone is when the server may remove what expires at an instant. Its clock is none of
// ours, but runs at the same pace.
func (r *records) gone(expires time.Time) any {
	if expires.IsZero() {
		return nil // of the index no entry
	}
	left := min(max(expires.Sub(r.backend.options.Clock()), 0), 100*365*24*time.Hour)
	return time.Now().Add(left + grace)
}

// Get implements store.Records.
func (r *records) Get(ctx context.Context, kind, key string) (store.Record, error) {
	var found record
	err := r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		return c.FindOne(ctx, r.live(recordID(kind, key))).Decode(&found)
	})
	r.askedOf(kind, key, err == nil)
	return found.record(err)
}

// record is the document as a store.Record, or ErrNotFound if there was none.
func (d record) record(err error) (store.Record, error) {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return store.Record{}, store.ErrNotFound
	}
	if err != nil {
		return store.Record{}, err
	}
	found := store.Record{Value: d.Value, Revision: d.Rev}
	if d.Expires != endless {
		found.Expires = time.Unix(0, d.Expires).UTC()
	}
	return found, nil
}

// Revisions implements store.Records.
func (r *records) Revisions(ctx context.Context, of ...store.RecordName) (revisions []int64, err error) {
	err = r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		revisions, err = r.revisions(ctx, c, of)
		return err
	})
	return revisions, err
}

// Revisions implements store.Snapshot. That a transaction has asked for them makes no
// conflict with whoever changes such a record meanwhile: it is as if it came first, and
// who changes the record alone asks for nothing that a transaction could have changed.
// Else all requests of one access token would be conflicts.
func (s *snapshot) Revisions(ctx context.Context, of ...store.RecordName) ([]int64, error) {
	r := &records{backend: s.backend}
	var revisions []int64
	err := s.ask(ctx, func(within context.Context) (err error) {
		revisions, err = r.revisions(within, s.backend.collection(recorded), of)
		return err
	})
	return revisions, err
}

func (r *records) revisions(ctx context.Context, c *mongo.Collection, of []store.RecordName) ([]int64, error) {
	revisions, at, ids := make([]int64, len(of)), map[string][]int{}, make([]string, len(of))
	for i, name := range of {
		ids[i] = recordID(name.Kind, name.Key)
		at[ids[i]] = append(at[ids[i]], i)
	}
	cursor, err := c.Find(ctx, r.live(bson.D{{Key: "$in", Value: ids}}), options.Find().SetProjection(bson.D{{Key: "rev", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var found []record
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	for _, record := range found {
		for _, i := range at[record.ID] {
			revisions[i] = record.Rev
		}
	}
	return revisions, nil
}

// Put implements store.Records.
func (r *records) Put(ctx context.Context, kind, key string, value []byte, expires time.Time) (int64, error) {
	return r.replace(ctx, kind, key, replacement{value: value, expires: expires, insert: true})
}

// Swap implements store.Records.
func (r *records) Swap(ctx context.Context, kind, key string, revision int64, value []byte, expires time.Time) (int64, error) {
	how := replacement{value: value, expires: expires}
	if revision != 0 {
		how.only = bson.D{{Key: "rev", Value: revision}, {Key: "expires", Value: bson.D{gt(r.now())}}}
		return r.replace(ctx, kind, key, how)
	}
	// An insertion that failed would end a transaction, and so it is asked first.
	switch _, err := r.Get(ctx, kind, key); {
	case err == nil:
		return 0, store.ErrRecordChanged
	case !errors.Is(err, store.ErrNotFound):
		return 0, err
	}
	how.insert, how.only = true, bson.D{{Key: "expires", Value: bson.D{lte(r.now())}}}
	return r.replace(ctx, kind, key, how)
}

// replacement is how a record is written in place of what was there.
type replacement struct {
	value   []byte
	expires time.Time
	only    bson.D // what must hold for the document that is there
	insert  bool   // also where there is none
}

// replace writes a record, and returns the revision that what is written has: above
// that of what was there, and so above those of all records that the name had, since
// what is left of them is kept for so long. It is store.ErrRecordChanged where that must
// not be replaced.
//
// It is an update and, where nothing is there, an insertion, and no upsert: of two
// upserts at once one may fail with a duplicate key or may not, and of two insertions
// one always does.
func (r *records) replace(ctx context.Context, kind, key string, how replacement) (revision int64, err error) {
	id := recordID(kind, key)
	err = r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		d := record{ID: id, Value: append([]byte{}, how.value...), Rev: time.Now().UnixNano(), Expires: expiry(how.expires), Gone: r.gone(how.expires)}
		var was record
		err := c.FindOneAndUpdate(ctx, append(is("_id", id), how.only...), mongo.Pipeline{{{Key: "$replaceWith", Value: bson.D{
			{Key: "_id", Value: id},
			{Key: "value", Value: literal(d.Value)},
			{Key: "rev", Value: op("$max", bson.A{op("$add", bson.A{"$rev", int64(1)}), d.Rev})},
			{Key: "expires", Value: d.Expires},
			{Key: "gone", Value: d.Gone},
		}}}}, options.FindOneAndUpdate().SetReturnDocument(options.Before)).Decode(&was)
		revision = max(was.Rev+1, d.Rev)
		if !errors.Is(err, mongo.ErrNoDocuments) || !how.insert {
			return err
		}
		if _, err = c.InsertOne(ctx, d); hasCode(err, codeDuplicateKey) && how.only != nil && !r.isTransactional() {
			return mongo.ErrNoDocuments // another one was first
		}
		return err
	})
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		r.askedOf(kind, key, false)
		return 0, store.ErrRecordChanged
	case err == nil:
		r.wrote(kind, key)
	}
	return revision, err
}

// Take implements store.Records.
func (r *records) Take(ctx context.Context, kind, key string) (store.Record, error) {
	var was record
	err := r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		return c.FindOneAndUpdate(ctx, r.live(recordID(kind, key)), removal(), options.FindOneAndUpdate().SetReturnDocument(options.Before)).Decode(&was)
	})
	if err == nil {
		r.wrote(kind, key)
	} else {
		r.askedOf(kind, key, false)
	}
	return was.record(err)
}

// Delete implements store.Records.
func (r *records) Delete(ctx context.Context, kind, key string) error {
	err := r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		_, err := c.UpdateOne(ctx, r.live(recordID(kind, key)), removal())
		return err
	})
	r.wrote(kind, key)
	return err
}

// removal leaves of a record its revision.
func removal() bson.D {
	return bson.D{
		{Key: "$set", Value: bson.D{{Key: "expires", Value: int64(dead)}, {Key: "gone", Value: time.Now().Add(grace)}}},
		{Key: "$unset", Value: bson.D{{Key: "value", Value: 1}}},
	}
}

// List implements store.Records.
func (r *records) List(ctx context.Context, kind, after string, limit int) (keys []string, err error) {
	r.asked(kind)
	if limit <= 0 {
		return nil, ctx.Err()
	}
	filter := r.live(bson.D{{Key: "$gt", Value: recordID(kind, after)}, {Key: "$lt", Value: kind + afterSeparator}})
	var found []record
	err = r.call(ctx, func(ctx context.Context, c *mongo.Collection) error {
		cursor, err := c.Find(ctx, filter, options.Find().
			SetProjection(bson.D{{Key: "_id", Value: 1}}).SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
		if err != nil {
			return err
		}
		return cursor.All(ctx, &found)
	})
	for _, record := range found {
		keys = append(keys, strings.TrimPrefix(record.ID, recordID(kind, "")))
	}
	return keys, err
}

// What is done in a transaction is noted there.

func (r *records) asked(kind string) {
	if r.within != nil {
		r.within.asked(recordType(kind))
	}
}

func (r *records) askedOf(kind, key string, found bool) {
	if r.within != nil {
		r.within.reads.one(recorded, recordType(kind), recordID(kind, key), found)
	}
}

func (r *records) wrote(kind, key string) {
	if r.within != nil {
		r.within.writes.add(recordType(kind), recordID(kind, key))
	}
}
