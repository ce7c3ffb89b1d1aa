package sqlite

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var _ store.Checker = (*Backend)(nil)

// Check implements store.Checker. It goes once through everything in the order in
// which it lies there, and compares indexes by the sums of their rows; only where
// these differ does it look for the rows. Its memory does not depend on how much
// there is.
func (b *Backend) Check(ctx context.Context, indexer store.Indexer, found func(store.Finding)) (store.Checked, error) {
	var checked store.Checked
	err := b.read(ctx, func(c *conn) error {
		x := b.newCheck(c, indexer, found)
		err := x.run()
		if errors.Is(err, store.ErrDamaged) { // integrity has said so, as far as it can tell
			x.lost(fmt.Sprintf("the database cannot be read to its end: %v", err))
			err = nil
		}
		checked = x.checked
		return err
	})
	return checked, err
}

// check is one run through a state of the database.
type check struct {
	*judge
	registry    *search.Registry
	found       func(store.Finding)
	checked     store.Checked
	should, are sums
	unreadable  [len(holders)]bool // indexes: that is a finding of its own
	ended       []closing          // what chain found to be wrong
}

func (b *Backend) newCheck(c *conn, indexer store.Indexer, found func(store.Finding)) *check {
	seed := maphash.MakeSeed()
	x := &check{judge: b.newJudge(c, indexer), registry: b.registry, found: found}
	x.should.seed, x.are.seed = seed, seed
	return x
}

func (x *check) run() error {
	for _, pass := range []func() error{
		x.integrity, x.chains, x.targets, x.currents, x.supersededs, x.indexes, x.name,
	} {
		if err := pass(); err != nil {
			return err
		}
	}
	return nil
}

func (x *check) lost(text string)    { x.found(store.Finding{Kind: store.Lost, Text: text}) }
func (x *check) damaged(text string) { x.found(store.Finding{Kind: store.Damaged, Text: text}) }

// currents judges all resources, and sums the rows by which they should be found.
func (x *check) currents() error {
	return x.eachCurrent(always, func(s *stored) error {
		if s.version.Version > 0 {
			x.checked.Resources++
		}
		j, err := x.of(s, false)
		if err != nil {
			return err
		}
		for _, f := range j.findings {
			x.found(f)
		}
		caring, err := x.careRows(s)
		if err != nil {
			return err
		}
		for _, row := range single(append(j.rows, caring...)) {
			x.should.add(held{row, s.rid})
		}
		return nil
	})
}

// eachCurrent calls yield for the rows of res, in their order, that satisfy a
// condition.
func (x *judge) eachCurrent(where fragment, yield func(*stored) error) error {
	for last := int64(0); ; {
		next := concat(sql(" WHERE r.rid > ? AND ", num(last)), where, sql(" ORDER BY r.rid LIMIT ?", num(batchRows)))
		rows, err := currentRow.read(x.conn, next, batchRows)
		if err != nil || len(rows) == 0 {
			return err
		}
		derive(rows, x.indexer)
		for _, s := range rows {
			if err := yield(s); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1].rid
	}
}

// supersededs judges all superseded versions.
func (x *check) supersededs() error {
	for last := int64(0); ; {
		rows, err := supersededRow.read(x.conn, sql(" WHERE v.vrid > ? ORDER BY v.vrid LIMIT ?", num(last), num(batchRows)), batchRows)
		if err != nil || len(rows) == 0 {
			return err
		}
		derive(rows, x.indexer)
		for _, s := range rows {
			x.checked.Versions++
			j, err := x.of(s, true)
			if err != nil {
				return err
			}
			for _, f := range j.findings {
				x.found(f)
			}
		}
		last = rows[len(rows)-1].id
	}
}

// indexes sums the rows that the indexes hold.
func (x *check) indexes() error {
	for of := range holders {
		err := x.eachHeld(index(of), func(row held) error {
			x.are.add(row)
			return nil
		})
		if errors.Is(err, store.ErrDamaged) {
			x.unreadable[of] = true
			x.found(store.Finding{Kind: unreadableKind(index(of)), Text: fmt.Sprintf("index %s cannot be read: %v", index(of), err)})
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unreadableKind: only the full-text index can be emptied whatever is in it.
func unreadableKind(of index) store.FindingKind {
	if of == words {
		return store.Damaged
	}
	return store.Lost
}

func (x *judge) eachHeld(of index, yield func(held) error) error {
	if of == words {
		if err := showWords(x.conn); err != nil {
			return err
		}
	}
	return x.conn.query(holders[of].query, nil, func(r row) error { return yield(holders[of].read(r)) })
}
