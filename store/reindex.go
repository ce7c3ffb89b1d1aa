package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// reindexBatch is how many versions one transaction makes anew, so that
	// others soon get their turn.
	reindexBatch = 250
	// reindexSave is how often the place is kept: what is done since the last
	// time is done again after a crash.
	reindexSave = time.Second
)

// The record of an unfinished reindex.
const reindexKind, reindexKey = "reindex", "unfinished"

// unfinished is where a reindex has come to.
type unfinished struct {
	Basis   string   `json:"basis"` // under which it began
	After   Position `json:"after"`
	Looked  int64    `json:"looked"`
	Written int64    `json:"written"`
	Done    int64    `json:"done"` // with Total: for those who look on
	Total   int64    `json:"total"`
}

// Reindex makes the entries of all versions anew from their bodies, also while
// the store is in use. It goes on where an earlier one was interrupted, unless
// that began under another base URL or on another basis, another granary has opened
// the store since, or restart says so. It returns how far it came, which is not the
// end if there is an error.
//
// Processes that derive otherwise, and have the store open, cannot write any more from
// its beginning on.
func (s *Store) Reindex(ctx context.Context, restart bool, progress func(Reindexed)) (Reindexed, error) {
	return s.reindex(ctx, pace{reindexBatch, func(context.Context, time.Duration) error { return nil }}, restart, progress)
}

// pace is how a reindex shares the machine with others.
type pace struct {
	batch int                                                 // versions
	rest  func(ctx context.Context, took time.Duration) error // called behind each batch, which took so long
}

func (s *Store) reindex(ctx context.Context, p pace, restart bool, progress func(Reindexed)) (Reindexed, error) {
	c, err := s.checker()
	if err != nil {
		return Reindexed{}, err
	}
	since, err := s.claim(ctx)
	if err != nil {
		return Reindexed{}, err
	}
	at, err := s.unfinishedReindex(ctx, restart, since)
	if err != nil {
		return Reindexed{}, err
	}
	if err := s.outlast(ctx, since); err != nil {
		return Reindexed{}, err
	}
	var done Reindexed
	for saved := time.Now(); ; {
		start := time.Now()
		batch, err := c.Reindex(ctx, s.indexAnew, at.After, p.batch)
		if err != nil {
			return done, errors.Join(err, s.keepReindex(context.WithoutCancel(ctx), at))
		}
		at.After, at.Looked, at.Written = batch.Next, at.Looked+batch.Looked, at.Written+batch.Written
		at.Done, at.Total = batch.Done, batch.Total
		done, done.Looked, done.Written = batch, at.Looked, at.Written
		s.indexing.progress.Store(&done)
		progress(done)
		if batch.Next == nil {
			return done, errors.Join(s.settle(ctx, since), s.Records().Delete(ctx, reindexKind, reindexKey))
		}
		if time.Since(saved) > reindexSave {
			if err := s.keepReindex(context.WithoutCancel(ctx), at); err != nil { // else who is stopped just now loses it
				return done, err
			}
			saved = time.Now()
		}
		if err := p.rest(ctx, time.Since(start)); err != nil {
			return done, errors.Join(err, s.keepReindex(context.WithoutCancel(ctx), at))
		}
	}
}

// outlast waits until nothing can be written any more by those whom a reindex has shut
// out.
func (s *Store) outlast(ctx context.Context, since bases) error {
	lingerer, ok := s.backend.(Lingerer)
	if !ok || since.Shut.IsZero() {
		return nil
	}
	return sleep(ctx, since.Shut.Add(lingerer.Linger()).Sub(s.backend.Now()))
}

// sleep returns after a while, or the context's error before.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unfinishedReindex is where to begin.
func (s *Store) unfinishedReindex(ctx context.Context, restart bool, since bases) (unfinished, error) {
	begin := unfinished{Basis: fmt.Sprintln(s.base, s.basis, since.revision)}
	if restart {
		return begin, nil
	}
	record, err := s.Records().Get(ctx, reindexKind, reindexKey)
	if errors.Is(err, ErrNotFound) {
		return begin, nil
	}
	if err != nil {
		return begin, err
	}
	var kept unfinished
	if err := json.Unmarshal(record.Value, &kept); err != nil || kept.Basis != begin.Basis {
		return begin, nil // an earlier granary's, or of what is no longer right
	}
	return kept, nil
}

func (s *Store) keepReindex(ctx context.Context, at unfinished) error {
	value, err := json.Marshal(at)
	if err != nil {
		return err
	}
	_, err = s.Records().Put(ctx, reindexKind, reindexKey, value, time.Time{})
	return err
}
