package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/granary-fhir/granary/search"
)

// How much of a store is read at a time.
const (
	walkHeads    = 1000
	walkSpan     = 32 // versions of one resource
	walkReaders  = 8  // that read at the same time
	walkVersions = 250
	walkBytes    = 8 << 20
)

// span is some of the versions of a resource: from the first to the last.
type span struct {
	Key
	first, last int64
	ends        bool // there are none behind it
}

// batch is what one transaction of a copy writes, in the order in which it came about,
// and where the copy is then.
type batch struct {
	versions []Resource
	after    Key   // all versions of resources up to this one are in it, or were
	within   Key   // and of this one
	version  int64 // those up to this one
}

// spans goes through all versions behind a place: the resources in their order, and of
// each the oldest version first. Versions are counted from 1 without a gap.
func spans(ctx context.Context, w Walker, at unfinishedCopy) iter.Seq2[span, error] {
	return func(yield func(span, error) bool) {
		for after := at.After; ; {
			heads, err := w.Heads(ctx, after, walkHeads)
			if err != nil {
				yield(span{}, err)
				return
			}
			for _, head := range heads {
				first := int64(1)
				if head.Key == at.Within {
					first = at.Version + 1
				}
				for ; first <= head.Version; first += walkSpan {
					last := min(first+walkSpan-1, head.Version)
					if !yield(span{head.Key, first, last, last == head.Version}, nil) {
						return
					}
				}
			}
			if len(heads) < walkHeads {
				return
			}
			after = heads[len(heads)-1].Key
		}
	}
}

// batches reads all versions behind a place.
func (s *Store) batches(ctx context.Context, w Walker, at unfinishedCopy) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		b, size := batch{after: at.After, within: at.Within, version: at.Version}, 0
		var waiting []span
		// read adds the waiting spans to the batch, and hands it over when it is full.
		read := func(end bool) bool {
			found, err := s.readSpans(ctx, waiting)
			if err != nil {
				yield(batch{}, err)
				return false
			}
			for i, versions := range found {
				b.versions = append(b.versions, versions...)
				for _, v := range versions {
					size += len(v.Body)
				}
				b.within, b.version = waiting[i].Key, waiting[i].last
				if waiting[i].ends {
					b.after, b.within, b.version = waiting[i].Key, Key{}, 0
				}
				if len(b.versions) >= walkVersions || size >= walkBytes {
					if !yield(b, nil) {
						return false
					}
					b.versions, size = nil, 0
				}
			}
			waiting = nil
			return !end || len(b.versions) == 0 || yield(b, nil)
		}
		n := int64(0)
		for sp, err := range spans(ctx, w, at) {
			if err != nil {
				yield(batch{}, err)
				return
			}
			waiting = append(waiting, sp)
			if n += sp.last - sp.first + 1; n >= walkVersions {
				n = 0
				if !read(false) {
					return
				}
			}
		}
		read(true)
	}
}

// readSpans reads the versions of spans, several at the same time.
func (s *Store) readSpans(ctx context.Context, spans []span) ([][]Resource, error) {
	found := make([][]Resource, len(spans))
	group, ctx := errgroup.WithContext(ctx)
	for r := range min(walkReaders, len(spans)) {
		group.Go(func() error {
			return s.backend.Read(ctx, func(snapshot Snapshot) error {
				for i := r; i < len(spans); i += walkReaders {
					var err error
					if found[i], err = spans[i].read(ctx, snapshot); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	return found, group.Wait()
}

// read is nothing but the versions of the span, the oldest first.
func (sp span) read(ctx context.Context, s Snapshot) ([]Resource, error) {
	count := int(sp.last - sp.first + 1)
	versions, err := s.Versions(ctx, sp.Key, search.True, VersionPage{Before: sp.last + 1, Limit: count})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sp.Key, err)
	}
	slices.Reverse(versions)
	if len(versions) != count || versions[0].Version != sp.first {
		return nil, fmt.Errorf("%s: its versions %d to %d are not all there: granary check says more", sp.Key, sp.first, sp.last)
	}
	return versions, nil
}

// indexAll is the index of versions.
func (s *Store) indexAll(ctx context.Context, versions []Resource) ([]Indexed, error) {
	indexed := make([]Indexed, len(versions))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(walkReaders)
	for i, v := range versions {
		if v.Deleted {
			continue
		}
		group.Go(func() (err error) {
			if indexed[i], _, err = s.indexAnew(v); err != nil {
				return fmt.Errorf("%s/_history/%d: %w", v.Key, v.Version, err)
			}
			return ctx.Err()
		})
	}
	return indexed, group.Wait()
}

// readAhead is a batch that was read, or why it was not.
type readAhead struct {
	batch batch
	err   error
}

// ahead reads a batch while the one before it is looked at.
func ahead(ctx context.Context, batches iter.Seq2[batch, error]) <-chan readAhead {
	out := make(chan readAhead)
	go func() {
		defer close(out)
		for b, err := range batches {
			select {
			case out <- readAhead{b, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// namedRecord is a record with its name.
type namedRecord struct {
	RecordName
	Record
}

// recordsOf reads records, but for those that have expired meanwhile and those that are
// a database's own.
func (s *Store) recordsOf(ctx context.Context, names []RecordName) ([]namedRecord, error) {
	var found []namedRecord
	for _, name := range names {
		if own(name) {
			continue
		}
		record, err := s.Records().Get(ctx, name.Kind, name.Key)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, namedRecord{name, record})
	}
	return found, nil
}
