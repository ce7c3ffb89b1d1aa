package user

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// memory is store.Records in a map, for tests that need no transactions.
type memory struct {
	mu       sync.Mutex
	clock    func() time.Time
	records  map[store.RecordName]store.Record
	revision int64
	broken   error // what every call returns, if set
}

func newMemory(clock func() time.Time) *memory {
	return &memory{clock: clock, records: map[store.RecordName]store.Record{}}
}

func (m *memory) get(kind, key string) (store.Record, error) {
	r, ok := m.records[store.RecordName{Kind: kind, Key: key}]
	switch {
	case m.broken != nil:
		return store.Record{}, m.broken
	case !ok || !r.Expires.IsZero() && !m.clock().Before(r.Expires):
		return store.Record{}, store.ErrNotFound
	}
	return r, nil
}

func (m *memory) put(kind, key string, value []byte, expires time.Time) (int64, error) {
	m.revision++
	m.records[store.RecordName{Kind: kind, Key: key}] = store.Record{Value: value, Revision: m.revision, Expires: expires}
	return m.revision, m.broken
}

func (m *memory) Get(_ context.Context, kind, key string) (store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.get(kind, key)
}

func (m *memory) Revisions(_ context.Context, of ...store.RecordName) ([]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	revisions := make([]int64, len(of))
	for i, name := range of {
		r, _ := m.get(name.Kind, name.Key)
		revisions[i] = r.Revision
	}
	return revisions, m.broken
}

func (m *memory) Put(_ context.Context, kind, key string, value []byte, expires time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(kind, key, value, expires)
}

func (m *memory) Swap(_ context.Context, kind, key string, revision int64, value []byte, expires time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, _ := m.get(kind, key); r.Revision != revision {
		return 0, store.ErrRecordChanged
	}
	return m.put(kind, key, value, expires)
}

func (m *memory) Take(_ context.Context, kind, key string) (store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.get(kind, key)
	delete(m.records, store.RecordName{Kind: kind, Key: key})
	return r, err
}

func (m *memory) Delete(_ context.Context, kind, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, store.RecordName{Kind: kind, Key: key})
	return m.broken
}

func (m *memory) List(_ context.Context, kind, after string, limit int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for name := range m.records {
		if _, err := m.get(name.Kind, name.Key); err == nil && name.Kind == kind && name.Key > after {
			keys = append(keys, name.Key)
		}
	}
	slices.Sort(keys)
	return keys[:min(limit, len(keys))], m.broken
}
