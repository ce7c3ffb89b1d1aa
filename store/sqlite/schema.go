package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/granary-fhir/granary/store"
)

// FileName is the database's name in its folder.
const FileName = "granary.db"

// The marks in the head of the file.
const (
	applicationID = 0x4752_4e59 // "GRNY": tells `file` and other tools whose it is
	schemaVersion = 1
)

// schema is version 1. Columns that every probe reads come before the body, so
// that they are read without its overflow pages.
func schema() string {
	return `
CREATE TABLE res(
  rid INTEGER PRIMARY KEY,
  type TEXT NOT NULL, id TEXT NOT NULL,
  ver INTEGER NOT NULL,      -- 0: known by name only
  updated INTEGER NOT NULL,  -- milliseconds since 1970
  deleted INTEGER NOT NULL,
  sort INTEGER NOT NULL,     -- main clinical date, microseconds since 1970
  body BLOB,
  UNIQUE(type, id));

CREATE TABLE version(
  vrid INTEGER PRIMARY KEY,
  rid INTEGER NOT NULL, ver INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  ended INTEGER NOT NULL,    -- when the next version came
  deleted INTEGER NOT NULL,
  body BLOB,
  UNIQUE(rid, ver));

CREATE TABLE param(id INTEGER PRIMARY KEY, type TEXT NOT NULL, code TEXT NOT NULL, UNIQUE(type, code));

CREATE TABLE term(
  id INTEGER PRIMARY KEY,
  param INTEGER NOT NULL, code TEXT NOT NULL, system TEXT NOT NULL,
  target INTEGER,            -- rid of the resource that a literal reference names
  UNIQUE(param, code, system));
CREATE INDEX term_system ON term(param, system);
CREATE INDEX term_target ON term(target, param) WHERE target IS NOT NULL;

CREATE TABLE ix(
  chart INTEGER NOT NULL,    -- 0: the population; else the rid of a Patient
  term INTEGER NOT NULL, sort INTEGER NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(chart, term, sort, rid)) WITHOUT ROWID;
` + entryTables("") + `
CREATE INDEX str_folded ON str(param, folded);
CREATE INDEX date_range ON date(param, class, lo, hi);
CREATE INDEX qty_range ON qty(param, unit, lo, hi);
` + entryTables("h_") + `
CREATE TABLE care(
  party TEXT NOT NULL, patient INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY(party, patient, start, stop, source)) WITHOUT ROWID;
CREATE INDEX care_source ON care(source);

CREATE TABLE record(
  kind TEXT NOT NULL, key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires INTEGER,           -- nanoseconds since 1970; NULL for never
  value BLOB NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE INDEX record_expires ON record(expires) WHERE expires IS NOT NULL;
CREATE TABLE revision(last INTEGER NOT NULL);
INSERT INTO revision VALUES(0);
`
}

// entryTables hold what versions are found by. The owner is a rid, or a vrid in
// the tables of superseded versions.
func entryTables(prefix string) string {
	return fmt.Sprintf(`
CREATE TABLE %[1]sentry(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, term INTEGER NOT NULL, grp INTEGER NOT NULL,
  PRIMARY KEY(owner, param, term, grp)) WITHOUT ROWID;
CREATE TABLE %[1]sstr(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  folded TEXT NOT NULL, exact TEXT NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
CREATE TABLE %[1]sdate(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  class INTEGER NOT NULL,    -- bound of hi - lo: see dateClasses
  lo INTEGER NOT NULL, hi INTEGER NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
CREATE TABLE %[1]sqty(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  unit INTEGER NOT NULL,     -- term of the same parameter: code and system of the unit
  lo REAL NOT NULL, hi REAL NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
`, prefix)
}

var entryTableNames = []string{"entry", "str", "date", "qty"}

// openFile makes the folder and file if need be, readable by their owner only,
// and brings the schema to this version. It returns the file's path.
func openFile(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("the data folder: %w", err)
	}
	path := filepath.Join(dir, FileName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("the database: %w", err)
	}
	if err := migrate(path); err != nil {
		return "", fmt.Errorf("the database %s: %w", path, err)
	}
	return path, nil
}

func migrate(path string) error {
	c, err := openConn(path, 2048)
	if err != nil {
		return err
	}
	defer func() { _ = c.close() }() // what it wrote is committed
	version, err := peekVersion(c)   // before anything is changed
	if err != nil {
		return err
	}
	if err := useWAL(c); err != nil || version == schemaVersion {
		return err
	}
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if c.inTransaction() {
			_ = c.exec("ROLLBACK")
		}
	}()
	version, err = checkVersion(c) // another process may have been first
	if err != nil || version == schemaVersion {
		return err
	}
	script := fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d;", schema(), applicationID, schemaVersion)
	if err := c.script(script); err != nil {
		return fmt.Errorf("creating the tables: %w", err)
	}
	return c.exec("COMMIT")
}

// peekVersion is checkVersion on one state of the file, which another process may
// be about to fill.
func peekVersion(c *conn) (int64, error) {
	if err := c.exec("BEGIN"); err != nil {
		return 0, err
	}
	version, err := checkVersion(c)
	return version, orElse(err, c.exec("ROLLBACK"))
}

// checkVersion returns the schema's version, 0 for an empty file. It refuses
// what is newer and what is not Granary's.
func checkVersion(c *conn) (int64, error) {
	var version, application, tables int64
	for pragma, into := range map[string]*int64{
		"PRAGMA user_version":                &version,
		"PRAGMA application_id":              &application,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if _, err := c.first(pragma, nil, func(r row) { *into = r.int(0) }); err != nil {
			return 0, err
		}
	}
	switch {
	case tables == 0 && version == 0:
		return 0, nil
	case application != applicationID:
		return 0, errors.New("it is an SQLite database, but not one of Granary's")
	case version < 1 || version > schemaVersion:
		return 0, fmt.Errorf("its schema has version %d, and this granary knows versions up to %d: use a newer granary", version, schemaVersion)
	}
	return version, nil
}

// useWAL switches to the write-ahead log. Where several processes do so on a new
// file at once SQLite reports busy without waiting.
func useWAL(c *conn) error {
	var err error
	for deadline := time.Now().Add(busyTimeout); ; {
		var mode string
		if _, err = c.first("PRAGMA journal_mode = WAL", nil, func(r row) { mode = r.text(0) }); err == nil {
			if mode != "wal" {
				return fmt.Errorf("the file system does not allow a write-ahead log (journal mode %s)", mode)
			}
			return nil
		}
		if !errors.Is(err, store.ErrUnavailable) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
