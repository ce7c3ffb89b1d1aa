package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// away is a backend whose records cannot be read, once it is away. It tells each time.
type away struct {
	store.Backend
	isAway atomic.Bool
	asked  func()
}

func (b *away) Records() store.Records { return awayRecords{b.Backend.Records(), b} }

type awayRecords struct {
	store.Records
	of *away
}

func (r awayRecords) Get(ctx context.Context, kind, key string) (store.Record, error) {
	if r.of.isAway.Load() {
		r.of.asked()
		return store.Record{}, store.ErrUnavailable
	}
	return r.Records.Get(ctx, kind, key)
}

// Where nothing was to be made anew, a database that is away for a while is no reindex that
// has failed.
func TestAStoreThatIsAwayIsNoFailedReindex(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := 0
	backend := &away{Backend: testbackend.Open(t, testbackend.Options{Clock: time.Now}), asked: func() {
		if asked++; asked == 3 {
			cancel()
		}
	}}
	s := testbackend.StoreOn(t, backend, testbackend.StoreOptions{})
	backend.isAway.Store(true)
	s.KeepIndexed(ctx, store.Serving{
		Every: time.Millisecond,
		Begun: func() { t.Error("a reindex has begun") }, Settled: func() { t.Error("one has ended") },
		Progress: func(store.Reindexed) {}, Failed: func(err error) { t.Errorf("one has failed: %v", err) },
	})
	if asked != 3 {
		t.Errorf("the store was asked %d times", asked)
	}
}
