package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store/sqlite"
)

func TestExists(t *testing.T) {
	dir := t.TempDir()
	exists := func(want bool) {
		t.Helper()
		if found, err := sqlite.Exists(dir); err != nil || found != want {
			t.Errorf("found %v, %v", found, err)
		}
	}
	exists(false)
	path := filepath.Join(dir, sqlite.FileName)
	write(t, path, nil) // of a process that was killed at once
	exists(false)
	if err := sqlite.Backup(t.Context(), dir, filepath.Join(t.TempDir(), "backup"), false, quietly); err == nil || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("the backup says %v", err)
	}
	closed(t, open(t, dir, time.Now))
	exists(true)
}

// A log without its database is the rest of a store: SQLite would remove it.
func TestALogWithoutItsDatabaseIsKept(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := t.TempDir(), filepath.Join(t.TempDir(), "backup")
			path := filepath.Join(dir, sqlite.FileName)
			closed(t, open(t, dir, time.Now))
			if err := sqlite.Backup(t.Context(), dir, file, false, quietly); err != nil {
				t.Fatal(err)
			}
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			write(t, path+"-wal", []byte("what was committed"))
			for does, err := range map[string]error{
				"exists": second(sqlite.Exists(dir)),
				"open":   second(sqlite.Open(dir, sqlite.Options{})),
				"backup": sqlite.Backup(t.Context(), dir, file, true, quietly),
			} {
				if err == nil || !strings.Contains(err.Error(), path+"-wal") {
					t.Errorf("%s: %v", does, err)
				}
			}
			aside, err := sqlite.Restore(context.Background(), dir, file, true, quietly)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := os.ReadFile(filepath.Join(aside, sqlite.FileName+"-wal"))
			if err != nil || string(kept) != "what was committed" {
				t.Errorf("set aside is %q, %v", kept, err)
			}
			closed(t, open(t, dir, time.Now))
		})
	}
}

func second[T any](_ T, err error) error { return err }

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
