package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// holdName is the file by whose lock processes tell each other that they have a
// store open. SQLite's own locks are on the database, which a restore replaces: who
// opened it just before would go on with a file that has no name any more.
const holdName = "granary.lock"

// ErrInUse says that another process has the store open, or is restoring it.
var ErrInUse = errors.New("the store is in use")

// hold is a process's claim to a folder, until it is released or the process ends.
type hold struct{ lock *flock.Flock }

// holdShared makes the folder if need be, and claims it beside others who use it.
func holdShared(dir string) (hold, error) {
	h, ok, err := claim(dir, (*flock.Flock).TryRLock)
	if err == nil && !ok {
		err = fmt.Errorf("%w: a backup is being restored into %s; try again when that is done", ErrInUse, dir)
	}
	return h, err
}

// holdAlone is holdShared for who wants nobody beside.
func holdAlone(dir string) (hold, error) {
	h, ok, err := claim(dir, (*flock.Flock).TryLock)
	if err == nil && !ok {
		err = fmt.Errorf("%w: another granary has %s open; stop the server and all other commands on it first", ErrInUse, dir)
	}
	return h, err
}

func claim(dir string, try func(*flock.Flock) (bool, error)) (hold, bool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return hold{}, false, fmt.Errorf("the data folder cannot be made; name another one, or make it for this user: %w", err)
	}
	h := hold{flock.New(filepath.Join(dir, holdName))}
	ok, err := try(h.lock)
	if err != nil {
		return hold{}, false, fmt.Errorf("the data folder must be writable for this user; name another one, or change that: %w", err)
	}
	return h, ok, nil
}

// release ends the claim. The file stays: it says nothing, and whoever is about to
// lock it has opened it already.
func (h hold) release() error { return h.lock.Close() }

// holdFor claims a folder as the options want it.
func holdFor(dir string, opts Options) (hold, error) {
	if opts.Alone {
		return holdAlone(dir)
	}
	return holdShared(dir)
}
