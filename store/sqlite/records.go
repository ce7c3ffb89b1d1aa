package sqlite

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/granary-fhir/granary/store"
)

// records implements store.Records.
type records struct {
	backend *Backend
	// within is the transaction that the records are seen from; nil for one, or a
	// snapshot, for each call.
	within *snapshot
}

// read runs fn where the records are read.
func (r *records) read(ctx context.Context, fn func(*conn) error) error {
	if r.within == nil {
		return r.backend.read(ctx, func(c *conn) error { return c.untraced(fn) })
	}
	return r.inside(ctx, fn)
}

// write runs fn where the records are written.
func (r *records) write(ctx context.Context, fn func(*conn) error) error {
	if r.within == nil {
		return r.backend.write(ctx, func(c *conn, _ *ids) error { return c.untraced(fn) })
	}
	return r.inside(ctx, fn)
}

func (r *records) inside(ctx context.Context, fn func(*conn) error) error {
	end, err := r.within.watch(ctx)
	if err != nil {
		return err
	}
	defer end()
	return orInterrupted(ctx, r.within.conn.untraced(fn))
}

// Records implements store.Writer.
func (t *tx) Records() store.Records { return &records{t.backend, t.snapshot} }

// isValid is the condition on a record that has not expired.
const isValid = "(expires IS NULL OR expires > ?)"

func (r *records) now() value { return nanoseconds(r.backend.clock()) }

// nanoseconds since 1970; a time that has no such number becomes the nearest
// that has.
func nanoseconds(t time.Time) value {
	switch {
	case t.Year() < 1700:
		return num(math.MinInt64)
	case t.Year() > 2250:
		return num(math.MaxInt64)
	}
	return num(t.UnixNano())
}

func expiry(t time.Time) value {
	if t.IsZero() {
		return null
	}
	return nanoseconds(t)
}

// Get implements store.Records.
func (r *records) Get(ctx context.Context, kind, key string) (found store.Record, err error) {
	err = r.read(ctx, func(c *conn) error {
		found, err = r.get(c, kind, key)
		return err
	})
	return found, err
}

func (r *records) get(c *conn, kind, key string) (store.Record, error) {
	var found store.Record
	ok, err := c.first("SELECT value, revision, expires FROM record WHERE kind = ? AND key = ? AND "+isValid,
		[]value{text(kind), text(key), r.now()}, func(row row) {
			found = store.Record{Value: row.blob(0), Revision: row.int(1)}
			if !row.isNull(2) {
				found.Expires = time.Unix(0, row.int(2)).UTC()
			}
		})
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return found, err
}

// Revisions implements store.Records. It is asked before every request, and so
// it is one statement, which needs no transaction around it.
func (r *records) Revisions(ctx context.Context, of ...store.RecordName) (revisions []int64, err error) {
	if r.within != nil {
		return r.within.Revisions(ctx, of...)
	}
	err = r.backend.lend(ctx, func(c *conn) error {
		revisions, err = r.revisions(c, of)
		return err
	})
	return revisions, err
}

// Revisions implements store.Snapshot.
func (s *snapshot) Revisions(ctx context.Context, of ...store.RecordName) ([]int64, error) {
	end, err := s.watch(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	r := &records{backend: s.backend}
	if s.settle != nil || len(of) > len(pair{}) { // a transaction may have changed some itself
		revisions, err := r.revisions(s.conn, of)
		return revisions, orInterrupted(ctx, err)
	}
	var names pair
	copy(names[:], of)
	var changes int64
	if _, err := s.conn.first(changesQuery, nil, func(row row) { changes = row.int(0) }); err != nil {
		return nil, orInterrupted(ctx, err)
	}
	if known, ok := s.backend.revised.get(names, changes, r.backend.clock()); ok {
		return known[:len(of)], nil
	}
	known, until, err := r.validUntil(s.conn, names)
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	s.backend.revised.put(names, revised{changes, known, until})
	return known[:len(of)], nil
}

func (r *records) revisions(c *conn, of []store.RecordName) ([]int64, error) {
	now := r.now()
	args := make([]value, 0, 3*len(of))
	for _, name := range of {
		args = append(args, text(name.Kind), text(name.Key), now)
	}
	revisions := make([]int64, 0, len(of))
	_, err := c.first(revisionsQuery(len(of)), args, func(row row) {
		for i := range of {
			revisions = append(revisions, row.int(i)) // of NULL it is 0
		}
	})
	return revisions, err
}

const (
	oneRevision    = "(SELECT revision FROM record WHERE kind = ? AND key = ? AND " + isValid + ")"
	twoRevisions   = "SELECT " + oneRevision + ", " + oneRevision // of a token and its grant
	threeRevisions = twoRevisions + ", " + oneRevision            // and of the bases, where something is written
)

func revisionsQuery(n int) string {
	switch n {
	case 2:
		return twoRevisions
	case 3:
		return threeRevisions
	}
	return "SELECT " + strings.TrimSuffix(strings.Repeat(oneRevision+", ", n), ", ")
}

// Put implements store.Records.
func (r *records) Put(ctx context.Context, kind, key string, value []byte, expires time.Time) (revision int64, err error) {
	err = r.write(ctx, func(c *conn) error {
		revision, err = r.put(c, kind, key, value, expires)
		return err
	})
	return revision, err
}

// Swap implements store.Records.
func (r *records) Swap(ctx context.Context, kind, key string, revision int64, value []byte, expires time.Time) (next int64, err error) {
	err = r.write(ctx, func(c *conn) error {
		found, err := r.get(c, kind, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if found.Revision != revision {
			return store.ErrRecordChanged
		}
		next, err = r.put(c, kind, key, value, expires)
		return err
	})
	return next, err
}

// put writes a record, and clears away some that have expired.
func (r *records) put(c *conn, kind, key string, value []byte, expires time.Time) (int64, error) {
	var revision int64
	_, err := c.first("UPDATE revision SET last = last + 1 RETURNING last", nil, func(row row) { revision = row.int(0) })
	if err != nil {
		return 0, err
	}
	err = c.exec("INSERT OR REPLACE INTO record(kind, key, value, revision, expires) VALUES(?, ?, ?, ?, ?)",
		text(kind), text(key), blob(value), num(revision), expiry(expires))
	if err != nil {
		return 0, err
	}
	return revision, c.exec("DELETE FROM record WHERE (kind, key) IN (SELECT kind, key FROM record WHERE expires <= ? LIMIT 100)", r.now())
}

// Take implements store.Records.
func (r *records) Take(ctx context.Context, kind, key string) (found store.Record, err error) {
	err = r.write(ctx, func(c *conn) error {
		if found, err = r.get(c, kind, key); err != nil {
			return err
		}
		return r.remove(c, kind, key)
	})
	if err != nil {
		return store.Record{}, err
	}
	return found, nil
}

// Delete implements store.Records.
func (r *records) Delete(ctx context.Context, kind, key string) error {
	return r.write(ctx, func(c *conn) error { return r.remove(c, kind, key) })
}

func (r *records) remove(c *conn, kind, key string) error {
	if err := c.exec("UPDATE revision SET last = last + 1"); err != nil {
		return err
	}
	return c.exec("DELETE FROM record WHERE kind = ? AND key = ?", text(kind), text(key))
}

// List implements store.Records.
func (r *records) List(ctx context.Context, kind, after string, limit int) (keys []string, err error) {
	err = r.read(ctx, func(c *conn) error {
		return c.query("SELECT key FROM record WHERE kind = ? AND key > ? AND "+isValid+" ORDER BY key LIMIT ?+0",
			[]value{text(kind), text(after), r.now(), num(int64(limit))}, func(row row) error {
				keys = append(keys, row.text(0))
				return nil
			})
	})
	return keys, err
}
