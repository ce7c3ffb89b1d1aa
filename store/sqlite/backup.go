package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies the store in dir to a file, as it is at the instant at which the
// copy begins, while other processes read and write it. The file has its name only
// once it is complete, checked and durable, and then replaces another of that name
// if replace is set. Without a store in dir there is no backup.
func Backup(ctx context.Context, dir, file string, replace bool, progress Progress) (err error) {
	found, err := Exists(dir)
	if err == nil && !found {
		err = fmt.Errorf("there is no store in %s", dir)
	}
	if err != nil {
		return err
	}
	if err := acceptable(dir, file, replace); err != nil {
		return err
	}
	held, err := holdShared(dir)
	if err != nil {
		return err
	}
	defer func() { err = orElse(err, held.release()) }()
	c, err := openConn(filepath.Join(dir, FileName), readerCacheKiB)
	if err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	temporary, err := copyTo(ctx, c, file, progress)
	if err = orElse(err, c.close()); err == nil {
		err = acceptable(dir, file, replace) // it took a while
	}
	if err == nil {
		err = os.Rename(temporary, file)
	}
	if err != nil {
		discard(temporary)
		return fmt.Errorf("no backup was made: %w", err)
	}
	return syncPath(filepath.Dir(file))
}

// acceptable tells whether a backup may take this name.
func acceptable(dir, file string, replace bool) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder; say which file in it", file)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is a device or a pipe; a backup is written to a file", file)
	case err == nil && !replace:
		return fmt.Errorf("%s: %w; --force replaces it", file, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	within, err := isWithin(filepath.Dir(file), dir)
	if err == nil && within {
		err = fmt.Errorf("%s is in the data folder, and would be lost together with it: choose another folder", file)
	}
	return err
}

// isWithin tells whether a folder is another one or anywhere below it, whatever links
// lead there.
func isWithin(folder, other string) (bool, error) {
	top, err := os.Stat(other)
	if err != nil {
		return false, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return false, err
	}
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return false, err
	}
	for {
		at, err := os.Stat(folder)
		if err != nil || os.SameFile(at, top) {
			return err == nil, err
		}
		above := filepath.Dir(folder)
		if above == folder {
			return false, nil
		}
		folder = above
	}
}
