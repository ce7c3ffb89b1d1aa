package store

import (
	"context"
	"time"
)

// Records keeps small documents that are not FHIR: tokens, grants, keys,
// sessions. A record is named by kind and key, and vanishes for every caller at
// the instant it expires. Effects are durable and atomic, in this process and
// others.
type Records interface {
	// Get returns a record, or ErrNotFound.
	Get(ctx context.Context, kind, key string) (Record, error)

	// Revisions returns the revisions that records have at one instant, 0 where
	// there is none. It is far cheaper than Get: what was made of a record
	// remains good as long as its revision.
	Revisions(ctx context.Context, of ...RecordName) ([]int64, error)

	// Put writes a record whatever was there, and returns its revision.
	Put(ctx context.Context, kind, key string, value []byte, expires time.Time) (revision int64, err error)

	// Swap writes a record only if its revision is still the given one, or
	// if there is none where revision is 0; else ErrRecordChanged. It returns
	// the new revision, which no record of this name has had.
	Swap(ctx context.Context, kind, key string, revision int64, value []byte, expires time.Time) (int64, error)

	// Take returns a record and removes it: of all callers one gets it, and
	// the others ErrNotFound.
	Take(ctx context.Context, kind, key string) (Record, error)

	// Delete removes a record; that there is none is no error.
	Delete(ctx context.Context, kind, key string) error

	// List returns the keys of a kind in their order, from the first above
	// after on, at most limit.
	List(ctx context.Context, kind, after string, limit int) ([]string, error)
}

// Record is a stored document.
type Record struct {
	Value    []byte
	Revision int64     // grows with each write
	Expires  time.Time // zero for never
}

// RecordName is what a record is known by.
type RecordName struct{ Kind, Key string }
