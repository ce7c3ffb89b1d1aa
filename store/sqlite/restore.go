package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	driver "zombiezen.com/go/sqlite"

	"github.com/granary-fhir/granary/store"
)

// ErrStoreExists says that there is a store where a backup is to be restored.
var ErrStoreExists = errors.New("there is a store already")

// Restore puts the store that a backup holds into dir, where no process may have a
// store open (ErrInUse). One that is there is kept, if replace is set, in a folder of
// its own below dir, which is returned; else the error is ErrStoreExists. Whatever
// goes wrong, and whenever the process ends, dir holds the one store or the other.
func Restore(ctx context.Context, dir, file string, replace bool, progress Progress) (aside string, err error) {
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return "", orElse(fmt.Errorf("%s is no file", file), err)
	}
	held, err := holdAlone(dir)
	if err != nil {
		return "", err
	}
	defer func() { err = orElse(err, held.release()) }()
	path := filepath.Join(dir, FileName)
	there := len(filesOf(path)) > 0
	if there && !replace {
		return "", fmt.Errorf("%w in %s; --force moves it aside", ErrStoreExists, dir)
	}
	temporary, err := copyBackup(ctx, file, path, progress)
	if err != nil {
		discard(temporary)
		return "", fmt.Errorf("%s: %w; nothing was restored", file, err)
	}
	if there {
		aside, err = setAside(dir)
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		discard(temporary)
		return "", fmt.Errorf("nothing was restored: %w", err)
	}
	return aside, syncPath(dir)
}

// copyBackup copies a backup to a temporary file beside path. The backup is only
// read: it may be where nothing can be written.
func copyBackup(ctx context.Context, file, path string, progress Progress) (temporary string, err error) {
	raw, err := driver.OpenConn(file, driver.OpenReadOnly)
	if err != nil {
		return "", translate(err)
	}
	c := &conn{raw: raw}
	defer func() { err = orElse(err, c.close()) }()
	return copyTo(ctx, c, path, progress)
}

// filesOf are those that are there of a database's.
func filesOf(path string) (names []string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + suffix); err == nil {
			names = append(names, FileName+suffix)
		}
	}
	return names
}

// setAside gives the store in dir a second name, below dir, under which it can be
// served. The database keeps its first one until another takes it, so that dir is
// never without a store: a server would make a new one.
func setAside(dir string) (aside string, err error) {
	path := filepath.Join(dir, FileName)
	if err := foldIn(path); errors.Is(err, store.ErrUnavailable) {
		return "", fmt.Errorf("%w: another program has %s open; stop it first", ErrInUse, path)
	} // a store that is damaged, or not all there, is moved as it is
	aside = filepath.Join(dir, "before-restore-"+time.Now().UTC().Format("20060102T150405.000Z"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return "", err
	}
	for _, name := range filesOf(path) {
		from, to := filepath.Join(dir, name), filepath.Join(aside, name)
		if name == FileName && os.Link(from, to) == nil {
			continue
		}
		if err := os.Rename(from, to); err != nil {
			return "", err
		}
	}
	return aside, syncPath(aside)
}

// foldIn makes a database one file, without a log. SQLite allows that only to the
// one connection that has it open, and else reports busy.
func foldIn(path string) (err error) {
	if err := loneLog(path); err != nil {
		return err
	}
	raw, err := driver.OpenConn(path, driver.OpenReadWrite)
	if err != nil {
		return translate(err)
	}
	raw.SetBusyTimeout(0)
	c := &conn{raw: raw}
	defer func() { err = orElse(err, c.close()) }()
	return c.exec("PRAGMA journal_mode = DELETE")
}
