package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// reopening is a backend that is closed and opened again after each write, so
// that nothing is answered from what a process remembers.
type reopening struct {
	t     *testing.T
	clock func() time.Time
	open  func(clock func() time.Time) store.Backend

	mu      sync.RWMutex // held for writing while the backend is replaced
	backend store.Backend
	closed  bool
}

func newReopening(t *testing.T, open func(func() time.Time) store.Backend, clock func() time.Time) *reopening {
	return &reopening{t: t, clock: clock, open: open, backend: open(clock)}
}

func (r *reopening) Read(ctx context.Context, fn func(store.Snapshot) error) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.backend.Read(ctx, fn)
}

func (r *reopening) Write(ctx context.Context, fn func(store.Writer) error) (err error) {
	r.changed(func(b store.Backend) { err = b.Write(ctx, fn) })
	return err
}

// changed calls fn, which may panic, and reopens the backend.
func (r *reopening) changed(fn func(store.Backend)) {
	r.mu.RLock()
	backend := r.backend
	defer r.replace(backend)
	defer r.mu.RUnlock()
	fn(backend)
}

// replace reopens the database, unless somebody else has.
func (r *reopening) replace(old store.Backend) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.backend != old {
		return
	}
	if err := old.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
	r.backend = r.open(r.clock)
}

// Now is called in transactions, while somebody may wait to replace the backend.
func (r *reopening) Now() time.Time { return r.clock().UTC().Truncate(time.Millisecond) }

func (r *reopening) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return r.backend.Close()
}

func (r *reopening) Records() store.Records { return &reopeningRecords{r} }

type reopeningRecords struct{ *reopening }

func (r *reopeningRecords) records(fn func(store.Records)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	fn(r.backend.Records())
}

func (r *reopeningRecords) Get(ctx context.Context, kind, key string) (found store.Record, err error) {
	r.records(func(s store.Records) { found, err = s.Get(ctx, kind, key) })
	return found, err
}

func (r *reopeningRecords) Revisions(ctx context.Context, of ...store.RecordName) (revisions []int64, err error) {
	r.records(func(s store.Records) { revisions, err = s.Revisions(ctx, of...) })
	return revisions, err
}

func (r *reopeningRecords) List(ctx context.Context, kind, after string, limit int) (keys []string, err error) {
	r.records(func(s store.Records) { keys, err = s.List(ctx, kind, after, limit) })
	return keys, err
}

func (r *reopeningRecords) Put(ctx context.Context, kind, key string, value []byte, expires time.Time) (revision int64, err error) {
	r.changed(func(b store.Backend) { revision, err = b.Records().Put(ctx, kind, key, value, expires) })
	return revision, err
}

func (r *reopeningRecords) Swap(ctx context.Context, kind, key string, revision int64, value []byte, expires time.Time) (next int64, err error) {
	r.changed(func(b store.Backend) { next, err = b.Records().Swap(ctx, kind, key, revision, value, expires) })
	return next, err
}

func (r *reopeningRecords) Take(ctx context.Context, kind, key string) (found store.Record, err error) {
	r.changed(func(b store.Backend) { found, err = b.Records().Take(ctx, kind, key) })
	return found, err
}

func (r *reopeningRecords) Delete(ctx context.Context, kind, key string) (err error) {
	r.changed(func(b store.Backend) { err = b.Records().Delete(ctx, kind, key) })
	return err
}
