// Package sqlitetest opens stores for tests of what stands above them: quickly, and
// without waiting for the disk. How a store is made and how it survives are tested
// in store/sqlite and cmd/granary, on stores like those of a user.
package sqlitetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/store/sqlite"
	"github.com/granary-fhir/granary/store/sqlite/internal/volatile"
)

// Open is sqlite.Open for a test, which closes what it is given.
func Open(t testing.TB, dir string, opts sqlite.Options) *sqlite.Backend {
	t.Helper()
	if err := prepare(filepath.Join(dir, sqlite.FileName)); err != nil {
		t.Fatal(err)
	}
	opts.Volatile = volatile.Yes()
	b, err := sqlite.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// prepare writes an empty store where there is none. To take all steps of the schema
// once more is what a test would spend most of its time with.
func prepare(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := empty()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return place(file, dir, path)
}

// place puts a whole file where there is none: several may open the store at once, and
// one of them puts it there.
func place(file []byte, dir, path string) (err error) {
	aside, err := os.CreateTemp(dir, "empty-store")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(aside.Name())) }()
	_, err = aside.Write(file)
	if err := errors.Join(err, aside.Close()); err != nil {
		return err
	}
	if err := os.Link(aside.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// empty is the file of a store in which nothing was written.
var empty = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "empty-store")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b, err := sqlite.Open(dir, sqlite.Options{Volatile: volatile.Yes()})
	if err != nil {
		return nil, err
	}
	if err := b.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, sqlite.FileName))
})
