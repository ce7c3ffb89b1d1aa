package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
)

var _ store.Checker = (*Backend)(nil)

// checkBatch is how many resources are checked on one snapshot. That of all cannot be
// had: MongoDB ends a transaction after a minute. What is compared with each other is of
// one resource, and so in one snapshot all the same.
const checkBatch = 250

// Check implements store.Checker: that what a document is found by is what its body says,
// that no version is missing, and that each care relationship is one of its source. That
// an index has what the documents have is MongoDB's own promise (validate, there).
func (b *Backend) Check(ctx context.Context, indexer store.Indexer, found func(store.Finding)) (store.Checked, error) {
	var checked store.Checked
	for after, more := "", true; more; {
		err := b.read(ctx, func(s *snapshot) (err error) {
			x := &check{judge: &judge{s, indexer}, found: found, checked: &checked}
			after, more, err = x.resources(ctx, after)
			return err
		})
		if err != nil {
			return checked, err
		}
	}
	return checked, nil
}

// check is of some resources that are beside each other.
type check struct {
	*judge
	found   func(store.Finding)
	checked *store.Checked
	follows map[string]int64 // the version that the next superseded one of a resource should be
}

// resources checks those behind an _id, and tells the last one, and whether there may be
// more.
func (x *check) resources(ctx context.Context, after string) (last string, more bool, err error) {
	documents, err := x.stretch(ctx, resources, after, checkBatch)
	if err != nil {
		return "", false, err
	}
	x.checked.Resources += int64(len(documents))
	until := bson.D{gt(after)}
	if more = len(documents) == checkBatch; more {
		last = documents[len(documents)-1].ID
		until = append(until, lte(last))
	}
	all, err := x.all(ctx, resources, documents)
	if err != nil {
		return "", false, err
	}
	care, err := x.care(ctx, bson.D{where("source", until...)})
	if err != nil {
		return "", false, err
	}
	x.follows = make(map[string]int64, len(all))
	for _, j := range all {
		x.follows[j.Of] = j.Version - 1
		if err := x.report(j, 0); err != nil {
			return "", false, err
		}
		if j.lost == "" && !j.caresAsItShould(care[j.Of]) {
			x.found(store.Finding{Kind: store.Damaged, Key: j.key(), Text: "its care relationships are not those that its body says"})
		}
		delete(care, j.Of)
	}
	for source := range care {
		x.found(store.Finding{Kind: store.Damaged, Key: keyOf(source), Text: "there are care relationships of it, and it is not there"})
	}
	return last, more, x.versions(ctx, until)
}

// report tells what is wrong with a document. Version is 0 of a current one.
func (x *check) report(j judged, version int64) error {
	tell := func(kind store.FindingKind, text string) {
		x.found(store.Finding{Kind: kind, Key: j.key(), Version: version, Text: text})
	}
	if j.lost != "" {
		tell(store.Lost, j.lost)
		return nil
	}
	for _, flaw := range j.flaws {
		tell(store.Lost, flaw)
	}
	right, err := j.isRight()
	if err != nil || right {
		return err
	}
	entries := j.should // but for what an indexer says
	entries.By, entries.Sort = j.By, j.Sort
	if same, err := equal(j.document, entries); err != nil || !same {
		tell(store.Damaged, "its document is not what goes with its body")
		return err
	}
	tell(store.Outdated, "its index entries are not those that this granary extracts from its body")
	return nil
}

// versions checks the superseded versions of the resources in a range, newest first.
func (x *check) versions(ctx context.Context, of bson.D) error {
	var batch []document
	flush := func() error {
		all, err := x.all(ctx, versions, batch)
		if err != nil {
			return err
		}
		for _, j := range all {
			if err := x.report(j, j.Version); err != nil {
				return err
			}
		}
		batch = batch[:0]
		return nil
	}
	err := x.query(ctx, bson.D{
		{Key: "find", Value: versions}, {Key: "filter", Value: bson.D{where("of", of...)}},
		{Key: "sort", Value: bson.D{{Key: "of", Value: 1}, {Key: "v", Value: -1}}},
	}, func(raw bson.Raw) error {
		var d document
		if err := bson.Unmarshal(raw, &d); err != nil {
			return err
		}
		x.checked.Versions++
		x.chain(d)
		if batch = append(batch, d); len(batch) < checkBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	for of, next := range x.follows {
		if next > 0 {
			x.missing(of, 1, next)
		}
	}
	return nil
}

// chain wants that a version follows the one that was there before it.
func (x *check) chain(d document) {
	next, known := x.follows[d.Of]
	switch {
	case !known:
		x.found(store.Finding{Kind: store.Lost, Key: d.key(), Version: d.Version, Text: "there is no current version of it"})
	case d.Version < next:
		x.missing(d.Of, d.Version+1, next)
	case d.Version > next:
		x.found(store.Finding{Kind: store.Lost, Key: d.key(), Version: d.Version, Text: "it is not below the version that follows it"})
	}
	x.follows[d.Of] = d.Version - 1
}

func (x *check) missing(of string, from, to int64) {
	for version := from; version <= to; version++ {
		x.found(store.Finding{Kind: store.Lost, Key: keyOf(of), Version: version, Text: fmt.Sprintf("version %d is not there", version)})
	}
}
