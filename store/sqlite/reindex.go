package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// place is where a reindex has come to. Superseded versions come last: whatever
// is superseded meanwhile is still ahead.
type place struct {
	superseded bool
	after      int64 // a rid, then a vrid
}

func (p place) encode() store.Position {
	phase := byte(0)
	if p.superseded {
		phase = 1
	}
	return binary.AppendVarint([]byte{phase}, p.after)
}

func decodePlace(p store.Position) (place, error) {
	if p == nil {
		return place{}, nil
	}
	if len(p) > 1 {
		if after, n := binary.Varint(p[1:]); n == len(p)-1 && p[0] <= 1 {
			return place{p[0] == 1, after}, nil
		}
	}
	return place{}, errors.New("this is no position of a reindex")
}

// Reindex implements store.Checker. What is as it should be is read only: the
// writer is asked for what is not.
func (b *Backend) Reindex(ctx context.Context, indexer store.Indexer, after store.Position, limit int) (store.Reindexed, error) {
	at, err := decodePlace(after)
	if err != nil {
		return store.Reindexed{}, err
	}
	var done store.Reindexed
	var stale []*stored
	var next *place
	err = b.read(ctx, func(c *conn) (err error) {
		x := b.newJudge(c, indexer)
		if stale, next, done.Looked, err = x.stale(at, limit); err != nil {
			return err
		}
		return x.progress(next, &done)
	})
	if err != nil {
		return store.Reindexed{}, err
	}
	if next != nil {
		done.Next = next.encode()
	}
	done.Written = int64(len(stale))
	return done, b.renew(ctx, indexer, at.superseded, stale)
}

// stale reads on from a place, and returns the rows that are not as they should
// be, the next place, and how many rows it has read.
func (x *judge) stale(at place, limit int) (stale []*stored, next *place, looked int64, err error) {
	of, where := currentRow, " WHERE r.rid > ? AND r.ver > 0 ORDER BY r.rid LIMIT ?"
	if at.superseded {
		of, where = supersededRow, " WHERE v.vrid > ? ORDER BY v.vrid LIMIT ?"
	}
	rows, err := of.read(x.conn, sql(where, num(at.after), num(int64(limit))), limit)
	switch {
	case err != nil:
		return nil, nil, 0, err
	case len(rows) > 0:
		next = &place{at.superseded, rows[len(rows)-1].id}
	case !at.superseded:
		next = &place{superseded: true}
	}
	derive(rows, x.indexer)
	for _, s := range rows {
		is, err := x.isStale(s, at.superseded)
		if err != nil {
			return nil, nil, 0, err
		}
		if is {
			stale = append(stale, s)
		}
	}
	return stale, next, int64(len(rows)), nil
}

// isStale tells whether the entries of a row are not right, or not in the indexes.
func (x *judge) isStale(s *stored, superseded bool) (bool, error) {
	j, err := x.of(s, superseded)
	if err != nil {
		return false, err
	}
	for _, f := range j.findings {
		if f.Kind != store.Lost {
			return true, nil
		}
	}
	if superseded {
		return false, nil
	}
	for _, row := range j.rows {
		if there, err := x.isHeld(change{indexRow: row, rid: s.rid}); err != nil || !there {
			return !there, err
		}
	}
	should, err := x.careRows(s)
	if err != nil {
		return false, err
	}
	are, err := x.heldCare(s.rid)
	return len(compareRows(single(should), single(are))) > 0, err
}

// present are the queries for a row of an index.
var present = func() (queries [len(indexes)]string) {
	for i := range queries {
		queries[i] = "SELECT 1" + strings.TrimPrefix(indexes[i].remove, "DELETE")
	}
	queries[words] = "SELECT 1 FROM words_docsize WHERE id = ?1"
	return queries
}()

// isHeld tells whether an index holds a row; of words, whether it holds any.
func (d *dictionary) isHeld(c change) (bool, error) {
	c.removed = true // as for removing: words are known by their resource
	return d.conn.first(present[c.index], boundTo(c), noColumns)
}

// boundTo are the values of the statement that makes a change.
func boundTo(c change) []value {
	values := make([]value, 0, 5)
	indexes[c.index].bind(c, func(i int, v value) {
		for len(values) < i {
			values = append(values, null)
		}
		values[i-1] = v
	})
	return values
}

// progress counts versions by their rows' ids: there are few gaps.
func (x *judge) progress(next *place, done *store.Reindexed) error {
	var current, superseded int64
	_, err := x.conn.first("SELECT (SELECT coalesce(max(rid), 0) FROM res), (SELECT coalesce(max(vrid), 0) FROM version)", nil,
		func(r row) { current, superseded = r.int(0), r.int(1) })
	done.Total = current + superseded
	switch {
	case next == nil:
		done.Done = done.Total
	case next.superseded:
		done.Done = current + next.after
	default:
		done.Done = next.after
	}
	return err
}
