package mongo_test

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
	"github.com/granary-fhir/granary/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		return open(t, mongotest.URI(t), clock)
	})
}

func TestDatabase(t *testing.T) {
	storetest.RunDatabase(t, func(t *testing.T) func(func() time.Time) store.Backend {
		uri := mongotest.URI(t)
		return func(clock func() time.Time) store.Backend { return open(t, uri, clock) }
	})
}

// open opens a backend on the database of a URI.
func open(t testing.TB, uri string, clock func() time.Time) *mongo.Backend {
	t.Helper()
	b, err := mongo.Open(t.Context(), uri, mongo.Options{Clock: clock, Linger: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}
