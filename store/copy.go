package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/compartments"
)

// Copying goes on how far a copy is. Total is about how much there is.
type Copying struct {
	Comparing   bool // all is copied, and both stores are read
	Done, Total int64
}

// copyRecords is how many records one transaction writes.
const copyRecords = 200

// copyPatience is how long a transaction waits for others. Those of a copy that was killed
// are ended by MongoDB after a minute
// (mongodb.com/docs/manual/reference/parameters: transactionLifetimeLimitSeconds).
const copyPatience = 2 * time.Minute

// The record of a copy that has not ended, in its target.
const copyKind, copyKey = "copy", "unfinished"

// unfinishedCopy is where a copy has come to. It is written with what it tells of.
type unfinishedCopy struct {
	Source  string      `json:"source"` // which store is copied: see Store.identity
	After   Key         `json:"after"`  // all versions of the resources up to this one are there
	Within  Key         `json:"within"` // and of this one
	Version int64       `json:"version"`
	Record  *RecordName `json:"record,omitempty"` // resources are done, and records up to this one
	Count   int64       `json:"count"`            // versions that are there
}

// own are the records that are about one database, and mean nothing in another one.
func own(name RecordName) bool {
	return name.Kind == sealingKind || name.Kind == basesKind || name.Kind == reindexKind || name.Kind == copyKind
}

// Copy writes all that a store holds to another one, which must be empty: every version
// as it was, with its number, time and verb, and every record with its expiry. Then it
// compares the two, and returns what there is. After an interruption it goes on where
// it was. Nobody else may write to either store meanwhile; if somebody does the
// comparison fails.
func Copy(ctx context.Context, from, to *Store, progress func(Copying)) (*Inventory, error) {
	c, err := newCopier(ctx, from, to, progress)
	if err != nil {
		return nil, err
	}
	if c.at.Record == nil {
		if err := c.copyResources(ctx); err != nil {
			return nil, err
		}
	}
	if err := c.copyRecords(ctx); err != nil {
		return nil, err
	}
	inventory, err := c.compare(ctx)
	if err != nil {
		return nil, err
	}
	return inventory, to.Records().Delete(ctx, copyKind, copyKey)
}

// copier is one run of Copy.
type copier struct {
	from, to       *Store
	source, target Walker
	at             unfinishedCopy
	total          int64
	progress       func(Copying)
}

func newCopier(ctx context.Context, from, to *Store, progress func(Copying)) (*copier, error) {
	source, ok := from.backend.(Walker)
	target, also := to.backend.(Walker)
	if !ok || !also {
		return nil, errors.New("this kind of store cannot be copied")
	}
	c := &copier{from: from, to: to, source: source, target: target, progress: progress}
	var err error
	if c.at, err = c.begin(ctx); err != nil {
		return nil, err
	}
	c.total, err = source.About(ctx)
	return c, err
}

// begin is where to go on; an error if the target holds anything but an unfinished copy
// of the source.
func (c *copier) begin(ctx context.Context) (unfinishedCopy, error) {
	begin := unfinishedCopy{}
	var err error
	if begin.Source, err = c.from.identity(ctx); err != nil {
		return begin, err
	}
	found, err := c.to.Records().Get(ctx, copyKind, copyKey)
	if errors.Is(err, ErrNotFound) {
		return begin, c.wantEmpty(ctx)
	}
	if err != nil {
		return begin, err
	}
	var kept unfinishedCopy
	if err := json.Unmarshal(found.Value, &kept); err != nil || kept.Source != begin.Source {
		return begin, fmt.Errorf("%w: it holds an unfinished copy of another store", ErrNotEmpty)
	}
	return kept, nil
}

// The errors of Copy.
var (
	// ErrNotEmpty: a copy needs a target of its own.
	ErrNotEmpty = errors.New("the target of the copy is not empty")
	// ErrCopyDiffers: what was copied is not what is there.
	ErrCopyDiffers = errors.New("the copy is not like its source")
)

func (c *copier) wantEmpty(ctx context.Context) error {
	heads, err := c.target.Heads(ctx, Key{}, 1)
	if err != nil {
		return err
	}
	if len(heads) > 0 {
		return fmt.Errorf("%w: it holds resources", ErrNotEmpty)
	}
	names, err := c.target.Names(ctx, RecordName{}, 10)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !own(name) && name != baseURLName {
			return fmt.Errorf("%w: it holds a record of kind %s", ErrNotEmpty, name.Kind)
		}
	}
	return nil
}

// baseURLName is the record of the base URL at which a store was served last. A store
// that has just been opened has it.
var baseURLName = RecordName{"server", "base-url"}

// identity tells stores apart, by the key for page links, which no two have.
func (s *Store) identity(ctx context.Context) (string, error) {
	key, err := keyOfSealer(ctx, s.Records())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte("granary copy "), key...))
	return hex.EncodeToString(sum[:8]), nil
}

// write runs fn in a transaction of the target, and keeps there where the copy is then.
func (c *copier) write(ctx context.Context, then unfinishedCopy, fn func(context.Context, Writer) error) error {
	value, err := json.Marshal(then)
	if err != nil {
		return err
	}
	patient, cancel := context.WithTimeout(ctx, copyPatience)
	defer cancel()
	err = c.to.backend.Write(patient, func(w Writer) error {
		if err := fn(patient, w); err != nil {
			return err
		}
		_, err := w.Records().Put(patient, copyKind, copyKey, value, time.Time{})
		return err
	})
	if err != nil {
		return err
	}
	c.at = then
	c.progress(Copying{Done: then.Count, Total: c.total})
	return nil
}

// copyResources copies what is behind the place where the copy is. The next batch is
// read while one is written.
func (c *copier) copyResources(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for read := range ahead(ctx, c.from.batches(ctx, c.source, c.at)) {
		if read.err != nil {
			return read.err
		}
		if err := c.writeBatch(ctx, read.batch); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	then := c.at
	then.Record = &RecordName{}
	return c.write(ctx, then, func(context.Context, Writer) error { return nil })
}

func (c *copier) writeBatch(ctx context.Context, b batch) error {
	indexed, err := c.to.indexAll(ctx, b.versions)
	if err != nil {
		return err
	}
	then := c.at
	then.After, then.Within, then.Version = b.after, b.within, b.version
	then.Count += int64(len(b.versions))
	return c.write(ctx, then, func(ctx context.Context, w Writer) error {
		relationships := make(map[Key][]compartments.Relationship)
		for i, v := range b.versions {
			var err error
			if v.Deleted {
				err = w.Delete(ctx, v.Key, v.Version, v.Updated)
			} else {
				err = w.Put(ctx, indexed[i].NewVersion)
			}
			if err != nil {
				return fmt.Errorf("%s/_history/%d: %w", v.Key, v.Version, err)
			}
			if now := indexed[i].Relationships; v.Version > 1 || len(now) > 0 {
				relationships[v.Key] = now
			}
		}
		for source, now := range relationships {
			if err := w.Relate(ctx, source, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyRecords copies the records.
func (c *copier) copyRecords(ctx context.Context) error {
	for {
		names, err := c.source.Names(ctx, *c.at.Record, copyRecords)
		if err != nil || len(names) == 0 {
			return err
		}
		found, err := c.from.recordsOf(ctx, names)
		if err != nil {
			return err
		}
		then := c.at
		then.Record = &names[len(names)-1]
		err = c.write(ctx, then, func(ctx context.Context, w Writer) error {
			for _, r := range found {
				if _, err := w.Records().Put(ctx, r.Kind, r.RecordName.Key, r.Value, r.Expires); err != nil {
					return fmt.Errorf("a record of kind %s: %w", r.Kind, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
