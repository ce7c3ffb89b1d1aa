package sqlite

import (
	"context"
	"errors"
	"slices"

	"github.com/granary-fhir/granary/store"
)

// repairBatch is how many rows one transaction of a repair puts right.
const repairBatch = 250

// Repair implements store.Checker.
func (b *Backend) Repair(ctx context.Context, indexer store.Indexer, progress func(store.Reindexed)) error {
	r := repair{ctx, b, indexer, progress}
	for _, step := range []func() error{r.remakeIndexes, r.close, r.lead, r.reindex, r.sweep} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type repair struct {
	ctx      context.Context
	backend  *Backend
	indexer  store.Indexer
	progress func(store.Reindexed)
}

// look reads with a check whose findings are of no interest.
func (r repair) look(fn func(*check) error) error {
	return r.backend.read(r.ctx, func(c *conn) error {
		return fn(r.backend.newCheck(c, r.indexer, func(store.Finding) {}))
	})
}

func (r repair) write(fn func(*renewal) error) error {
	return r.backend.renewing(r.ctx, r.indexer, fn)
}

// remakeIndexes makes SQLite's own indexes anew that it complains of, and empties
// the full-text index if that is not readable: reindex fills it.
func (r repair) remakeIndexes() error {
	var complaints []complaint
	err := r.look(func(x *check) (err error) {
		if complaints, err = integrity(x.conn); err != nil {
			return err
		}
		if err := x.eachHeld(words, func(held) error { return nil }); errors.Is(err, store.ErrDamaged) {
			complaints = append(complaints, complaint{words: true})
		} else if err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	var broken []string
	for _, c := range complaints {
		if c.index != "" && !slices.Contains(broken, c.index) {
			broken = append(broken, c.index)
		}
	}
	for _, name := range broken { // \w+, and SQLite's own word for it
		if err := r.write(func(n *renewal) error { return n.conn.exec(`REINDEX "` + name + `"`) }); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(complaints, func(c complaint) bool { return c.words }) {
		return r.emptyWords()
	}
	return nil
}

func (r repair) emptyWords() error {
	return r.write(func(n *renewal) error { return n.conn.exec("INSERT INTO words(words) VALUES('delete-all')") })
}

// close puts right what superseded versions say of their end.
func (r repair) close() error {
	var wrong []closing
	err := r.look(func(x *check) error {
		err := x.chains()
		wrong = x.ended
		return err
	})
	if err != nil {
		return err
	}
	return inBatches(r, wrong, func(n *renewal, c closing) error {
		return n.conn.exec("UPDATE version SET ended = ?, type = ? WHERE vrid = ?", num(c.ended), text(c.typ), num(c.vrid))
	})
}

// lead makes terms lead to the resources that they name.
func (r repair) lead() error {
	var wrong []target
	err := r.look(func(x *check) error {
		return x.wrongTargets(func(t target) error {
			wrong = append(wrong, t)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return inBatches(r, wrong, func(n *renewal, t target) (err error) {
		if t.missing != (store.Key{}) {
			if t.rid, err = n.makeResource(t.missing); err != nil {
				return err
			}
		}
		to := null
		if t.rid != 0 {
			to = num(t.rid)
		}
		return n.conn.exec("UPDATE term SET target = ? WHERE id = ?", to, num(t.term))
	})
}

// inBatches writes for each of a list, some in a transaction.
func inBatches[T any](r repair, list []T, write func(*renewal, T) error) error {
	for batch := range slices.Chunk(list, repairBatch) {
		err := r.write(func(n *renewal) error {
			for _, item := range batch {
				if err := write(n, item); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reindex makes all entries anew, and adds the rows that are missing.
func (r repair) reindex() error {
	for after := store.Position(nil); ; {
		done, err := r.backend.Reindex(r.ctx, r.indexer, after, repairBatch)
		if err != nil {
			return err
		}
		r.progress(done)
		if after = done.Next; after == nil {
			return nil
		}
	}
}

// sweep removes the rows that there should not be.
func (r repair) sweep() error {
	for range 2 {
		wordsToo, err := r.sweepOnce()
		if err != nil || !wordsToo {
			return err
		}
	}
	// There are words of which FTS5 does not know whose they are.
	if err := r.emptyWords(); err != nil {
		return err
	}
	return r.reindex()
}

// sweepOnce tells whether it has found words among them.
func (r repair) sweepOnce() (wordsToo bool, err error) {
	err = r.look(func(x *check) error {
		if err := x.currents(); err != nil {
			return err
		}
		if err := x.indexes(); err != nil {
			return err
		}
		suspects := x.suspects()
		for _, round := range x.rounds(suspects) {
			var all []wrong
			err := x.differences(suspects, round, func(w wrong) error {
				all = append(all, w)
				wordsToo = wordsToo || w.has(words)
				return nil
			})
			if err != nil {
				return err
			}
			if err := inBatches(r, all, (*renewal).right); err != nil {
				return err
			}
		}
		return nil
	})
	return wordsToo, err
}

func (w wrong) has(of index) bool {
	return slices.ContainsFunc(w.differences, func(d difference) bool { return d.index == of })
}

// right removes what is held and should not be, as the resource is now.
func (n *renewal) right(w wrong) error {
	now, err := n.now(w.rid, w.stored)
	if err != nil {
		return err
	}
	var after []indexRow
	if now != nil {
		if _, after, err = n.rewrite(now); err != nil {
			return err
		}
	}
	if (w.has(care) || w.has(member)) && (now == nil || now.version.Version == 0) {
		if err := n.unrelate(w.rid); err != nil {
			return err
		}
	}
	before := slices.DeleteFunc(slices.Clone(w.held), func(row indexRow) bool { return row.index >= words })
	if w.has(words) { // all of them or none
		if err := n.remove(w.rid, indexRow{index: words}); err != nil {
			return err
		}
	}
	return n.apply(w.rid, before, after)
}
