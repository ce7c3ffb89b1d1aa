package store

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/granary-fhir/granary/search"
)

// NotIndexed says that resources may be there whose entries under a parameter are not
// made yet, so that nothing can be said by it: the IG package that it came with was
// installed, and the reindex that follows has not come to its end.
type NotIndexed struct {
	Param   *search.Param
	Percent int // how far the reindex is, about
}

func (e *NotIndexed) Error() string {
	return fmt.Sprintf("the search parameter %s of the IG package %s is being indexed: about %d%% of the data are done; try again later",
		e.Param.Name(), e.Param.Package, e.Percent)
}

// Is tells that it passes, as what is unavailable does.
func (e *NotIndexed) Is(target error) bool { return target == ErrUnavailable }

// ErrShutOut says that the store's index is made otherwise than this process makes it, which must
// write nothing. It wraps ErrUnavailable.
var ErrShutOut = fmt.Errorf("%w: the IG packages, or the version, with which this process was started are no longer those of the store; start it again", ErrUnavailable)

// indexing is what a process knows of how the entries in the store were made. It is what the
// record of bases said, by its revision: whoever relies on it compares that, in the state
// that is read or changed.
type indexing struct {
	basis    string
	packaged []*search.Param
	state    atomic.Pointer[indexState]
	stale    atomic.Bool // another revision was met than that of the state
	progress atomic.Pointer[Reindexed]
}

// indexState is what one revision of the record says.
type indexState struct {
	revision int64
	shut     bool                   // this process may not write
	pending  map[*search.Param]bool // parameters of packages under which entries may be missing or wrong
}

func newIndexing(basis string, packaged []*search.Param) *indexing {
	x := &indexing{basis: basis, packaged: packaged}
	x.state.Store(&indexState{revision: -1})
	x.progress.Store(&Reindexed{})
	return x
}

// note takes in what the record says.
func (x *indexing) note(kept bases) *indexState {
	state := &indexState{revision: kept.revision, shut: !kept.mayWrite(x.basis), pending: map[*search.Param]bool{}}
	for _, basis := range kept.Of {
		if basis == x.basis {
			continue
		}
		same := make(map[string]bool)
		for _, name := range kept.Packaged[basis] {
			same[name] = true
		}
		for _, p := range x.packaged {
			if !same[packagedName(p)] {
				state.pending[p] = true
			}
		}
	}
	x.state.Store(state)
	return state
}

// percent is how far the reindex is.
func (x *indexing) percent() int {
	at := x.progress.Load()
	return int(100 * at.Done / max(at.Total, 1))
}

// refresh reads the record again, outside of any state, where it is known to have
// changed. Until that was done the process answers nothing by parameters of packages.
func (s *Store) refresh(ctx context.Context) {
	if s.indexing.stale.CompareAndSwap(true, false) {
		if _, err := s.keptBases(ctx); err != nil {
			s.indexing.stale.Store(true)
		}
	}
}

// basesName is the name of the record.
var basesName = RecordName{basesKind, basesKey}

// mayWrite refuses the writes of a process that derives otherwise than the store's index
// is made: in the transaction that writes, since a reindex that has shut it out relies on
// it. Revision is that of the bases in the transaction.
func (s *Store) mayWrite(ctx context.Context, w Writer, revision int64) error {
	state := s.indexing.state.Load()
	if state.revision != revision && revision != 0 {
		record, err := w.Records().Get(ctx, basesKind, basesKey)
		if err != nil {
			return err
		}
		kept, err := basesIn(record)
		if err != nil {
			return err
		}
		state = s.indexing.note(kept)
	}
	if state.shut {
		return ErrShutOut
	}
	return nil
}

// standsToWrite asks for the standing on a state that is about to be changed, and whether this
// process may write: the two ask the records at once.
func (v *View) standsToWrite(ctx context.Context, w Writer) error {
	revision := int64(-1)
	ask := func(ctx context.Context, of ...RecordName) ([]int64, error) {
		all := slices.Concat(of, []RecordName{basesName})
		found, err := w.Revisions(ctx, all...)
		if err != nil {
			return nil, err
		}
		revision = found[len(of)]
		return found[:len(of)], nil
	}
	err := v.trace.Aside(func() error {
		if v.standing != nil {
			if err := v.standing(ctx, ask); err != nil {
				return err
			}
		}
		if revision >= 0 {
			return nil
		}
		_, err := ask(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return v.store.mayWrite(ctx, w, revision)
}
