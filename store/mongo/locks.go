package mongo

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// MongoDB's transactions see a snapshot, and of two that change one document one
// fails. That permits write skew: each of two finds that something is absent, and adds
// it under another id. So what a Write has read is made a conflict with whoever writes
// it meanwhile, and with that every Write is serializable: where no transaction reads
// what another one at the same time writes, snapshot isolation is serializable
// (A. Fekete et al., Making Snapshot Isolation Serializable, ACM TODS 30(2), 2005).
//
//   - Each type has lock documents, its stripes. Who writes a resource of the type
//     touches some of them, and who asked a predicate of the type touches others, such
//     that one that asked meets each that wrote (stripes.go).
//   - A document that was read by its _id, and is not written, is touched itself. What
//     was not there counts as a question about its type.
//
// A Write that has written nothing touches nothing: it is as if it ran at the instant of
// its snapshot.
//
// All is touched at the end, when it is known what there is to touch. An attempt that
// follows a failed one knows it by then, and touches first.

// touch is an update that changes nothing but makes a conflict.
var touch = bson.D{{Key: "$inc", Value: bson.D{{Key: "touched", Value: int64(1)}}}}

// settle makes conflicts of what the transaction has read and written.
func (t *tx) settle(ctx context.Context) error {
	if len(t.writes) == 0 || t.backend.standalone {
		return nil
	}
	for collection, ones := range t.reads.ones {
		if err := t.touchOnes(ctx, collection, ones); err != nil {
			return err
		}
	}
	written := make(map[string]bool, len(t.writes))
	for typ := range t.writes {
		written[typ] = true
	}
	return t.lock(ctx, t.reads.types, written)
}

// touchOnes touches the documents of a collection that were read and not written.
func (t *tx) touchOnes(ctx context.Context, collection string, ones map[string]string) error {
	var ids []string
	for id, typ := range ones {
		switch {
		case t.writes.has(typ, id):
		case collection == "":
			if !t.writes.has(typ, id[len(typ)+1:]) {
				t.reads.all(typ)
			}
		default:
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	_, err = t.backend.collection(collection).UpdateMany(within, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, touch)
	return t.ran(ctx, err)
}

// lock touches what a transaction that has read and written types must, as far as this
// attempt has not done so.
func (t *tx) lock(ctx context.Context, read, written map[string]bool) error {
	var models []mongo.WriteModel
	var want int64
	var several []string // types of which several stripes are touched: these must be there
	wanted := touchedBy(read, written, t.lane)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if t.locked[name] || t.locked[strings.TrimSuffix(name, separator)] {
			continue
		}
		some := wanted[name]
		models = append(models, some.model())
		want += some.count
		if some.count > 1 {
			several = append(several, some.typ)
		}
	}
	if len(models) == 0 {
		return nil
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	done, err := t.backend.collection(locks).BulkWrite(within, models)
	if err != nil {
		return t.ran(ctx, err)
	}
	if done.MatchedCount+done.UpsertedCount < want {
		return &missing{slices.Compact(several)}
	}
	if t.locked == nil {
		t.locked = map[string]bool{}
	}
	for name := range wanted {
		t.locked[name] = true
	}
	return nil
}

// missing ends an attempt that found stripes absent. Once they have been made another
// one sees them.
type missing struct{ types []string }

func (m *missing) Error() string { return "lock documents are missing" }

// makeStripes makes the stripes of types, as far as they are absent.
func (b *Backend) makeStripes(ctx context.Context, types []string) error {
	for _, typ := range types {
		var documents []bson.D
		for lane := range stripeCount {
			documents = append(documents, bson.D{{Key: "_id", Value: stripe(typ, lane)}, {Key: "touched", Value: int64(0)}})
		}
		_, err := b.collection(locks).InsertMany(ctx, documents, options.InsertMany().SetOrdered(false))
		if err != nil && !hasCode(err, codeDuplicateKey) {
			return err
		}
	}
	return nil
}
