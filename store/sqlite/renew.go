package sqlite

import (
	"bytes"
	"context"
	"errors"

	"github.com/granary-fhir/granary/store"
)

// renewal makes entries and rows anew in a transaction. Unlike a write it takes
// nothing for granted: a row may be there already, or be gone.
type renewal struct {
	*tx
	indexer store.Indexer
}

// renewing runs fn in a transaction of the writer.
func (b *Backend) renewing(ctx context.Context, indexer store.Indexer, fn func(*renewal) error) error {
	return b.write(ctx, func(c *conn, allocated *ids) error {
		n := &renewal{&tx{snapshot: b.snapshot(c, *allocated)}, indexer}
		if err := n.mayWrite(ctx); err != nil {
			return err
		}
		return fn(n)
	})
}

// renew makes rows anew that were found to be stale.
func (b *Backend) renew(ctx context.Context, indexer store.Indexer, superseded bool, stale []*stored) error {
	if len(stale) == 0 {
		return nil
	}
	return b.renewing(ctx, indexer, func(n *renewal) error {
		for _, s := range stale {
			renew := n.current
			if superseded {
				renew = n.superseded
			}
			if err := renew(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// current makes a resource anew as it is now.
func (n *renewal) current(s *stored) error {
	now, err := n.now(s.rid, s)
	if err != nil || now == nil {
		return err
	}
	before, after, err := n.rewrite(now)
	if err != nil {
		return err
	}
	return n.apply(s.rid, before, after)
}

// now reads a row again. What was derived from its version is taken over; nil if
// there is no such row.
func (n *renewal) now(rid int64, was *stored) (*stored, error) {
	rows, err := currentRow.read(n.conn, sql(" WHERE r.rid = ?", num(rid)), 1)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	now := rows[0]
	if was != nil && was.version.Version == now.version.Version {
		now.indexed, now.flaws, now.err = was.indexed, was.flaws, was.err
	} else {
		derive(rows, n.indexer)
	}
	return now, nil
}

// rewrite puts the entries and care relationships of a row right. It returns the
// rows of indexes that went with the entries as they were, as far as these can be
// read, and those that go with what they are.
func (n *renewal) rewrite(s *stored) (before, after []indexRow, err error) {
	switch {
	case s.version.Version == 0:
		return nil, nil, nil
	case s.version.Deleted:
		if after, err = n.grave(s.rid, s.version.Type, s.version.Version); errors.Is(err, errDamaged) {
			err = nil // until that version is made anew
		}
	default:
		is, err := n.currentRows(current{rid: s.rid, sort: s.sort, entries: s.entries, version: s.version})
		if err != nil && !errors.Is(err, errDamaged) {
			return nil, nil, err
		}
		if !s.hasBody || s.err != nil {
			return nil, is, nil
		}
		before = is
		if after, err = n.entries(s); err != nil {
			return nil, nil, err
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return before, after, n.relate(relation{s.version.Key, s.indexed.Relationships})
}

// entries writes the entries of a live resource, and returns the rows that go with
// them.
func (n *renewal) entries(s *stored) ([]indexRow, error) {
	should, err := n.resolve(s.indexed.Entries, s.indexed.Charts)
	if err != nil {
		return nil, err
	}
	packed, sort := should.pack(), s.indexed.Entries.Sort
	if !bytes.Equal(packed, s.entries) || sort != s.sort {
		if err := n.conn.exec("UPDATE res SET e = ?, sort = ? WHERE rid = ?", blob(packed), num(sort), num(s.rid)); err != nil {
			return nil, err
		}
	}
	return n.indexRows(s.version.Type, should, sort)
}

// superseded makes a superseded version anew. If it was the last live one before
// a deletion, the resource is in its charts' graves.
func (n *renewal) superseded(s *stored) error {
	if !s.hasBody || s.err != nil {
		return nil
	}
	should, err := n.resolve(s.indexed.Entries, s.indexed.Charts)
	if err != nil {
		return err
	}
	now, err := n.header(s.version.Key)
	if err != nil {
		return err
	}
	before, err := n.graveOf(now)
	if err != nil {
		return err
	}
	if err := n.conn.exec("UPDATE version SET e = ? WHERE vrid = ?", blob(should.pack()), num(s.id)); err != nil {
		return err
	}
	after, err := n.graveOf(now)
	if err != nil {
		return err
	}
	return n.apply(s.rid, before, after)
}

// graveOf are the rows of a deleted resource, none of one that is live.
func (n *renewal) graveOf(now current) ([]indexRow, error) {
	if !now.version.Deleted {
		return nil, nil
	}
	rows, err := n.grave(now.rid, now.version.Type, now.version.Version)
	if errors.Is(err, errDamaged) {
		return nil, nil
	}
	return rows, err
}

// apply removes the rows that are not among those that there should be, and sees
// to it that these are there. Both are sorted.
func (n *renewal) apply(rid int64, before, after []indexRow) error {
	for _, row := range before {
		if !among(after, row) {
			if err := n.remove(rid, row); err != nil {
				return err
			}
		}
	}
	for _, row := range after {
		c := change{indexRow: row, rid: rid}
		there, err := n.isHeld(c)
		if err == nil && row.index == words && !among(before, row) {
			there = false // which words are there is not known
		}
		if err == nil && !there {
			err = n.put(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *renewal) remove(rid int64, row indexRow) error {
	c := change{indexRow: row, rid: rid, removed: true}
	return n.conn.exec(indexes[row.index].remove, boundTo(c)...)
}

// put writes a row, in place of one with the same key.
func (n *renewal) put(c change) error {
	if c.index == words {
		if err := n.remove(c.rid, c.indexRow); err != nil {
			return err
		}
	}
	return n.conn.exec(indexes[c.index].insert, boundTo(c)...)
}
