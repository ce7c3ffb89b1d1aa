package mongo

import (
	"errors"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Through one mongos a transaction sees what was acknowledged through another: it begins no
// earlier than what the primary shard has answered just before. A replica set has one
// primary, which knows by itself.
func TestATransactionOnAShardedClusterIsNotOfThePast(t *testing.T) {
	for name, c := range map[string]struct {
		start  func(testing.TB) *mongotest.Fake
		asks   []string // the collections
		bounds bool
	}{
		"replica set":     {mongotest.NewFake, []string{"resource"}, false},
		"sharded cluster": {mongotest.NewFakeRouter, []string{"schema", "resource"}, true},
	} {
		fake := c.start(t)
		b, err := Open(t.Context(), fake.URI(), Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fake.Taken()
		err = b.Read(t.Context(), func(s store.Snapshot) error {
			_, err := s.Current(t.Context(), store.Key{Type: "Patient", ID: "1"}, search.True)
			return err
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		commands := fake.Taken()
		if len(commands) != len(c.asks) {
			t.Fatalf("%s: there are %d commands", name, len(commands))
		}
		for i, command := range commands {
			if command.On() != c.asks[i] {
				t.Errorf("%s: command %d is on %s, not on %s", name, i, command.On(), c.asks[i])
			}
		}
		last := commands[len(commands)-1].Raw
		begins, _ := last.Lookup("startTransaction").BooleanOK()
		seconds, increment, bounded := last.Lookup("readConcern", "afterClusterTime").TimestampOK()
		if !begins || bounded != c.bounds || bounded && (seconds != mongotest.Time.T || increment != mongotest.Time.I) {
			t.Errorf("%s: the transaction begins with %s", name, last)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
