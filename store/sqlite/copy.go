package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	driver "zombiezen.com/go/sqlite"

	"github.com/granary-fhir/granary/store"
)

// Progress is told how many bytes of how many are copied.
type Progress func(done, total int64)

// pagesPerStep is how many pages are copied between two looks at the context.
const pagesPerStep = 512

// copyTo makes a new file beside target that holds what src shows at one instant,
// durable, checked and complete in itself, under a temporary name that it returns.
// If it fails there is no such file.
//
// The snapshot is what keeps the copy consistent and lets it end: without one each
// commit of another connection would make SQLite begin the copy anew.
func copyTo(ctx context.Context, src *conn, target string, progress Progress) (temporary string, err error) {
	file, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".part-*") // for its owner only
	if err != nil {
		return "", err
	}
	temporary = file.Name()
	if err = file.Close(); err == nil {
		err = copyPages(ctx, src, temporary, progress)
	}
	if err == nil {
		err = seal(ctx, temporary)
	}
	if err == nil {
		err = syncPath(temporary)
	}
	if err != nil {
		discard(temporary)
		return "", err
	}
	return temporary, nil
}

// copyPages fills an empty file. It is not durable, nor is there a way back from a
// failure: the file is nobody's yet.
func copyPages(ctx context.Context, src *conn, path string, progress Progress) (err error) {
	raw, err := driver.OpenConn(path, driver.OpenReadWrite)
	if err != nil {
		return translate(err)
	}
	dst := &conn{raw: raw}
	defer func() { err = orElse(err, dst.close()) }()
	if err := dst.script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"); err != nil {
		return err
	}
	if err := src.exec("BEGIN"); err != nil {
		return err
	}
	defer func() { err = orElse(err, src.exec("ROLLBACK")) }()
	if _, err := checkVersion(src); err != nil { // and so the snapshot begins
		return err
	}
	backup, err := driver.NewBackup(dst.raw, "main", src.raw, "main")
	if err != nil {
		return translate(err)
	}
	defer func() { _ = backup.Close() }() // it has nothing to tell
	var pageSize int64
	if _, err := src.first("PRAGMA page_size", nil, func(r row) { pageSize = r.int(0) }); err != nil {
		return err
	}
	for more := true; more; {
		if more, err = backup.Step(pagesPerStep); err != nil {
			return translate(err)
		}
		total, left := int64(backup.PageCount()), int64(backup.Remaining())
		progress((total-left)*pageSize, total*pageSize)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// seal makes a copy a single file that needs no log beside it, and checks it.
func seal(ctx context.Context, path string) (err error) {
	c, err := openConn(path, 2048)
	if err != nil {
		return err
	}
	defer func() { err = orElse(err, c.close()) }()
	if err := c.exec("PRAGMA journal_mode = DELETE"); err != nil {
		return err
	}
	c.interruptible(ctx)
	defer c.interruptible(context.Background())
	return orInterrupted(ctx, verify(c))
}

// verify tells whether a database is one that this granary can serve: whole as far
// as SQLite knows, Granary's, and of no newer schema.
func verify(c *conn) error {
	version, err := checkVersion(c)
	if err == nil && version == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return err
	}
	var found string
	if _, err := c.first("PRAGMA quick_check(1)", nil, func(r row) { found = r.text(0) }); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", store.ErrDamaged, found)
	}
	return nil
}

// discard removes a file that is not to be kept, with what SQLite put beside it.
func discard(path string) {
	if path == "" {
		return
	}
	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		_ = os.Remove(path + suffix) // most are absent
	}
}

// syncPath makes a file's content durable, or the names in a folder.
func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return orElse(file.Sync(), file.Close())
}
