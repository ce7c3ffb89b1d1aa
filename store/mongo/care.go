package mongo

import (
	"context"
	"maps"
	"slices"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/store"
)

// relationshipDocument is a document of the collection of care relationships. With is
// "Patient/1", or "Organization/1" of a membership; From and To are microseconds since
// 1970.
type relationshipDocument struct {
	Party  string `bson:"party"`
	With   string `bson:"with"`
	From   int64  `bson:"from"`
	To     int64  `bson:"to"`
	Source string `bson:"source"`
}

// Relate implements store.Writer. It takes effect in finish, so that no predicate of
// this transaction sees it.
func (t *tx) Relate(ctx context.Context, source store.Key, to []compartments.Relationship) error {
	if t.relations == nil {
		t.relations = map[string][]compartments.Relationship{}
	}
	t.relations[resourceID(source)] = to
	return ctx.Err()
}

// relate replaces the relationships of all sources.
func (t *tx) relate(ctx context.Context) error {
	var before []string // sources that may have some
	var documents []relationshipDocument
	for _, source := range slices.Sorted(maps.Keys(t.relations)) {
		if !t.fresh[source] {
			before = append(before, source)
		}
		for _, to := range t.relations[source] {
			documents = append(documents, relationshipDocument{to.Party, to.With, to.From, to.To, source})
			t.writes.add(careType, source)
		}
	}
	if err := t.unrelate(ctx, before); err != nil || len(documents) == 0 {
		return err
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	_, err = t.backend.collection(relationships).InsertMany(within, documents)
	return t.ran(ctx, err)
}

// unrelate removes the relationships of some sources.
func (t *tx) unrelate(ctx context.Context, sources []string) error {
	if len(sources) == 0 {
		return nil
	}
	within, err := t.in(ctx)
	if err != nil {
		return err
	}
	removed, err := t.backend.collection(relationships).DeleteMany(within, oneOf("source", sources))
	if err != nil {
		return t.ran(ctx, err)
	}
	if removed.DeletedCount > 0 {
		t.writes.add(careType, sources[0])
	}
	return nil
}
