package auth

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// memory is store.Records in a map, as far as tokens need it.
type memory struct {
	mu       sync.Mutex
	clock    func() time.Time
	records  map[[2]string]store.Record
	revision int64
	broken   error // what every call returns, if set
}

var errNotNeeded = errors.New("tokens do not need this")

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

func (m *memory) Swap(context.Context, string, string, int64, []byte, time.Time) (int64, error) {
	return 0, errNotNeeded
}

func (m *memory) Take(context.Context, string, string) (store.Record, error) {
	return store.Record{}, errNotNeeded
}

func (m *memory) List(context.Context, string, string, int) ([]string, error) {
	return nil, errNotNeeded
}
