package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

func TestOpenMakesFilesForTheirOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	b := open(t, dir, time.Now)
	defer closed(t, b)
	put(t, b, "Patient", "1")
	for name, want := range map[string]os.FileMode{
		"": 0o700 | os.ModeDir, sqlite.FileName: 0o600, sqlite.FileName + "-wal": 0o600, sqlite.FileName + "-shm": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%q has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"a newer schema":   {"PRAGMA user_version = 99", "its schema has version 99"},
		"somebody else's":  {"PRAGMA application_id = 7", "not one of Granary's"},
		"no database":      {"", "damaged, or none of Granary's"},
		"half a database":  {"cut", "damaged, or none of Granary's"},
		"a broken version": {"PRAGMA user_version = -1", "its schema has version -1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			closed(t, open(t, dir, time.Now))
			path := filepath.Join(dir, sqlite.FileName)
			switch c.script {
			case "cut":
				if err := os.Truncate(path, 40_960); err != nil {
					t.Fatal(err)
				}
			case "":
				if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
					t.Fatal(err)
				}
			default:
				script(t, path, c.script)
			}
			b, err := sqlite.Open(dir, sqlite.Options{})
			if err == nil {
				closed(t, b)
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("the error is %q", err)
			}
		})
	}
}

func TestOpenRefusesAFileForAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := sqlite.Open(file, sqlite.Options{}); err == nil {
		closed(t, b)
		t.Error("it was opened")
	}
}

// A query's text depends on the shape of its predicate; a connection keeps only
// so many.
func TestManyShapesOfQueries(t *testing.T) {
	b := open(t, t.TempDir(), time.Now)
	defer closed(t, b)
	put(t, b, "Patient", "1")
	where := search.Expr(search.ID{"1"})
	for i := range 700 {
		if i%80 == 0 {
			where = search.ID{"1"}
		}
		where = search.Or{search.And{where, search.Not{Of: search.Missing{Param: &search.Param{Type: "Patient", Code: "_id"}}}}, search.ID{"2"}}
		if i%2 == 0 {
			where = search.Not{Of: search.Not{Of: where}}
		}
		err := b.Read(t.Context(), func(s store.Snapshot) error {
			found, err := s.Search(t.Context(), []search.Select{{Type: "Patient", Where: where}}, nil, 5)
			if err == nil && len(found) != 1 {
				t.Fatalf("round %d: %d found", i, len(found))
			}
			return err
		})
		if err != nil && !strings.Contains(err.Error(), store.ErrTooComplex.Error()) {
			t.Fatal(err)
		}
	}
}

func put(t *testing.T, b store.Backend, typ, id string) {
	t.Helper()
	err := b.Write(t.Context(), func(w store.Writer) error {
		return w.Put(t.Context(), store.NewVersion{
			Resource: store.Resource{Key: store.Key{Type: typ, ID: id}, Version: 1, Updated: b.Now(), Body: []byte("{}")},
			Entries:  search.Entries{Sort: search.NoSort},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func closed(t *testing.T, b interface{ Close() error }) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func script(t *testing.T, path, sql string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqlitex.ExecuteScript(c, sql, nil); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
