package sqlite_test

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
	"github.com/granary-fhir/granary/store/storetest"
)

func open(t *testing.T, dir string, clock func() time.Time) *sqlite.Backend {
	t.Helper()
	b, err := sqlite.Open(dir, sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return b
}

func TestBackend(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		return open(t, t.TempDir(), clock)
	})
}

// The suite's databases are small; these choose as is done in large ones.
func TestBackendEager(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		b := open(t, t.TempDir(), clock)
		b.Eager()
		return b
	})
}

func TestBackendLazy(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		b := open(t, t.TempDir(), clock)
		b.Lazy()
		return b
	})
}

func TestDatabase(t *testing.T) {
	storetest.RunDatabase(t, func(t *testing.T) func(func() time.Time) store.Backend {
		dir := t.TempDir()
		return func(clock func() time.Time) store.Backend { return open(t, dir, clock) }
	})
}
