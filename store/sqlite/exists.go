package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Exists tells whether there is a store in dir, and makes none. An empty database is
// none: a process leaves it that ended when it was about to make a store. If the log
// of a store is there without the database, the error says so.
func Exists(dir string) (bool, error) {
	path := filepath.Join(dir, FileName)
	if err := loneLog(path); err != nil {
		return false, err
	}
	size, err := sizeOf(path)
	return size > 0, err
}

// loneLog refuses a database that is missing or empty while its log is there. SQLite
// would take it for a new one and remove the log, with all that was committed to it.
func loneLog(path string) error {
	logged, err := sizeOf(path + "-wal") // first: who makes a store makes the log last
	if err != nil || logged == 0 {
		return err
	}
	if size, err := sizeOf(path); err != nil || size > 0 {
		return err
	}
	return fmt.Errorf("the database %s is missing or empty, but its log %s-wal is there, and would be lost: put back the database that belongs to it, or bring a backup back with granary restore --force", path, path)
}

// sizeOf is the size of a file, 0 if it is not there.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
