package sqlite

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

var _ store.Walker = (*Backend)(nil)

// Heads implements store.Walker.
func (b *Backend) Heads(ctx context.Context, after store.Key, limit int) (heads []store.Resource, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.query("SELECT type, id, ver, deleted FROM res WHERE (type, id) > (?, ?) AND ver > 0 ORDER BY type, id LIMIT ?",
			[]value{text(after.Type), text(after.ID), num(int64(limit))}, func(r row) error {
				heads = append(heads, store.Resource{Key: keyOf(r.text(0), r.text(1)), Version: r.int(2), Deleted: r.bool(3)})
				return nil
			})
	})
	return heads, err
}

// Names implements store.Walker.
func (b *Backend) Names(ctx context.Context, after store.RecordName, limit int) (names []store.RecordName, err error) {
	records := &records{backend: b}
	err = b.read(ctx, func(c *conn) error {
		return c.query("SELECT kind, key FROM record WHERE (kind, key) > (?, ?) AND "+isValid+" ORDER BY kind, key LIMIT ?+0",
			[]value{text(after.Kind), text(after.Key), records.now(), num(int64(limit))}, func(r row) error {
				names = append(names, store.RecordName{Kind: r.text(0), Key: r.text(1)})
				return nil
			})
	})
	return names, err
}

// About implements store.Walker, by the rows' ids: there are few gaps.
func (b *Backend) About(ctx context.Context) (versions int64, err error) {
	err = b.read(ctx, func(c *conn) error {
		_, err := c.first("SELECT (SELECT coalesce(max(rid), 0) FROM res) + (SELECT coalesce(max(vrid), 0) FROM version)", nil,
			func(r row) { versions = r.int(0) })
		return err
	})
	return versions, err
}
