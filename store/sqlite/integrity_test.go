package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

func TestIntegrity(t *testing.T) {
	dir := filled(t, many()...)
	if err := sqlite.Integrity(t.Context(), dir); err != nil {
		t.Error(err)
	}
	damage(t, filepath.Join(dir, sqlite.FileName))
	if err := sqlite.Integrity(t.Context(), dir); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("of a damaged database: %v", err)
	}
}
