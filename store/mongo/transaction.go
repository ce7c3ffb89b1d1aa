package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/store"
)

// tx implements store.Writer.
type tx struct {
	*snapshot
	lane       int // the stripe that it touches
	reads      reads
	writes     writes
	locked     map[string]bool                        // the names of stripes that this attempt has touched
	relations  map[string][]compartments.Relationship // by source, for the end
	fresh      map[string]bool                        // resources that were never there before
	past       []document                             // superseded versions that are not yet written
	overwrites bool                                   // an attempt before found a document that was there
	heads      map[store.Key]head
	held       *held // without transactions: what is written at the end
	notes      []any // and, before it, what says so
}

// Write implements store.Backend.
func (b *Backend) Write(ctx context.Context, fn func(store.Writer) error) error {
	return b.write(ctx, func(t *tx) error { return fn(t) })
}

func (b *Backend) write(ctx context.Context, fn func(*tx) error) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.running.Done()
	limited, cancel := b.limited(ctx)
	defer cancel()
	pause, known := newPause(), newFootprint()
	for {
		again, err := b.turn(ctx, limited, known, fn)
		if again == nil {
			return err
		}
		b.counts.conflicts.Add(1)
		if pause.wait(limited) != nil {
			return gaveUp(ctx, again)
		}
	}
}

// gaveUp is the error of a Write that others, or the server, have kept from being done.
func gaveUp(ctx context.Context, why error) error {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	if passes(why) && !hasCode(why, codeWriteConflict) { // of the server
		return translate(ctx, why)
	}
	return &failure{store.ErrUnavailable, fmt.Errorf("other writes were in the way until the deadline: %w", why)}
}

// turn is an attempt, which waits for those of this process that are known to get in
// its way once one has failed. Again is why there must be another one.
func (b *Backend) turn(ctx, limited context.Context, known *footprint, fn func(*tx) error) (again, err error) {
	types := known.types()
	if b.standalone {
		types = []string{standaloneGate}
	}
	leave, err := b.gates.enter(limited, types)
	if err != nil {
		return nil, gaveUp(ctx, err)
	}
	defer leave()
	lane := b.lanes.take()
	defer func() { b.lanes.give(lane, again != nil) }()
	t, err := b.attempt(ctx, lane, known, fn)
	if again = t.again(err); again == nil {
		return nil, err
	}
	known.add(t)
	var lacking *missing
	if errors.As(again, &lacking) {
		if err := b.makeStripes(limited, lacking.types); err != nil {
			return nil, translate(limited, err)
		}
	}
	return again, err
}

// attempt runs the function in a transaction of its own.
func (b *Backend) attempt(ctx context.Context, lane int, known *footprint, fn func(*tx) error) (*tx, error) {
	s, err := b.begin(ctx)
	if err != nil {
		return nil, translate(ctx, err)
	}
	t := &tx{snapshot: s, lane: lane, overwrites: known.duplicate, heads: map[store.Key]head{}, fresh: map[string]bool{}}
	s.writes, s.answers = t, nil
	ended := false
	defer func() {
		if !ended { // a panic is on its way, too
			s.abort(ctx)
		}
	}()
	if err := t.lock(ctx, known.reads, known.writes); err != nil {
		return t, err
	}
	if err := fn(t); err != nil {
		return t, err
	}
	if s.broken != nil { // whatever fn made of it
		return t, translate(ctx, s.broken)
	}
	if err := t.finish(ctx); err != nil {
		return t, err
	}
	ended = true
	start := time.Now()
	if err := s.commit(ctx); err != nil {
		return t, s.ran(ctx, err)
	}
	b.options.Observer.committed(start)
	return t, nil
}

// again is why a failed attempt says nothing, and must be followed by another; nil if
// it says something.
func (t *tx) again(err error) error {
	var lacking *missing
	switch {
	case t == nil || err == nil:
		return nil
	case errors.As(err, &lacking), errors.Is(err, errOvertaken):
		return err
	case passes(t.broken), hasCode(t.broken, codeDuplicateKey), hasCode(t.broken, codeWriteConflict):
		return t.broken
	}
	return nil
}

// finish writes what was kept back, and makes conflicts of what was read.
func (t *tx) finish(ctx context.Context) error {
	if err := t.apply(ctx); err != nil {
		return err
	}
	if err := t.keepPast(ctx); err != nil {
		return err
	}
	if err := t.relate(ctx); err != nil {
		return err
	}
	return t.settle(ctx)
}

// Records implements store.Writer.
func (t *tx) Records() store.Records { return &records{t.backend, t} }
