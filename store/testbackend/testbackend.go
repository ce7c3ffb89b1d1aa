// Package testbackend opens the backend under test for tests that are about something
// else: SQLite, or MongoDB where GRANARY_TEST_STORE says so. What is true over HTTP is
// true of both.
package testbackend

import (
	"os"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
	"github.com/granary-fhir/granary/store/sqlite"
	"github.com/granary-fhir/granary/store/sqlite/sqlitetest"
)

// Variable names the environment variable that chooses: "sqlite", which it is without
// it, or "mongodb", on the server of mongotest.Variable.
const Variable = "GRANARY_TEST_STORE"

// Options are what a backend is opened with.
type Options struct {
	Clock    func() time.Time
	Registry *search.Registry
}

// Database is one of a test's own, which is gone when the test has ended.
type Database struct {
	t      testing.TB
	folder string // of SQLite; "" for MongoDB
	uri    string // of MongoDB; "" for SQLite
}

// New makes an empty database.
func New(t testing.TB) *Database {
	t.Helper()
	switch chosen := os.Getenv(Variable); chosen {
	case "", "sqlite":
		return &Database{t: t, folder: t.TempDir()}
	case "mongodb":
		return &Database{t: t, uri: mongotest.URI(t)}
	default:
		t.Fatalf("%s is %q; it must be sqlite or mongodb", Variable, chosen)
		return nil
	}
}

// Open opens the database. Several backends that are open at once are as several
// processes. What the test has not closed is closed at its end.
func (d *Database) Open(o Options) store.Backend {
	d.t.Helper()
	backend := d.open(o)
	d.t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			d.t.Error(err)
		}
	})
	return backend
}

func (d *Database) open(o Options) store.Backend {
	d.t.Helper()
	if d.uri == "" {
		return sqlitetest.Open(d.t, d.folder, sqlite.Options{Clock: o.Clock, Registry: o.Registry})
	}
	backend, err := mongo.Open(d.t.Context(), d.uri, mongo.Options{Clock: o.Clock, Registry: o.Registry, Linger: time.Millisecond})
	if err != nil {
		d.t.Fatal(err)
	}
	return backend
}

// Open opens a backend on an empty database.
func Open(t testing.TB, o Options) store.Backend {
	t.Helper()
	return New(t).Open(o)
}

// IsMongoDB tells whether the backend under test is MongoDB: where its answers differ,
// for a reason that docs/mongodb.md names.
func IsMongoDB() bool { return os.Getenv(Variable) == "mongodb" }

// OnlySQLite skips a test on another backend, and tells why it says nothing about that.
func OnlySQLite(t testing.TB, why string) {
	t.Helper()
	if IsMongoDB() {
		t.Skip("of SQLite only: " + why)
	}
}

// Folder is where SQLite keeps the database. On another backend the test is skipped,
// and told why it says nothing about that.
func (d *Database) Folder(why string) string {
	d.t.Helper()
	OnlySQLite(d.t, why)
	return d.folder
}
