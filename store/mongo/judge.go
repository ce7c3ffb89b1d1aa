package mongo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/store"
)

// judge compares documents with what they are derived from: the body of the version, or
// of a deletion that of the last live version before it.
type judge struct {
	*snapshot
	indexer store.Indexer
}

// judged is a document, and what it should be.
type judged struct {
	document
	should        document
	relationships []compartments.Relationship // of a current one
	flaws         []string                    // where the body disagrees with the document
	lost          string                      // why it is not known what it should be
}

// isRight tells that a document is what it should be.
func (j judged) isRight() (bool, error) {
	if j.lost != "" {
		return true, nil // nothing can be done about it
	}
	return equal(j.document, j.should)
}

func equal(a, b any) (bool, error) {
	is, err := bson.Marshal(a)
	if err != nil {
		return false, err
	}
	should, err := bson.Marshal(b)
	return bytes.Equal(is, should), err
}

// all judges documents of a collection.
func (x *judge) all(ctx context.Context, collection string, documents []document) ([]judged, error) {
	sources := make([]document, len(documents))
	for i, d := range documents {
		sources[i] = d
		if d.Deleted {
			var err error
			if sources[i], err = x.lastLive(ctx, d); err != nil {
				return nil, err
			}
		}
	}
	all := make([]judged, len(documents))
	var running sync.WaitGroup
	for i, d := range documents {
		running.Go(func() { all[i] = x.one(collection, d, sources[i]) })
	}
	running.Wait()
	return all, nil
}

// lastLive is the last live version before a deletion, by which that is judged.
func (x *judge) lastLive(ctx context.Context, d document) (last document, err error) {
	_, err = x.first(ctx, bson.D{
		{Key: "find", Value: versions},
		{Key: "filter", Value: bson.D{{Key: "of", Value: d.Of}, where("v", lt(d.Version)), {Key: "deleted", Value: bson.D{{Key: "$ne", Value: true}}}}},
		{Key: "sort", Value: is("v", -1)}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
	}, &last)
	return last, err
}

func (x *judge) one(collection string, d, source document) judged {
	j := judged{document: d}
	if source.Version == 0 {
		j.lost = "it is deleted, and there is no version before that was not"
		return j
	}
	indexed, flaws, err := x.indexer(source.resource())
	if err != nil {
		j.lost = fmt.Sprintf("its body cannot be read: %v", err)
		return j
	}
	indexed.Verb = store.Verb(d.Verb)
	j.should = newDocument(indexed.NewVersion)
	if d.Deleted {
		j.should = j.should.deletion(d.Version, d.resource().Updated)
	} else {
		j.flaws, j.relationships = flaws, indexed.Relationships
	}
	j.should.Created = d.Created
	if collection == versions {
		j.should, j.relationships = j.should.superseded(time.UnixMilli(d.Ended)), nil
	}
	return j
}

// stretch reads the documents of a collection behind an _id, in its order.
func (s *snapshot) stretch(ctx context.Context, collection, after string, limit int) (documents []document, err error) {
	err = s.query(ctx, bson.D{
		{Key: "find", Value: collection}, {Key: "filter", Value: bson.D{where("_id", gt(after))}},
		{Key: "sort", Value: is("_id", 1)}, {Key: "limit", Value: limit},
	}, collect(&documents))
	return documents, err
}

func collect[T any](into *[]T) func(bson.Raw) error {
	return func(raw bson.Raw) error {
		var one T
		err := bson.Unmarshal(raw, &one)
		*into = append(*into, one)
		return err
	}
}

// care reads the relationships of some sources.
func (s *snapshot) care(ctx context.Context, filter bson.D) (map[string][]relationshipDocument, error) {
	var all []relationshipDocument
	err := s.query(ctx, bson.D{{Key: "find", Value: relationships}, {Key: "filter", Value: filter}}, collect(&all))
	bySource := map[string][]relationshipDocument{}
	for _, r := range all {
		bySource[r.Source] = append(bySource[r.Source], r)
	}
	return bySource, err
}

// caresAsItShould tells whether the relationships of a current document are right.
func (j judged) caresAsItShould(are []relationshipDocument) bool {
	should := make([]relationshipDocument, len(j.relationships))
	for i, r := range j.relationships {
		should[i] = relationshipDocument{r.Party, r.With, r.From, r.To, j.Of}
	}
	return slices.Equal(inOrder(should), inOrder(are))
}

func inOrder(all []relationshipDocument) []relationshipDocument {
	slices.SortFunc(all, func(a, b relationshipDocument) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}
