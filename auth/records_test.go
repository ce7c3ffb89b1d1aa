package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// memory is store.Records in a map.
type memory struct {
	mu       sync.Mutex
	clock    func() time.Time
	records  map[[2]string]store.Record
	revision int64
	broken   error // what every call returns, if set
}

func newMemory(clock func() time.Time) *memory {
	return &memory{clock: clock, records: map[[2]string]store.Record{}}
}

func (m *memory) Get(_ context.Context, kind, key string) (store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return store.Record{}, m.broken
	}
	r, ok := m.records[[2]string{kind, key}]
	if !ok || !r.Expires.IsZero() && !m.clock().Before(r.Expires) {
		return store.Record{}, store.ErrNotFound
	}
	return r, nil
}

func (m *memory) Revisions(_ context.Context, of ...store.RecordName) ([]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	revisions := make([]int64, len(of))
	for i, name := range of {
		if r := m.records[[2]string{name.Kind, name.Key}]; r.Expires.IsZero() || m.clock().Before(r.Expires) {
			revisions[i] = r.Revision
		}
	}
	return revisions, m.broken
}

func (m *memory) Put(_ context.Context, kind, key string, value []byte, expires time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.revision++
	m.records[[2]string{kind, key}] = store.Record{Value: value, Revision: m.revision, Expires: expires}
	return m.revision, m.broken
}

func (m *memory) Delete(_ context.Context, kind, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, [2]string{kind, key})
	return m.broken
}

func (m *memory) Swap(_ context.Context, kind, key string, revision int64, value []byte, expires time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.live(kind, key).Revision != revision {
		return 0, store.ErrRecordChanged
	}
	m.revision++
	m.records[[2]string{kind, key}] = store.Record{Value: value, Revision: m.revision, Expires: expires}
	return m.revision, m.broken
}

func (m *memory) Take(_ context.Context, kind, key string) (store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.live(kind, key)
	if r.Revision == 0 && m.broken == nil {
		return r, store.ErrNotFound
	}
	delete(m.records, [2]string{kind, key})
	return r, m.broken
}

func (m *memory) List(_ context.Context, kind, after string, limit int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for name := range m.records {
		if name[0] == kind && name[1] > after && m.live(kind, name[1]).Revision > 0 {
			keys = append(keys, name[1])
		}
	}
	slices.Sort(keys)
	return keys[:min(limit, len(keys))], m.broken
}

// live is a record that has not expired; the zero one if there is none.
func (m *memory) live(kind, key string) store.Record {
	r := m.records[[2]string{kind, key}]
	if !r.Expires.IsZero() && !m.clock().Before(r.Expires) {
		return store.Record{}
	}
	return r
}
