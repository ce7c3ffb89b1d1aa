package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// applicationID in the head of the file, "GRNY", tells `file` and other tools whose
// it is.
const applicationID = 0x4752_4e59

// openFile makes the folder and file if need be, readable by their owner only,
// and brings the schema to this version. It returns the file's path.
func openFile(dir string, registry *search.Registry) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("the data folder: %w", err)
	}
	path := filepath.Join(dir, FileName)
	if err := loneLog(path); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("the database: %w", err)
	}
	if err := migrate(path, registry); err != nil {
		return "", fmt.Errorf("the database %s: %w", path, err)
	}
	return path, nil
}

// migration is what a step of the schema works with.
type migration struct {
	conn     *conn
	registry *search.Registry // nil if the caller has none
}

// migrate takes the steps that a file lacks, all of them or none.
func migrate(path string, registry *search.Registry) error {
	c, err := openConn(path, 2048)
	if err != nil {
		return err
	}
	defer func() { _ = c.close() }() // what it wrote is committed
	version, err := peekVersion(c)   // before anything is changed
	if err != nil {
		return err
	}
	if err := useWAL(c); err != nil || version == int64(len(steps)) {
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
	if err != nil {
		return err
	}
	for ; version < int64(len(steps)); version++ {
		if err := steps[version](migration{c, registry}); err != nil {
			return fmt.Errorf("bringing its schema from version %d to %d: %w", version, version+1, err)
		}
	}
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, len(steps))
	if err := c.script(marks); err != nil {
		return err
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
	case version < 1 || version > int64(len(steps)):
		return 0, fmt.Errorf("its schema has version %d, and this granary knows versions up to %d: use a newer granary", version, len(steps))
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
