package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

const (
	// servingBatch is how many versions a reindex beside requests makes anew in one
	// transaction: so long a write waits for it.
	servingBatch = 50
	// leaseTime is how long the others wait for a process that reindexes and is gone.
	leaseTime = 30 * time.Second
	// lookAgain is how often a process asks how the store's index was made.
	lookAgain = 2 * time.Second
)

// The record of who reindexes: one process at a time.
const leaseKind, leaseKey = "reindex", "lease"

// Serving is how KeepIndexed works, and whom it tells.
type Serving struct {
	// Every is how often the store is asked by what its index was made; 0 for two
	// seconds.
	Every time.Duration
	// Begun: this process begins, or goes on. Progress: how far it is, here or in another
	// process. Settled: all is indexed as this process does it. Failed: it ended with an
	// error, and is tried again.
	Begun, Settled func()
	Progress       func(Reindexed)
	Failed         func(error)
}

// lags tells whether the IG packages of another basis are not this one's: entries are
// there that were made with other parameters.
func (s *Store) lags(kept bases) bool {
	return slices.ContainsFunc(kept.Of, func(basis string) bool {
		return basis != s.basis && !slices.Equal(kept.Packaged[basis], s.packaged)
	})
}

// Lags tells whether the index was made with other IG packages than this process has, and
// so must be made anew: KeepIndexed does.
func (s *Store) Lags(ctx context.Context) (bool, error) {
	kept, err := s.keptBases(ctx)
	return err == nil && s.lags(kept), err
}

// KeepIndexed sees to it that the store's index is made with the IG packages of this
// process, until ctx is done: if it is not, it is made anew, by one of all processes that
// have the store open, in small steps beside all else that they do. Requests that ask by
// a parameter of a package are refused until then (*NotIndexed).
func (s *Store) KeepIndexed(ctx context.Context, tell Serving) {
	lagged := false
	for {
		lags, err := s.catchUp(ctx, &lagged, tell)
		// While nothing is to be made anew, a store that is away has failed at nothing.
		if err != nil && ctx.Err() == nil && (lagged || !errors.Is(err, ErrUnavailable)) {
			tell.Failed(err)
		}
		if lagged && !lags && err == nil {
			lagged = false
			s.indexing.progress.Store(&Reindexed{})
			tell.Settled()
		}
		if sleep(ctx, cmp.Or(tell.Every, lookAgain)) != nil {
			return
		}
	}
}

// catchUp reindexes, unless there is no need or another process does so: one that was
// started later with other packages, or has the lease. It tells whether there still is one.
func (s *Store) catchUp(ctx context.Context, lagged *bool, tell Serving) (lags bool, err error) {
	kept, err := s.keptBases(ctx)
	if err != nil || !s.lags(kept) {
		return false, err
	}
	*lagged = true
	if !kept.newest(s.basis) {
		return true, s.lookOn(ctx, tell)
	}
	lease, err := s.lease(ctx)
	if errors.Is(err, ErrRecordChanged) {
		return true, s.lookOn(ctx, tell)
	}
	if err != nil {
		return true, err
	}
	defer lease.give(context.WithoutCancel(ctx))
	if kept, err = s.keptBases(ctx); err != nil || !s.lags(kept) || !kept.newest(s.basis) { // another process was first
		return err == nil && s.lags(kept), err
	}
	tell.Begun()
	_, err = s.reindex(ctx, pace{servingBatch, lease.rest}, false, tell.Progress)
	return err != nil, err
}

// lookOn reads how far another process is.
func (s *Store) lookOn(ctx context.Context, tell Serving) error {
	record, err := s.Records().Get(ctx, reindexKind, reindexKey)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var at unfinished
	if err := json.Unmarshal(record.Value, &at); err != nil {
		return nil // that process will say so
	}
	progress := Reindexed{Done: at.Done, Total: at.Total}
	s.indexing.progress.Store(&progress)
	tell.Progress(progress)
	return nil
}

// Indexing tells how far the reindex is, and under which parameters of IG packages
// nothing can be asked until then; none if all is indexed.
func (s *Store) Indexing() (pending []string, at Reindexed) {
	for p := range maps.Keys(s.indexing.state.Load().pending) {
		if !p.Derived {
			pending = append(pending, p.Name())
		}
	}
	slices.Sort(pending)
	return pending, *s.indexing.progress.Load()
}

// lease is the right to reindex beside requests, as long as it is renewed.
type lease struct {
	store    *Store
	revision int64
	renewed  time.Time
}

// lease takes the lease; ErrRecordChanged if another process has it.
func (s *Store) lease(ctx context.Context) (*lease, error) {
	l := &lease{store: s}
	return l, l.renew(ctx)
}

func (l *lease) renew(ctx context.Context) (err error) {
	l.renewed = time.Now()
	l.revision, err = l.store.Records().Swap(ctx, leaseKind, leaseKey, l.revision, []byte("held"), l.store.backend.Now().Add(leaseTime))
	return err
}

// rest lets others have the machine for as long as a batch had it.
func (l *lease) rest(ctx context.Context, took time.Duration) error {
	if time.Since(l.renewed) > leaseTime/6 {
		if err := l.renew(ctx); err != nil {
			return err
		}
	}
	return sleep(ctx, min(took, time.Second))
}

// give gives the lease back. What fails then ends by itself.
func (l *lease) give(ctx context.Context) {
	_, _ = l.store.Records().Swap(ctx, leaseKind, leaseKey, l.revision, []byte("held"), l.store.backend.Now().Add(-time.Second))
}
