package sqlite

import (
	"cmp"
	"context"
	"slices"
)

// change is a change of an index that waits until the transaction settles.
type change struct {
	indexRow
	rid     int64
	nth     int // in the order of changes: of the same row the later one counts
	removed bool
}

// compare is the order in which changes are made.
func (c *change) compare(d *change) int {
	if by := c.indexRow.compare(&d.indexRow); by != 0 {
		return by
	}
	if by := cmp.Compare(c.rid, d.rid); by != 0 {
		return by
	}
	return cmp.Compare(c.nth, d.nth)
}

// maxUnsettled is how many changes are kept in memory.
const maxUnsettled = 100_000

// reindex changes the indexes from the rows of one version to those of the next.
// Most updates leave most of them where they are.
func (t *tx) reindex(rid int64, before, after []indexRow) error {
	for _, row := range before {
		if !among(after, row) {
			t.unsettle(change{indexRow: row, rid: rid, removed: true})
		}
	}
	for _, row := range after {
		if !among(before, row) {
			t.unsettle(change{indexRow: row, rid: rid})
		}
	}
	if len(t.unsettled) > maxUnsettled {
		return t.settleIndex()
	}
	return nil
}

// among tells whether a row is in a sorted list.
func among(rows []indexRow, row indexRow) bool {
	_, ok := slices.BinarySearchFunc(rows, row, indexRow.compareAll)
	return ok
}

func (t *tx) unsettle(c change) {
	c.nth = len(t.unsettled)
	if c.nth == cap(t.unsettled) { // append alone would copy a long list five times
		t.unsettled = slices.Grow(t.unsettled, max(64, c.nth))
	}
	t.unsettled = append(t.unsettled, c)
}

// settleIndex changes the indexes in the order of their keys, so that what many
// resources change in a page of a tree is changed at once: a transaction of many
// would else come back to thousands of pages again and again.
func (t *tx) settleIndex() error {
	if len(t.unsettled) == 0 {
		return nil
	}
	t.conn.interruptible(context.Background())
	order := make([]*change, len(t.unsettled)) // changes are large: to sort them would be to copy them
	for i := range order {
		order[i] = &t.unsettled[i]
	}
	slices.SortFunc(order, (*change).compare)
	for rest := order; len(rest) > 0; {
		n, err := t.settleAlike(rest)
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	t.unsettled = t.unsettled[:0]
	return nil
}

// settleAlike makes the changes at the beginning of the list that are made by one
// statement, and tells how many these are.
func (t *tx) settleAlike(list []*change) (n int, err error) {
	x, removed := indexes[list[0].index], list[0].removed
	text := x.insert
	if removed {
		text = x.remove
	}
	err = t.conn.repeat(text, func(bind func(i int, v value)) bool {
		if n == len(list) || list[n].index != list[0].index || list[n].removed != removed {
			return false
		}
		x.bind(*list[n], bind)
		n++
		return true
	})
	return n, err
}
