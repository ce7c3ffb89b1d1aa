package sqlite_test

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
	"github.com/granary-fhir/granary/store/sqlite/sqlitetest"
	"github.com/granary-fhir/granary/store/storetest"
)

// open is for tests of the file and of its making: the suite has stores that are
// quicker to make.
func open(t *testing.T, dir string, clock func() time.Time) *sqlite.Backend {
	t.Helper()
	b, err := sqlite.Open(dir, sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return b
}

func TestBackend(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		return sqlitetest.Open(t, t.TempDir(), sqlite.Options{Clock: clock})
	})
}

// The suite's databases are small; these choose as is done in large ones.
func TestBackendEager(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		b := sqlitetest.Open(t, t.TempDir(), sqlite.Options{Clock: clock})
		b.Eager()
		return b
	})
}

func TestBackendLazy(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
		b := sqlitetest.Open(t, t.TempDir(), sqlite.Options{Clock: clock})
		b.Lazy()
		return b
	})
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	storetest.RunDatabase(t, func(t *testing.T) func(func() time.Time) store.Backend {
		dir := t.TempDir()
		return func(clock func() time.Time) store.Backend {
			return sqlitetest.Open(t, dir, sqlite.Options{Clock: clock})
		}
	})
}
