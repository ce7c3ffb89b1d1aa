package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// Integrity runs SQLite's own check of the database in dir: pages, rows, and SQLite's
// indexes against its tables. Others may read and write meanwhile. Whether the
// entries of the search agree with the resources is no matter of SQLite's.
func Integrity(ctx context.Context, dir string) (err error) {
	c, err := openConn(filepath.Join(dir, FileName), readerCacheKiB)
	if err != nil {
		return err
	}
	defer func() { err = orElse(err, c.close()) }()
	c.interruptible(ctx)
	defer c.interruptible(context.Background())
	var found []string
	err = c.query("PRAGMA integrity_check(20)", nil, func(r row) error {
		found = append(found, r.text(0))
		return nil
	})
	if err != nil {
		return orInterrupted(ctx, err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("%w: %s", store.ErrDamaged, strings.Join(found, "; "))
	}
	return nil
}
